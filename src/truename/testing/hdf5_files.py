"""Small HDF5 files as Keras writes them (superblock 0, symbol tables, contiguous data), for tests and seeds.

Written here by hand, so that a test can put a wrong byte at a known place; the tests also read what h5py writes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec

UNDEFINED = b"\xff" * 8
# numpy's letter: class and version, bit field, size, properties
_TYPES: dict[str, bytes] = {
    "f4": b"\x11\x20\x1f\0" + b"\4\0\0\0" + b"\0\0\x20\0\x17\x08\0\x17\x7f\0\0\0",
    "f2": b"\x11\x20\x0f\0" + b"\2\0\0\0" + b"\0\0\x10\0\x0a\x05\0\x0a\x0f\0\0\0",
    "i1": b"\x10\x08\0\0" + b"\1\0\0\0" + b"\0\0\x08\0",
    "i8": b"\x10\x08\0\0" + b"\x08\0\0\0" + b"\0\0\x40\0",
}
_SYMBOL_NODE, _TREE_NODE = 328, 544  # libhdf5 reads whole nodes, of up to 8 and 32 entries
_WIDTHS = {"f4": 4, "f2": 2, "i1": 1, "i8": 8}


class Data(msgspec.Struct, frozen=True):
    """A dataset of zeros, with texts as attributes."""

    shape: tuple[int, ...]
    dtype: str = "f4"
    attributes: Mapping[str, str] = {}
    replace: Mapping[int, bytes] = {}  # message type -> another content


class Group(msgspec.Struct, frozen=True):
    """A group: what it links to, and texts as attributes."""

    links: Mapping[str, Group | Data]
    attributes: Mapping[str, str] = {}


def number(value: int, width: int = 8) -> bytes:
    """A little-endian number."""
    return value.to_bytes(width, "little")


def hdf5_file(root: Group, end: int | None = None) -> bytes:
    """The file; ``end`` replaces the length that its superblock says."""
    out = bytearray(96)
    address = _object(out, root)
    head = b"\x89HDF\r\n\x1a\n" + b"\0\0\0\0\0\x08\x08\0" + b"\4\0\x10\0" + bytes(4)
    head += number(0) + UNDEFINED + number(len(out) if end is None else end) + UNDEFINED
    out[:96] = head + number(0) + number(address) + bytes(24)
    return bytes(out)


def object_header(messages: Sequence[tuple[int, bytes]], total: int | None = None) -> bytes:
    """An object header of version 1."""
    body = b""
    for kind, data in messages:
        padded = data + bytes(-len(data) % 8)
        body += number(kind, 2) + number(len(padded), 2) + bytes(4) + padded
    size = len(body) if total is None else total
    return b"\1\0" + number(len(messages), 2) + number(1, 4) + number(size, 4) + bytes(4) + body


def dataspace(shape: Sequence[int]) -> bytes:
    """A shape of version 1."""
    return b"\1" + number(len(shape), 1) + bytes(6) + b"".join(map(number, shape))


def attribute(name: str, text: str) -> bytes:
    """An attribute of version 1 that holds one text."""
    label = name.encode() + b"\0"
    value = text.encode() or b"\0"
    kind = b"\x13\0\0\0" + number(len(value), 4)
    space = dataspace(())
    parts = (part + bytes(-len(part) % 8) for part in (label, kind, space))
    return b"\1\0" + number(len(label), 2) + number(len(kind), 2) + number(len(space), 2) + b"".join(parts) + value


def symbol_table(tree: int, heap: int) -> bytes:
    """The message of an old group."""
    return number(tree) + number(heap)


def _object(out: bytearray, item: Group | Data) -> int:
    attributes = [(0x0C, attribute(name, text)) for name, text in item.attributes.items()]
    messages = _group(out, item) if isinstance(item, Group) else _data(out, item)
    address = len(out)
    out += object_header([*messages, *attributes])
    return address


def _data(out: bytearray, item: Data) -> list[tuple[int, bytes]]:
    size = math.prod(item.shape) * _WIDTHS[item.dtype]
    address = len(out)
    out += bytes(size + -size % 8)
    layout = b"\3\1" + (number(address) if size else UNDEFINED) + number(size)
    messages = {0x01: dataspace(item.shape), 0x03: _TYPES[item.dtype], 0x08: layout}
    return [(kind, item.replace.get(kind, data)) for kind, data in {**messages, **item.replace}.items()]


def _group(out: bytearray, item: Group) -> list[tuple[int, bytes]]:
    names = bytearray(8)
    entries = b""
    last = 0
    for name in sorted(item.links):
        target = _object(out, item.links[name])
        last = len(names)
        entries += number(last) + number(target) + bytes(24)
        names += name.encode() + b"\0"
        names += bytes(-len(names) % 8)
    segment = len(out)
    out += names
    heap = len(out)
    out += b"HEAP" + bytes(4) + number(len(names)) + number(1) + number(segment)
    node = len(out)
    out += (b"SNOD\1\0" + number(len(item.links), 2) + entries).ljust(_SYMBOL_NODE, b"\0")
    tree = len(out)
    out += b"TREE\0\0" + number(1, 2) + 2 * UNDEFINED + number(0) + number(node) + number(last)
    out += bytes(tree + _TREE_NODE - len(out))
    return [(0x11, symbol_table(tree, heap))]
