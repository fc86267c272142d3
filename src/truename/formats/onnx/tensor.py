"""One tensor of an ONNX file (``TensorProto``): its name, dtype and shape; the bytes are skipped."""

from __future__ import annotations

import msgspec

from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.dtypes import extent
from truename.formats.header import Tensor
from truename.formats.onnx import OnnxFault
from truename.formats.protobuf import LEN, Field, Wire

_MAX_DIMS = 64

# onnx.proto, enum TensorProto.DataType (onnx 1.23): its number, our word.
DTYPES: dict[int, str] = {
    1: "F32",
    2: "U8",
    3: "I8",
    4: "U16",
    5: "I16",
    6: "I32",
    7: "I64",
    8: "STRING",
    9: "BOOL",
    10: "F16",
    11: "F64",
    12: "U32",
    13: "U64",
    14: "C64",
    15: "C128",
    16: "BF16",
    17: "F8_E4M3",
    18: "F8_E4M3FNUZ",
    19: "F8_E5M2",
    20: "F8_E5M2FNUZ",
    21: "U4",
    22: "I4",
    23: "F4",
    24: "F8_E8M0",
    25: "U2",
    26: "I2",
    27: "F6_E2M3",
    28: "F6_E3M2",
}
_DIMS, _DATA_TYPE, _FLOAT_DATA, _NAME, _RAW_DATA, _DOUBLE_DATA, _EXTERNAL, _LOCATION = 1, 2, 4, 8, 9, 10, 13, 14
_IS_EXTERNAL = 1
_KEY, _VALUE = 1, 2
# Typed data is used where a writer does not care for size; floats and doubles lie in it as they are.
_PACKED_WIDTH = {_FLOAT_DATA: 4, _DOUBLE_DATA: 8}
_PACKED_DTYPES = {_FLOAT_DATA: ("F32", "C64"), _DOUBLE_DATA: ("F64", "C128")}


class OnnxTensor(msgspec.Struct, frozen=True):
    """A stored tensor and its name; ``location`` is the file beside the model that holds its bytes."""

    name: str
    tensor: Tensor
    location: str | None = None


class _Parts(msgspec.Struct):
    """Fields of a TensorProto while they are collected."""

    name: str = ""
    dims: list[int] = msgspec.field(default_factory=list)
    data_type: int = 0
    raw: int | None = None  # bytes of raw_data
    packed: int | None = None  # bytes of float_data or double_data
    packed_field: int = 0
    external: bool = False
    entries: dict[str, str] = msgspec.field(default_factory=dict)


def read_tensor(wire: Wire, start: int, end: int, fallback: str = "", max_text: int = 4_096) -> OnnxTensor:
    """The tensor that lies at ``start`` to ``end``, without its data.

    Args:
        wire: the file.
        start: first byte of the message.
        end: the byte behind it.
        fallback: its name where the message has none (a Constant's value).
        max_text: bytes that a name or an external location may have.

    Raises:
        FormatError: the bytes are no message; or the message describes no tensor.
    """
    parts = _Parts()
    for field in wire.fields(start, end):
        _collect(wire, field, parts, max_text)
    return _built(wire.path, parts, parts.name or fallback)


def _collect(wire: Wire, field: Field, parts: _Parts, max_text: int) -> None:
    number = field.number
    if number == _DIMS:
        parts.dims += wire.numbers(field, _MAX_DIMS)
        if len(parts.dims) > _MAX_DIMS:
            problem = f"has more than {_MAX_DIMS} dimensions"
            raise FormatError(wire.path, OnnxFault.TENSOR_SHAPE, problem, part=("tensor", parts.name))
    elif number == _DATA_TYPE:
        parts.data_type = wire.number(field)
    elif number == _NAME:
        parts.name = wire.text(field, max_text)
    elif number == _RAW_DATA:
        wire.expect(field, LEN)
        parts.raw = field.end - field.start
    elif number in _PACKED_WIDTH:
        parts.packed = (parts.packed or 0) + field.end - field.start  # packed, or one after the other
        parts.packed_field = number
    elif number == _LOCATION:
        parts.external = wire.number(field) == _IS_EXTERNAL
    elif number == _EXTERNAL:
        key, value = read_pair(wire, field, max_text)
        if len(parts.entries) < 16:  # location, offset, length, checksum, basepath
            parts.entries[key] = value


def read_pair(wire: Wire, field: Field, max_text: int) -> tuple[str, str]:
    """A ``StringStringEntryProto``."""
    wire.expect(field, LEN)
    key = value = ""
    for inner in wire.fields(field.start, field.end):
        if inner.number == _KEY:
            key = wire.text(inner, max_text)
        elif inner.number == _VALUE:
            value = wire.text(inner, max_text)
    return key, value


def _built(path: str, parts: _Parts, name: str) -> OnnxTensor:
    if not name:
        raise FormatError(path, OnnxFault.TENSOR_NAME, "has no name", part=("tensor", name))
    dtype = DTYPES.get(parts.data_type)
    if dtype is None:
        raise UnsupportedFormatError(
            path,
            f"has the data type {parts.data_type}, which truename does not know",
            OnnxFault.TENSOR_DTYPE,
            part=("tensor", name),
        )
    try:
        stored = extent(dtype, parts.dims)
    except ValueError as error:
        raise FormatError(path, OnnxFault.TENSOR_SHAPE, str(error), part=("tensor", name)) from None
    location = _location(path, parts, name, stored) if parts.external else None
    if location is None:
        _check_data(path, parts, name, dtype, stored)
    return OnnxTensor(name, Tensor(dtype, tuple(parts.dims), stored), location)


def _check_data(path: str, parts: _Parts, name: str, dtype: str, stored: int | None) -> None:
    """The bytes that lie in the file are those that dtype and shape need. Without any the shape alone speaks."""
    found = parts.raw
    if found is None and parts.packed is not None and dtype in _PACKED_DTYPES[parts.packed_field]:
        found = parts.packed
    if found is None or stored is None or found == stored:
        return
    shape = "×".join(map(str, parts.dims)) or "scalar"
    problem = f"has {found:,} bytes, and {dtype} {shape} needs {stored:,}"
    raise FormatError(path, OnnxFault.TENSOR_DATA, problem, part=("tensor", name))


def _location(path: str, parts: _Parts, name: str, stored: int | None) -> str:
    """The file beside the model that holds the bytes. It is only named, never opened."""
    location = parts.entries.get("location", "")
    steps = location.removeprefix("./").split("/")
    if "\\" in location or "\0" in location or ":" in steps[0] or any(step in ("", ".", "..") for step in steps):
        raise FormatError(
            path,
            OnnxFault.EXTERNAL_DATA,
            f"keeps its data in {location[:120]!r}, which is no file of the model",
            part=("tensor", name),
        )
    for key in ("offset", "length"):
        text = parts.entries.get(key, "0")
        if not (text.isascii() and text.isdigit()) or len(text) > 19:
            raise FormatError(
                path,
                OnnxFault.EXTERNAL_DATA,
                f"has the external {key} {text[:40]!r}, which is no number of bytes",
                part=("tensor", name),
            )
    length = parts.entries.get("length")
    if length is not None and stored is not None and int(length) != stored and all(parts.dims):
        raise FormatError(
            path,
            OnnxFault.TENSOR_DATA,
            f"has {int(length):,} bytes outside, and its shape needs {stored:,}",
            part=("tensor", name),
        )
    return location
