"""Protocol buffers from numbers and bytes, for tests and seeds: ONNX models, SavedModels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Value = int | bytes | str


def varint(number: int) -> bytes:
    """A number in groups of seven bits; negative ones as the 64-bit numbers that they are stored as."""
    number &= 2**64 - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number: int, value: Value) -> bytes:
    """One field: a number as a varint, text and bytes as a payload."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def message(*fields: tuple[int, Value]) -> bytes:
    """Several fields, in order."""
    return b"".join(field(number, value) for number, value in fields)


def onnx_tensor(name: str, shape: Sequence[int] = (), dtype: int = 1, raw: bytes | None = None) -> bytes:
    """A ``TensorProto``; without ``raw`` it has no data, as stripped files do."""
    dims = [(1, size) for size in shape]
    data: list[tuple[int, Value]] = [] if raw is None else [(9, raw)]
    return message(*dims, (2, dtype), (8, name), *data)


def onnx_node(op_type: str, inputs: Iterable[str], outputs: Iterable[str], name: str = "", **numbers: int) -> bytes:
    """A ``NodeProto`` with whole-number attributes."""
    attributes = [(5, message((1, key), (3, value), (20, 2))) for key, value in numbers.items()]
    values = [*((1, value) for value in inputs), *((2, value) for value in outputs)]
    return message(*values, (3, name), (4, op_type), *attributes)


def onnx_model(
    tensors: Iterable[bytes] = (),
    nodes: Iterable[bytes] = (),
    inputs: Iterable[str] = ("x",),
    outputs: Iterable[str] = ("y",),
) -> bytes:
    """A ``ModelProto`` of one graph."""
    graph = message(
        *((1, node) for node in nodes),
        (2, "graph"),
        *((5, tensor) for tensor in tensors),
        *((11, message((1, name))) for name in inputs),
        *((12, message((1, name))) for name in outputs),
    )
    return message((1, 8), (2, "truename"), (7, graph), (8, message((2, 17))))


def tf_shape(shape: Sequence[int]) -> bytes:
    """A ``TensorShapeProto``."""
    return message(*((2, message((1, size))) for size in shape))


def saved_model(variables: Iterable[tuple[str, int, Sequence[int]]]) -> bytes:
    """``saved_model.pb`` with these variables: name, number of the dtype, shape."""
    nodes = [
        message((7, message((1, dtype), (2, tf_shape(shape)), (3, 1), (6, name)))) for name, dtype, shape in variables
    ]
    objects = message(*((1, node) for node in nodes))
    info = message((4, "serve"), (5, "2.21.0"))
    return message((1, 1), (2, message((1, info), (2, b""), (7, objects))))
