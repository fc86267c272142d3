"""Small reads of a blob, served from a few larger ones: readers that walk a file ask for some bytes at a time.

What is skipped is not read. After a jump little is read ahead, in one run more and more, so that a file of many
small records costs few reads and a file of few records between gigabytes of data costs few bytes.
"""

from __future__ import annotations

from truename.blob import Blob

_FIRST = 1_024
_LARGEST = 65_536


class Window:
    """A stretch of a blob that is in memory, moved along as bytes are asked for.

    Attributes:
        blob: what is read.
        size: bytes of the blob, or of the part of it that this window shows.
    """

    def __init__(self, blob: Blob, start: int = 0, size: int | None = None) -> None:
        self.blob = blob
        self.size = blob.size - start if size is None else size
        self._base = start
        self._data = b""
        self._start = 0
        self._ahead = _FIRST

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset`` on; fewer only where the file ends. The caller bounds ``length``."""
        begin = offset - self._start
        if begin >= 0 and begin + length <= len(self._data):
            return self._data[begin : begin + length]
        if length > _LARGEST:
            return self.blob.read(self._base + offset, max(0, min(length, self.size - offset)))
        return self._move(offset, length)[:length]

    def around(self, offset: int, length: int) -> tuple[bytes, int]:
        """A buffer and where in it ``offset`` lies, with at least ``length`` bytes behind it unless the file ends."""
        begin = offset - self._start
        if begin < 0 or begin + length > len(self._data):
            self._move(offset, length)
            begin = 0
        return self._data, begin

    def _move(self, offset: int, length: int) -> bytes:
        """Bytes from ``offset`` on become those in memory; what is there already is not read again."""
        kept = b""
        begin = offset - self._start
        if 0 <= begin <= len(self._data):
            kept = self._data[begin:]
            self._ahead = min(_LARGEST, 2 * self._ahead)
        else:
            self._ahead = _FIRST
        at = offset + len(kept)
        wanted = max(0, min(max(length - len(kept), self._ahead), self.size - at))
        self._data = kept + (self.blob.read(self._base + at, wanted) if wanted else b"")
        self._start = offset
        return self._data
