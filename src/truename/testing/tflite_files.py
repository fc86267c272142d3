"""FlatBuffers from tables, and TFLite files from tensors and operators, for tests and seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec


class Number(msgspec.Struct, frozen=True):
    """A number that lies in its table."""

    value: int
    width: int = 4


class Bytes(msgspec.Struct, frozen=True):
    """A vector of bytes, numbers or text."""

    data: bytes
    count: int | None = None  # elements, where they are wider than a byte


class Table(msgspec.Struct, frozen=True):
    """Fields by their number in the schema."""

    fields: Mapping[int, Part]


class Tables(msgspec.Struct, frozen=True):
    """A vector of tables."""

    tables: tuple[Table, ...]


Part = Number | Bytes | Table | Tables

_WIDTHS = {0: 4, 1: 2, 2: 4, 3: 1, 4: 8, 9: 1, 18: 2}


def numbers(values: Sequence[int]) -> Bytes:
    """A vector of 32-bit numbers."""
    return Bytes(b"".join(value.to_bytes(4, "little", signed=True) for value in values), len(values))


def flatbuffer(root: Table, identifier: bytes = b"TFL3") -> bytes:
    """The file: every part behind what refers to it."""
    out = bytearray(4) + bytearray(identifier)
    _refer(out, 0, root)
    return bytes(out)


def _refer(out: bytearray, at: int, part: Part) -> None:
    """Write ``part`` at the end, and at ``at`` the reference to it."""
    while len(out) % 4:
        out.append(0)
    if isinstance(part, Table):
        start, inner = _table(out, part)
    elif isinstance(part, Tables):
        start, inner = _vector(out, part)
    else:
        assert isinstance(part, Bytes)
        start, inner = len(out), []
        count = len(part.data) if part.count is None else part.count
        out += count.to_bytes(4, "little") + part.data + b"\0"
    out[at : at + 4] = (start - at).to_bytes(4, "little")
    for place, child in inner:
        _refer(out, place, child)


def _table(out: bytearray, table: Table) -> tuple[int, list[tuple[int, Part]]]:
    offsets = [0] * (max(table.fields, default=-1) + 1)
    size = 4
    for number, part in table.fields.items():
        offsets[number] = size
        size += part.width if isinstance(part, Number) else 4
    places = len(out)
    out += (4 + 2 * len(offsets)).to_bytes(2, "little") + size.to_bytes(2, "little")
    out += b"".join(offset.to_bytes(2, "little") for offset in offsets)
    start = len(out)
    out += (start - places).to_bytes(4, "little") + bytes(size - 4)
    inner: list[tuple[int, Part]] = []
    for number, part in table.fields.items():
        at = start + offsets[number]
        if isinstance(part, Number):
            out[at : at + part.width] = (part.value & (1 << 8 * part.width) - 1).to_bytes(part.width, "little")
        else:
            inner.append((at, part))
    return start, inner


def _vector(out: bytearray, vector: Tables) -> tuple[int, list[tuple[int, Part]]]:
    start = len(out)
    out += len(vector.tables).to_bytes(4, "little") + bytes(4 * len(vector.tables))
    return start, [(start + 4 + 4 * number, table) for number, table in enumerate(vector.tables)]


def tflite_tensor(name: str, shape: Sequence[int], dtype: int = 0, buffer: int = 0, scale: bool = False) -> Table:
    """A tensor; ``buffer`` 0 is made while the model runs."""
    fields: dict[int, Part] = {
        0: numbers(shape),
        1: Number(dtype, 1),
        2: Number(buffer),
        3: Bytes(name.encode()),
    }
    if scale:
        fields[4] = Table({2: numbers([1])})
    return Table(fields)


def tflite_model(
    tensors: Sequence[tuple[str, Sequence[int], int]],
    operators: Sequence[tuple[int, Sequence[int], Sequence[int]]] = (),
) -> Table:
    """A model whose tensors all hold zeros: name, shape, number of the dtype; operators: code, inputs, outputs."""
    buffers = [Table({})]
    made = []
    for number, (name, shape, dtype) in enumerate(tensors, 1):
        buffers.append(Table({0: Bytes(bytes(math.prod(shape) * _WIDTHS[dtype]))}))
        made.append(tflite_tensor(name, shape, dtype, number))
    codes = sorted({code for code, _, _ in operators})
    steps = [
        Table({0: Number(codes.index(code)), 1: numbers(inputs), 2: numbers(outputs)})
        for code, inputs, outputs in operators
    ]
    graph = Table({0: Tables(tuple(made)), 1: numbers([0] if made else []), 2: numbers([]), 3: Tables(tuple(steps))})
    return Table(
        {
            0: Number(3),
            1: Tables(tuple(Table({0: Number(min(code, 127), 1), 3: Number(code)}) for code in codes)),
            2: Tables((graph,)),
            3: Bytes(b"truename"),
            4: Tables(tuple(buffers)),
        }
    )
