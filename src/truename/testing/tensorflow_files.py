"""TensorFlow's checkpoint index from names, dtypes and shapes, for tests and seeds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from truename.testing.protobuf_files import message, tf_shape, varint

MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
_WIDTHS = {1: 4, 2: 8, 3: 4, 6: 1, 9: 8, 14: 2, 19: 2}


def block(entries: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A block whose keys leave out what they share with the one before."""
    out = bytearray()
    previous = b""
    for key, value in entries:
        shared = 0
        while shared < min(len(key), len(previous)) and key[shared] == previous[shared]:
            shared += 1
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        previous = key
    return bytes(out) + (0).to_bytes(4, "little") + (1).to_bytes(4, "little")


def table(blocks: Sequence[Sequence[tuple[bytes, bytes]]], packing: int = 0) -> bytes:
    """A sorted string table of these blocks, unpacked."""
    out = bytearray()
    handles = []
    for entries in blocks:
        data = block(entries)
        handles.append((entries[-1][0] if entries else b"", varint(len(out)) + varint(len(data))))
        out += data + bytes([packing]) + bytes(4)
    index_at, index = len(out), block(handles)
    out += index + bytes([packing]) + bytes(4)
    return bytes(out) + footer(index_at, len(index))


def footer(offset: int, size: int) -> bytes:
    """The last 48 bytes: where the index lies."""
    handles = varint(0) + varint(0) + varint(offset) + varint(size)
    return handles.ljust(40, b"\0") + MAGIC


def bundle_entry(dtype: int, shape: Sequence[int], shard: int = 0, offset: int = 0, size: int | None = None) -> bytes:
    """A ``BundleEntryProto``."""
    held = math.prod(shape) * _WIDTHS.get(dtype, 4) if size is None else size
    return message((1, dtype), (2, tf_shape(shape)), (3, shard), (4, offset), (5, held))


def bundle_index(variables: Mapping[str, tuple[int, Sequence[int]]], per_block: int = 16) -> bytes:
    """``model.ckpt.index`` with these variables: number of the dtype, shape."""
    header = (b"", message((1, 1), (3, message((1, 1)))))
    entries = [header, *((name.encode(), bundle_entry(*variables[name])) for name in sorted(variables))]
    return table([entries[at : at + per_block] for at in range(0, len(entries), per_block)])
