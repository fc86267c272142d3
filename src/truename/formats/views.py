"""Parts of a blob, and small reads of one that are served from a few larger ones.

``PartBlob`` shows a stretch of a file as a file of its own. ``Window`` is for readers that walk a file forwards,
``Pages`` for formats whose parts point at each other.
"""

from __future__ import annotations

from truename.blob import Blob

_FIRST_READ = 1_024
_LARGEST_READ = 65_536
_PAGE = 1_024
_KEPT = 16_384  # pages, 16 MB


class PartBlob(Blob):
    """The bytes of ``whole`` from ``offset`` on; what is read counts for the whole as well.

    The part must lie inside of the whole.
    """

    def __init__(self, whole: Blob, path: str, offset: int, size: int) -> None:
        if offset < 0 or size < 0 or offset + size > whole.size:
            raise ValueError("a part must lie inside of its file")
        super().__init__(path, size)
        self._whole = whole
        self._offset = offset

    def take_steps(self, count: int) -> None:
        """Those of the whole."""
        self._whole.take_steps(count)

    def _read(self, offset: int, length: int) -> bytes:
        return self._whole.read(self._offset + offset, length)


class Window:
    """A stretch of a blob that is in memory, moved along as bytes are asked for.

    What is skipped is not read. After a jump little is read ahead, in one run more and more, so that a file of many
    small records costs few reads and a file of few records between gigabytes of data costs few bytes.

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
        self._ahead = _FIRST_READ

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset`` on; fewer only where the file ends. The caller bounds ``length``."""
        begin = offset - self._start
        if begin >= 0 and begin + length <= len(self._data):
            return self._data[begin : begin + length]
        if length > _LARGEST_READ:
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
            self._ahead = min(_LARGEST_READ, 2 * self._ahead)
        else:
            self._ahead = _FIRST_READ
        at = offset + len(kept)
        wanted = max(0, min(max(length - len(kept), self._ahead), self.size - at))
        self._data = kept + (self.blob.read(self._base + at, wanted) if wanted else b"")
        self._start = offset
        return self._data


class Pages:
    """Small reads anywhere in a blob; a page that was read once is not read again soon."""

    def __init__(self, blob: Blob, base: int = 0, size: int | None = None) -> None:
        self.path = blob.path
        self.size = blob.size - base if size is None else size
        self._blob = blob
        self._base = base
        self._pages: dict[int, bytes] = {}

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset`` on; fewer only where the file ends. The caller bounds ``length``."""
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        first, last = offset // _PAGE, (end - 1) // _PAGE
        if first == last:
            start = offset - first * _PAGE
            return self._page(first)[start : start + end - offset]
        if last - first > 8:
            return self._blob.read(self._base + offset, end - offset)
        data = b"".join(self._page(number) for number in range(first, last + 1))
        start = offset - first * _PAGE
        return data[start : start + end - offset]

    def _page(self, number: int) -> bytes:
        page = self._pages.get(number)
        if page is None:
            if len(self._pages) >= _KEPT:
                self._pages.clear()
            at = number * _PAGE
            page = self._blob.read(self._base + at, max(0, min(_PAGE, self.size - at)))
            self._pages[number] = page
        return page
