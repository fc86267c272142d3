"""An HDF5 file as addresses, sizes and signatures: what every structure of the format is read with.

Source: HDF5 File Format Specification, version 3.0, sections II and III.
"""

from __future__ import annotations

from truename.blob import Blob
from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.keras import Hdf5Fault
from truename.formats.views import Pages

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MAX_BLOCKS = 300_000  # object headers, index nodes, links and values of heaps, all together
_COUNTED, _STEPS = 64, 20  # blocks that are counted at a time, and what each costs
_STARTS = (0, 512, 1024, 2048)  # a user block may come first


class Cursor:
    """Reads one structure from its first byte on."""

    def __init__(self, file: Hdf5File, data: bytes, code: Hdf5Fault, what: str) -> None:
        self._file = file
        self._data = data
        self._code = code
        self._what = what
        self.at = 0

    @property
    def left(self) -> int:
        """Bytes behind the cursor."""
        return len(self._data) - self.at

    def take(self, length: int) -> bytes:
        """The next ``length`` bytes."""
        if length > self.left:
            raise FormatError(self._file.path, self._code, f"ends within {self._what}")
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
        FormatError: the superblock is none.
    """

    def __init__(self, blob: Blob) -> None:
        self.path = blob.path
        self.offset_size = self.length_size = 8
        self._pages = Pages(blob)
        self._blob = blob
        self._blocks = 0
        self._header_bytes = 0
        self._base = next((at for at in _STARTS if self._pages.read(at, 8) == SIGNATURE), -1)
        if self._base < 0:
            raise FormatError(self.path, Hdf5Fault.NO_HDF5, "does not start as an HDF5 file does")
        self.root = self._superblock()

    @property
    def undefined(self) -> int:
        """The address that means "nowhere": all bits set."""
        return (1 << 8 * self.offset_size) - 1

    @property
    def size(self) -> int:
        """Bytes that addresses can reach."""
        return self._pages.size - self._base

    def read(self, address: int, length: int, code: Hdf5Fault, what: str) -> bytes:
        """``length`` bytes at ``address``; the caller bounds ``length``.

        Raises:
            FormatError: they do not lie in the file.
        """
        if address < 0 or address + length > self.size:
            raise FormatError(
                self.path, Hdf5Fault.ADDRESS, f"says that {what} lies at byte {address:,}, outside of the file"
            )
        data = self._pages.read(self._base + address, length)
        if len(data) < length:
            raise FormatError(self.path, code, f"became shorter while {what} was read")
        return data

    def cursor(self, data: bytes, code: Hdf5Fault, what: str) -> Cursor:
        """A cursor over bytes that were read."""
        return Cursor(self, data, code, what)

    def at(self, address: int, length: int, code: Hdf5Fault, what: str) -> Cursor:
        """A cursor over up to ``length`` bytes at ``address``, fewer where the file ends."""
        return Cursor(self, self.read(address, max(0, min(length, self.size - address)), code, what), code, what)

    def signed(self, address: int, length: int, signature: bytes, what: str) -> Cursor:
        """A cursor behind ``signature`` at ``address``; counts the block, so that no chain of them is endless.

        Raises:
            FormatError: another thing lies there; or more blocks were read than any real model has.
        """
        self.count_block()
        cursor = self.at(address, length, Hdf5Fault.STRUCTURE, what)
        if cursor.take(len(signature)) != signature:
            raise FormatError(self.path, Hdf5Fault.STRUCTURE, f"has no {what} at byte {address:,}, where one must be")
        return cursor

    def count_block(self) -> None:
        """Count a block that was read."""
        self._blocks += 1
        if self._blocks % _COUNTED == 0:
            self._blob.take_steps(_COUNTED * _STEPS)
        if self._blocks > MAX_BLOCKS:
            raise FormatError(
                self.path, Hdf5Fault.TOO_MANY_OBJECTS, f"has more than {MAX_BLOCKS:,} blocks of structure"
            )

    def count_header(self, size: int) -> None:
        """Count bytes of object headers: each is read once, so together they are no more than the file."""
        self._header_bytes += size
        if self._header_bytes > self._pages.size:
            raise FormatError(self.path, Hdf5Fault.OBJECT_HEADER, "has object headers that share their bytes")

    def _superblock(self) -> int:
        cursor = self.at(0, 120, Hdf5Fault.SUPERBLOCK, "the superblock")
        cursor.take(len(SIGNATURE))
        version = cursor.number(1)
        if version > 3:
            problem = f"has a superblock of version {version}; truename reads versions 0 to 3"
            raise UnsupportedFormatError(self.path, problem, Hdf5Fault.UNSUPPORTED)
        if version < 2:
            cursor.take(4)
        self.offset_size, self.length_size = cursor.number(1), cursor.number(1)
        for width in (self.offset_size, self.length_size):
            if width not in (2, 4, 8):
                raise FormatError(
                    self.path, Hdf5Fault.SUPERBLOCK, f"says that its addresses or lengths have {width} bytes"
                )
        cursor.take(1 if version >= 2 else 9 + 4 * version)
        base, _, end = cursor.address(), cursor.address(), cursor.address()
        if version < 2:
            cursor.address()  # driver information
            cursor.address()  # the root group has no name
        root = cursor.address()
        if base not in (0, self._base):
            raise FormatError(self.path, Hdf5Fault.SUPERBLOCK, f"says that it begins at byte {base:,}")
        if end != self.undefined and end - base > self.size:
            problem = f"should have {end:,} bytes and has {self._pages.size:,}; is it cut off?"
            raise FormatError(self.path, Hdf5Fault.FILE_CUT, problem)
        return root
