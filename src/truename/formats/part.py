"""A part of a file as a file of its own: a member of an archive that is stored as it is."""

from __future__ import annotations

from truename.blob import Blob


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

    def _read(self, offset: int, length: int) -> bytes:
        return self._whole.read(self._offset + offset, length)
