"""Objects of an HDF5 file: their header messages, shapes, types and where their data lies.

Source: HDF5 File Format Specification, version 3.0, section IV. Nothing of the data is read.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.dtypes import MAX_ELEMENTS
from truename.formats.keras import Hdf5Fault
from truename.formats.keras.hdf5_file import Cursor, Hdf5File

MAX_RANK = 32  # the format's own limit
MAX_MESSAGES = 65_536  # of one object
MAX_HEADER_BYTES = 16_000_000  # of one object; attributes of Keras files have 64 KB each

DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL_FILES, LAYOUT = 0x01, 0x02, 0x03, 0x06, 0x07, 0x08
ATTRIBUTE, CONTINUATION, SYMBOL_TABLE, ATTRIBUTE_INFO = 0x0C, 0x10, 0x11, 0x15
_SHARED = 2  # flag of a message whose content lies elsewhere
_COMPACT, _CONTIGUOUS, _CHUNKED, _VIRTUAL = 0, 1, 2, 3


class Message(msgspec.Struct, frozen=True):
    """One message of an object header."""

    type: int
    data: bytes
    shared: bool = False


class Datatype(msgspec.Struct, frozen=True):
    """A type: our word where it is a number, and how many bytes an element has."""

    kind: int  # the format's class: 0 fixed-point, 1 floating-point, 3 string, 9 variable length ...
    size: int
    dtype: str | None  # safetensors' word; None where the elements are no numbers


class Layout(msgspec.Struct, frozen=True):
    """Where the data of a dataset lies."""

    kind: str  # compact, contiguous, chunked
    address: int | None  # of contiguous data that was written
    size: int | None  # in bytes, where the layout says it


def read_messages(file: Hdf5File, address: int) -> list[Message]:
    """The messages of the object at ``address``, over all blocks of its header.

    Raises:
        FormatError: there is no object, or its header is wrong.
    """
    start = file.at(address, 16, Hdf5Fault.OBJECT_HEADER, "an object header")
    return _Header(file).version_2(address) if start.take(4) == b"OHDR" else _Header(file).version_1(address)


class _Header:
    """Collects the messages of one object."""

    def __init__(self, file: Hdf5File) -> None:
        self._file = file
        self._messages: list[Message] = []
        self._bytes = 0
        self._pending: list[tuple[int, int]] = []
        self._seen: set[int] = set()

    def version_1(self, address: int) -> list[Message]:
        cursor = self._file.at(address, 16, Hdf5Fault.OBJECT_HEADER, "an object header")
        version = cursor.number(1)
        if version != 1:
            raise FormatError(
                self._file.path, Hdf5Fault.OBJECT_HEADER, f"has no object at byte {address:,}, where one must be"
            )
        cursor.take(7)
        self._pending.append((address + 16, cursor.number(4)))
        return self._blocks(4, False, False)

    def version_2(self, address: int) -> list[Message]:
        cursor = self._file.at(address, 64, Hdf5Fault.OBJECT_HEADER, "an object header")
        cursor.take(4)
        version, flags = cursor.number(1), cursor.number(1)
        if version != 2:
            raise FormatError(self._file.path, Hdf5Fault.OBJECT_HEADER, f"has an object header of version {version}")
        cursor.take((16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0))
        size = cursor.number(1 << (flags & 3))
        self._pending.append((address + cursor.at, size))
        return self._blocks(0, bool(flags & 4), True)

    def _blocks(self, reserved: int, ordered: bool, newer: bool) -> list[Message]:
        first = True
        while self._pending:
            address, size = self._pending.pop(0)
            self._bytes += size
            if self._bytes > MAX_HEADER_BYTES:
                raise FormatError(
                    self._file.path, Hdf5Fault.OBJECT_HEADER, f"has an object header of {self._bytes:,} bytes"
                )
            if address in self._seen:
                raise FormatError(
                    self._file.path,
                    Hdf5Fault.OBJECT_HEADER,
                    f"has an object header that continues itself at {address:,}",
                )
            self._seen.add(address)
            self._file.count_block()
            self._file.count_header(size)
            data = self._file.read(address, size, Hdf5Fault.OBJECT_HEADER, "an object header")
            cursor = self._file.cursor(data, Hdf5Fault.OBJECT_HEADER, "an object header")
            if newer and not first:
                if cursor.take(4) != b"OCHK" or cursor.left < 4:
                    raise FormatError(self._file.path, Hdf5Fault.STRUCTURE, f"has no object header at byte {address:,}")
                cursor = self._file.cursor(data[4:-4], Hdf5Fault.OBJECT_HEADER, "an object header")
            self._block(cursor, ordered, newer)
            first = False
        return self._messages

    def _block(self, cursor: Cursor, ordered: bool, newer: bool) -> None:
        head = (6 if ordered else 4) if newer else 8
        while cursor.left >= head:
            kind = cursor.number(1 if newer else 2)
            size, flags = cursor.number(2), cursor.number(1)
            cursor.take(head - (4 if newer else 5))
            data = cursor.take(size)
            if len(self._messages) >= MAX_MESSAGES:
                raise FormatError(
                    self._file.path, Hdf5Fault.OBJECT_HEADER, f"has an object of more than {MAX_MESSAGES:,} messages"
                )
            if kind == CONTINUATION:
                inner = self._file.cursor(data, Hdf5Fault.OBJECT_HEADER, "a continuation")
                self._pending.append((inner.address(), inner.length()))
            elif kind:
                self._messages.append(Message(kind, data, bool(flags & _SHARED)))


def first(messages: Sequence[Message], kind: int) -> Message | None:
    """The first message of a kind."""
    return next((message for message in messages if message.type == kind), None)


def read_dataspace(file: Hdf5File, data: bytes) -> tuple[int, ...] | None:
    """The shape that a dataspace message describes; None of the null dataspace, which holds nothing.

    Raises:
        FormatError: it is no shape.
    """
    cursor = file.cursor(data, Hdf5Fault.DATASPACE, "a shape")
    version, rank, flags = cursor.number(1), cursor.number(1), cursor.number(1)
    if version not in (1, 2):
        raise UnsupportedFormatError(
            file.path, f"has a shape of version {version}, which truename does not read", Hdf5Fault.UNSUPPORTED
        )
    if rank > MAX_RANK:
        raise FormatError(
            file.path, Hdf5Fault.DATASPACE, f"has a shape of {rank} dimensions; the format allows {MAX_RANK}"
        )
    kind = cursor.number(1) if version == 2 else cursor.number(5) and 1
    shape = tuple(cursor.length() for _ in range(rank))
    if flags & 1:
        for _ in range(rank):
            cursor.length()
    elements = 1
    for size in filter(None, shape):
        elements *= size
    if elements > MAX_ELEMENTS:
        raise FormatError(file.path, Hdf5Fault.DATASPACE, "has a shape of more elements than 63 bits can count")
    return None if version == 2 and kind == 2 else shape


def read_datatype(file: Hdf5File, data: bytes) -> Datatype:
    """The type that a datatype message describes.

    Raises:
        FormatError: it is no type.
    """
    cursor = file.cursor(data, Hdf5Fault.DATATYPE, "a type")
    first = cursor.number(1)
    kind, version = first & 15, first >> 4
    bits, size = cursor.number(3), cursor.number(4)
    if kind > 12 or not 1 <= version <= 5:
        problem = f"has a type of class {kind}, version {version}, which truename does not read"
        raise UnsupportedFormatError(file.path, problem, Hdf5Fault.UNSUPPORTED)
    if size == 0 or size > 2**31:
        raise FormatError(file.path, Hdf5Fault.DATATYPE, f"has a type of {size:,} bytes")
    if kind == 0:
        cursor.take(4)
        return Datatype(kind, size, f"{'I' if bits & 8 else 'U'}{8 * size}" if size in (1, 2, 4, 8) else None)
    if kind == 1:
        cursor.take(5)
        exponent = cursor.number(1)
        cursor.take(6)
        return Datatype(kind, size, _float(size, exponent))
    if kind == 8:  # an enumeration; numpy's bool is one of two members over a byte
        base = read_datatype(file, cursor.take(cursor.left))
        return Datatype(kind, size, "BOOL" if size == 1 and bits & 0xFFFF == 2 else base.dtype)
    return Datatype(kind, size, None)


def _float(size: int, exponent: int) -> str | None:
    if size == 2:
        return "BF16" if exponent == 8 else "F16"
    if size == 1:
        return {4: "F8_E4M3", 5: "F8_E5M2"}.get(exponent)
    return {4: "F32", 8: "F64"}.get(size)


def read_layout(file: Hdf5File, data: bytes) -> Layout:
    """Where a dataset's data lies.

    Raises:
        FormatError: the layout does not exist; or the data lies in other files.
    """
    cursor = file.cursor(data, Hdf5Fault.DATA_LAYOUT, "a layout")
    version = cursor.number(1)
    if version in (1, 2):
        cursor.take(1)
        kind = cursor.number(1)
        cursor.take(5)
        address = cursor.address() if kind != _COMPACT else None
        return Layout(_kind(file, kind), address if kind == _CONTIGUOUS else None, None)
    if version not in (3, 4, 5):
        raise UnsupportedFormatError(
            file.path, f"has a layout of version {version}, which truename does not read", Hdf5Fault.UNSUPPORTED
        )
    kind = cursor.number(1)
    if kind == _COMPACT:
        return Layout("compact", None, cursor.number(2))
    if kind == _CONTIGUOUS:
        address, size = cursor.address(), cursor.length()
        return Layout("contiguous", None if address == file.undefined else address, size)
    return Layout(_kind(file, kind), None, None)


def _kind(file: Hdf5File, kind: int) -> str:
    if kind == _VIRTUAL:
        raise FormatError(file.path, Hdf5Fault.EXTERNAL_LINK, "holds a virtual dataset, whose data lies in other files")
    if kind > _CHUNKED:
        raise FormatError(file.path, Hdf5Fault.DATA_LAYOUT, f"has a layout of class {kind}")
    return ("compact", "contiguous", "chunked")[kind]
