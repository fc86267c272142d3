"""Heaps of an HDF5 file: where names, links and variable-length values lie.

Source: HDF5 File Format Specification, version 3.0, sections III.A.2, III.D, III.E and III.G.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.keras import Hdf5Fault
from truename.formats.keras.hdf5_file import Cursor, Hdf5File

MAX_NAME = 4_096
MAX_VALUE = 64_000_000  # a variable-length value: the configuration of a model as JSON
MAX_RECORDS = 200_000  # of one index
_MAX_INDEX_DEPTH = 16
_MAX_NODE = 65_536


def local_heap(file: Hdf5File, address: int) -> tuple[int, int]:
    """Where the names of an old group lie: address and size of the heap's data.

    Raises:
        FormatError: there is no heap, or its data lies outside of the file.
    """
    cursor = file.signed(address, 64, b"HEAP", "local heap")
    cursor.take(4)
    size, _, data = cursor.length(), cursor.length(), cursor.address()
    if data + size > file.size:
        raise FormatError(file.path, Hdf5Fault.ADDRESS, f"says that a heap lies at byte {data:,}, outside of the file")
    return data, size


def heap_name(file: Hdf5File, heap: tuple[int, int], offset: int) -> bytes:
    """The name at ``offset`` of a local heap, up to its NUL.

    Raises:
        FormatError: it lies outside of the heap, or does not end.
    """
    data, size = heap
    if offset >= size:
        raise FormatError(file.path, Hdf5Fault.HEAP, f"has a name at byte {offset:,} of a heap of {size:,}")
    text = b""
    while b"\0" not in text:
        length = min(64, size - offset - len(text))
        if length <= 0 or len(text) > MAX_NAME:
            raise FormatError(file.path, Hdf5Fault.HEAP, "has a name without an end")
        text += file.read(data + offset + len(text), length, Hdf5Fault.HEAP, "a name")
    return text.partition(b"\0")[0]


def global_value(file: Hdf5File, reference: bytes, limit: int = MAX_VALUE) -> bytes:
    """A variable-length value: ``reference`` gives its length, its collection and its number there.

    Raises:
        FormatError: it is not there.
    """
    cursor = file.cursor(reference, Hdf5Fault.HEAP, "a reference")
    length, address, wanted = cursor.number(4), cursor.address(), cursor.number(4)
    if length == 0:
        return b""
    if length > limit:
        raise FormatError(file.path, Hdf5Fault.HEAP, f"has a value of {length:,} bytes; at most {limit:,} are read")
    head = file.signed(address, 64, b"GCOL", "heap of values")
    head.take(4)
    size = head.length()
    position, end = address + head.at, address + size
    while position + 16 <= end:
        file.count_block()
        entry = file.at(position, 24, Hdf5Fault.HEAP, "a heap of values")
        number = entry.number(2)
        entry.take(6)
        held = entry.length()
        if number == wanted:
            if held < length:
                raise FormatError(
                    file.path, Hdf5Fault.HEAP, f"has a value of {held:,} bytes where {length:,} are named"
                )
            return file.read(position + entry.at, length, Hdf5Fault.HEAP, "a value")
        if number == 0:
            break
        position += entry.at + (held + 7) // 8 * 8
    raise FormatError(file.path, Hdf5Fault.HEAP, f"has no value {wanted} in its heap at byte {address:,}")


class _Fractal(msgspec.Struct, frozen=True):
    """A fractal heap: blocks whose sizes double from row to row."""

    id_length: int
    max_bits: int  # of an offset
    max_direct: int
    start: int  # size of the smallest block
    width: int  # blocks in a row
    root: int
    rows: int  # of the root block; 0 where it is a direct block
    filtered: bool
    checksummed: bool
    size: int  # of the managed space


def dense_values(file: Hdf5File, heap: int, index: int) -> Iterator[bytes]:
    """The links or attributes that an object keeps in a fractal heap, found by its version-2 B-tree.

    Raises:
        FormatError: the index or the heap is wrong.
    """
    fractal = _fractal(file, heap)
    for record, kind in _records(file, index):
        skip = {5: 4, 6: 8, 8: 0, 9: 0}.get(kind)
        if skip is None:
            raise FormatError(
                file.path, Hdf5Fault.STRUCTURE, f"has an index of type {kind} where links or attributes are listed"
            )
        yield _managed(file, fractal, record[skip : skip + fractal.id_length])


def _fractal(file: Hdf5File, address: int) -> _Fractal:
    cursor = file.signed(address, 160, b"FRHP", "fractal heap")
    if cursor.number(1) != 0:
        raise FormatError(file.path, Hdf5Fault.STRUCTURE, "has a fractal heap of a version that does not exist")
    id_length, filters, flags = cursor.number(2), cursor.number(2), cursor.number(1)
    cursor.take(4)
    cursor.length(), cursor.address(), cursor.length(), cursor.address()
    size = cursor.length()
    for _ in range(7):
        cursor.length()
    width, start, max_direct, max_bits = cursor.number(2), cursor.length(), cursor.length(), cursor.number(2)
    cursor.take(2)
    root, rows = cursor.address(), cursor.number(2)
    sound = width and start and max_direct >= start and 8 <= max_bits <= 64 and rows < 256 and id_length <= 64
    if not sound or start & (start - 1) or max_direct & (max_direct - 1) or max_direct > 2**31:
        raise FormatError(file.path, Hdf5Fault.HEAP, "has a fractal heap whose sizes cannot be")
    return _Fractal(id_length, max_bits, max_direct, start, width, root, rows, filters > 0, bool(flags & 2), size)


def _managed(file: Hdf5File, heap: _Fractal, identity: bytes) -> bytes:
    """The object with this ID: an offset into the heap's space, and a length."""
    if heap.filtered or not identity or identity[0] & 0x30:
        raise UnsupportedFormatError(
            file.path, "keeps links in compressed or huge heap objects; truename reads none", Hdf5Fault.UNSUPPORTED
        )
    width = (heap.max_bits + 7) // 8
    offset = int.from_bytes(identity[1 : 1 + width], "little")
    length = int.from_bytes(identity[1 + width :], "little")
    if length > MAX_VALUE or offset + length > heap.size:
        raise FormatError(file.path, Hdf5Fault.HEAP, f"has a link of {length:,} bytes outside of its heap")
    address, start, size = _block(file, heap, offset)
    if offset - start + length > size:
        raise FormatError(file.path, Hdf5Fault.HEAP, "has a link that reaches out of its block")
    return file.read(address + offset - start, length, Hdf5Fault.HEAP, "a link")


def _block(file: Hdf5File, heap: _Fractal, offset: int) -> tuple[int, int, int]:
    """The direct block that holds ``offset``: its address, its first offset, its size."""
    address, start, rows = heap.root, 0, heap.rows
    size = heap.start
    for _ in range(64):
        if rows == 0:
            file.signed(address, 5, b"FHDB", "block of a fractal heap")
            return address, start, size
        row, column, first, size = _place(heap, offset - start)
        if row >= rows:
            break
        direct_rows = (heap.max_direct // heap.start).bit_length() + 1
        entry = row * heap.width + column
        head = 5 + file.offset_size + (heap.max_bits + 7) // 8
        file.signed(address, 5, b"FHIB", "block of a fractal heap")
        place = address + head + entry * file.offset_size
        address = file.at(place, file.offset_size, Hdf5Fault.HEAP, "a fractal heap").address()
        start += first
        rows = 0 if row < direct_rows else (size // (heap.start * heap.width)).bit_length()
    raise FormatError(file.path, Hdf5Fault.HEAP, f"has a link at byte {offset:,}, outside of its fractal heap")


def _place(heap: _Fractal, offset: int) -> tuple[int, int, int, int]:
    """Row, column, first offset and size of the block with ``offset``. Rows 0 and 1 have the starting size."""
    row_bytes = heap.start * heap.width
    row = 0 if offset < row_bytes else (offset // row_bytes).bit_length()
    first = 0 if row == 0 else row_bytes << (row - 1)
    size = heap.start if row == 0 else heap.start << (row - 1)
    column = (offset - first) // size
    return row, column, first + column * size, size


def _records(file: Hdf5File, address: int) -> Iterator[tuple[bytes, int]]:
    """Every record of a version-2 B-tree, and the tree's type."""
    cursor = file.signed(address, 64, b"BTHD", "index")
    version, kind = cursor.number(1), cursor.number(1)
    node_size, record_size, depth = cursor.number(4), cursor.number(2), cursor.number(2)
    cursor.take(2)
    root, count = cursor.address(), cursor.number(2)
    sound = version == 0 and 32 <= node_size <= _MAX_NODE and 0 < record_size <= node_size and depth <= _MAX_INDEX_DEPTH
    if not sound:
        raise FormatError(file.path, Hdf5Fault.STRUCTURE, "has an index whose sizes cannot be")
    tree = _Tree(file, node_size, record_size, depth)
    if root != file.undefined and count:
        for record in tree.node(root, count, depth):
            yield record, kind


class _Tree:
    """Walks the nodes of one version-2 B-tree."""

    def __init__(self, file: Hdf5File, node_size: int, record_size: int, depth: int) -> None:
        self._file = file
        self._node_size = node_size
        self._record_size = record_size
        self._left = MAX_RECORDS
        # How wide the counts beside a child's address are follows from how many records a node can have.
        leaf = (node_size - 10) // record_size
        self._count_width = _width(leaf)
        self._total_widths = [0]
        total = leaf
        for level in range(1, depth + 1):
            pointer = file.offset_size + self._count_width + self._total_widths[level - 1]
            most = max(0, node_size - 10 - pointer) // (record_size + pointer)
            total = (most + 1) * total + most
            self._total_widths.append(_width(total))

    def node(self, address: int, count: int, level: int) -> Iterator[bytes]:
        """The records of a node and of all below it."""
        signature, what = (b"BTIN", "index node") if level else (b"BTLF", "index leaf")
        cursor = self._file.signed(address, self._node_size, signature, what)
        cursor.take(2)
        self._left -= count
        if self._left < 0:
            raise FormatError(
                self._file.path, Hdf5Fault.TOO_MANY_OBJECTS, f"has an index of more than {MAX_RECORDS:,} entries"
            )
        records = [cursor.take(self._record_size) for _ in range(count)]
        yield from records
        if level:
            for child, held in [self._child(cursor, level) for _ in range(count + 1)]:
                yield from self.node(child, held, level - 1)

    def _child(self, cursor: Cursor, level: int) -> tuple[int, int]:
        address, held = cursor.address(), cursor.number(self._count_width)
        cursor.number(self._total_widths[level - 1])
        return address, held


def _width(most: int) -> int:
    return max(1, (most.bit_length() + 7) // 8)
