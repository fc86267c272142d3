"""A position in a GGUF header that only moves on: numbers, bytes, and strings that are stepped over."""

from __future__ import annotations

import struct
from typing import Any

from truename.blob import Blob
from truename.formats.gguf.errors import TruncatedError
from truename.formats.window import Window

_LARGE = 1 << 18  # bytes of strings that are in memory at a time


class Cursor:
    """Reads on from a position.

    Attributes:
        position: bytes from the start of the file.
    """

    def __init__(self, blob: Blob, position: int, byte_order: str) -> None:
        self.position = position
        self._blob = blob
        self._order = byte_order
        self._window = Window(blob)
        self._formats: dict[str, struct.Struct] = {}

    @property
    def left(self) -> int:
        """Bytes from here to the end of the file."""
        return self._blob.size - self.position

    def unpack(self, form: str) -> tuple[Any, ...]:
        """Numbers in ``struct``'s words, in the file's byte order, without padding. The caller bounds their count."""
        known = self._formats.get(form)
        if known is None:
            known = self._formats[form] = struct.Struct(self._order + form)
        data, begin = self._window.around(self.position, known.size)
        if len(data) - begin < known.size:
            raise self._cut()
        self.position += known.size
        return known.unpack_from(data, begin)

    def take(self, length: int) -> bytes:
        """The next bytes. The caller bounds ``length``."""
        data = self._window.read(self.position, length)
        if len(data) < length:
            raise self._cut()
        self.position += length
        return data

    def skip(self, length: int) -> None:
        """Step over bytes without reading them. The caller has checked that so many are left."""
        self.position += length

    def skip_strings(self, count: int) -> bool:
        """Step over so many strings, each a length of 64 bits and its bytes; False where one leaves the file.

        Only lengths are looked at. A stretch of the file is in memory at a time, never more than is known to be
        strings and what ``Window`` reads ahead.
        """
        length_at = struct.Struct(self._order + "Q").unpack_from
        while count:
            data, begin = self._window.around(self.position, min(8 * count, _LARGE))
            at, last = begin, len(data) - 8
            while at <= last and count:
                at += length_at(data, at)[0] + 8
                count -= 1
            if at == begin:
                raise self._cut()
            self.position += at - begin
            if self.left < 8 * count or self.left < 0:
                return False
        return True

    def _cut(self) -> TruncatedError:
        return TruncatedError(self._blob.path, "ends within its header; is it cut off?")
