"""An HDF5 file as addresses, sizes and signatures: what every structure of the format is read with.

Source: HDF5 File Format Specification, version 3.0, sections II and III.
"""

from __future__ import annotations

from truename.blob import Blob
from truename.formats.keras import hdf5_errors as faults
from truename.formats.pages import Pages

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MAX_BLOCKS = 300_000  # object headers, index nodes, links and values of heaps, all together
_STARTS = (0, 512, 1024, 2048)  # a user block may come first


class Cursor:
    """Reads one structure from its first byte on."""

    def __init__(self, file: Hdf5File, data: bytes, error: type[faults.Hdf5Error], what: str) -> None:
        self._file = file
        self._data = data
        self._error = error
        self._what = what
        self.at = 0

    @property
    def left(self) -> int:
        """Bytes behind the cursor."""
        return len(self._data) - self.at

    def take(self, length: int) -> bytes:
        """The next ``length`` bytes."""
        if length > self.left:
            raise self._error(self._file.path, f"ends within {self._what}")
        self.at += length
        return self._data[self.at - length : self.at]

    def number(self, width: int) -> int:
        """The next ``width`` bytes as a little-endian number."""
        return int.from_bytes(self.take(width), "little")

    def address(self) -> int:
        """An address, as wide as this file has them."""
        return self.number(self._file.offset_size)

    def length(self) -> int:
        """A length, as wide as this file has them."""
        return self.number(self._file.length_size)


class Hdf5File:
    """The file and what its superblock says.

    Attributes:
        path: for messages.
        root: address of the root group's object header.
        undefined: the address that means "nowhere".

    Raises:
        Hdf5Error: the superblock is none.
    """

    def __init__(self, blob: Blob) -> None:
        self.path = blob.path
        self.offset_size = self.length_size = 8
        self._pages = Pages(blob)
        self._blocks = 0
        self._header_bytes = 0
        self._base = next((at for at in _STARTS if self._pages.read(at, 8) == SIGNATURE), -1)
        if self._base < 0:
            raise faults.NoHdf5Error(self.path, "does not start as an HDF5 file does")
        self.root = self._superblock()

    @property
    def undefined(self) -> int:
        """The address that means "nowhere": all bits set."""
        return (1 << 8 * self.offset_size) - 1

    @property
    def size(self) -> int:
        """Bytes that addresses can reach."""
        return self._pages.size - self._base

    def read(self, address: int, length: int, error: type[faults.Hdf5Error], what: str) -> bytes:
        """``length`` bytes at ``address``; the caller bounds ``length``.

        Raises:
            AddressError: they do not lie in the file.
        """
        if address < 0 or address + length > self.size:
            raise faults.AddressError(self.path, f"says that {what} lies at byte {address:,}, outside of the file")
        data = self._pages.read(self._base + address, length)
        if len(data) < length:
            raise error(self.path, f"became shorter while {what} was read")
        return data

    def cursor(self, data: bytes, error: type[faults.Hdf5Error], what: str) -> Cursor:
        """A cursor over bytes that were read."""
        return Cursor(self, data, error, what)

    def at(self, address: int, length: int, error: type[faults.Hdf5Error], what: str) -> Cursor:
        """A cursor over up to ``length`` bytes at ``address``, fewer where the file ends."""
        return Cursor(self, self.read(address, max(0, min(length, self.size - address)), error, what), error, what)

    def signed(self, address: int, length: int, signature: bytes, what: str) -> Cursor:
        """A cursor behind ``signature`` at ``address``; counts the block, so that no chain of them is endless.

        Raises:
            StructureError: another thing lies there.
            TooManyObjectsError: more blocks were read than any real model has.
        """
        self.count_block()
        cursor = self.at(address, length, faults.StructureError, what)
        if cursor.take(len(signature)) != signature:
            raise faults.StructureError(self.path, f"has no {what} at byte {address:,}, where one must be")
        return cursor

    def count_block(self) -> None:
        """Count a block that was read."""
        self._blocks += 1
        if self._blocks > MAX_BLOCKS:
            raise faults.TooManyObjectsError(self.path, f"has more than {MAX_BLOCKS:,} blocks of structure")

    def count_header(self, size: int) -> None:
        """Count bytes of object headers: each is read once, so together they are no more than the file."""
        self._header_bytes += size
        if self._header_bytes > self._pages.size:
            raise faults.ObjectHeaderError(self.path, "has object headers that share their bytes")

    def _superblock(self) -> int:
        cursor = self.at(0, 120, faults.SuperblockError, "the superblock")
        cursor.take(len(SIGNATURE))
        version = cursor.number(1)
        if version > 3:
            problem = f"has a superblock of version {version}; truename reads versions 0 to 3"
            raise faults.Hdf5UnsupportedError(self.path, problem)
        if version < 2:
            cursor.take(4)
        self.offset_size, self.length_size = cursor.number(1), cursor.number(1)
        for width in (self.offset_size, self.length_size):
            if width not in (2, 4, 8):
                raise faults.SuperblockError(self.path, f"says that its addresses or lengths have {width} bytes")
        cursor.take(1 if version >= 2 else 9 + 4 * version)
        base, _, end = cursor.address(), cursor.address(), cursor.address()
        if version < 2:
            cursor.address()  # driver information
            cursor.address()  # the root group has no name
        root = cursor.address()
        if base not in (0, self._base):
            raise faults.SuperblockError(self.path, f"says that it begins at byte {base:,}")
        if end != self.undefined and end - base > self.size:
            problem = f"should have {end:,} bytes and has {self._pages.size:,}; is it cut off?"
            raise faults.FileCutError(self.path, problem)
        return root
