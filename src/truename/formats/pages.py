"""Random access to a blob in pages that are kept: for formats whose parts point at each other."""

from __future__ import annotations

from truename.blob import Blob

_PAGE = 1_024
_KEPT = 16_384  # pages, 16 MB


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
