"""Read the index of a TensorFlow checkpoint (``model.ckpt.index``, ``variables.index``); the data is never opened.

Source: tensorflow/core/protobuf/tensor_bundle.proto.
"""

from __future__ import annotations

from truename.blob import Blob, MemoryBlob
from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.dtypes import extent
from truename.formats.header import Tensor, WeightsHeader
from truename.formats.protobuf import LEN, MAX_FIELDS, TEXT_OF_FIELD, Wire
from truename.formats.tensorflow import TensorflowFault
from truename.formats.tensorflow.sstable import read_table
from truename.formats.tensorflow.variables import (
    DTYPES,
    OTHER_DTYPES,
    VALUE,
    is_training,
    read_shape,
)
from truename.formats.views import Window

MAX_NAME = 4_096
MAX_SHARDS = 100_000
_ENTRY = 4  # an entry without a field costs as much as so many fields
_COUNTED = 1_024  # fields that are counted at a time
_NUM_SHARDS = 1
_DTYPE, _SHAPE, _SHARD, _OFFSET, _SIZE, _SLICES = 1, 2, 3, 4, 5, 7


def read_bundle_index(blob: Blob) -> WeightsHeader:
    """Read the variables of a checkpoint from its index; those of the training are left out and counted.

    Raises:
        FormatError: the file breaks its format, or the index says what cannot be; its code says how.
    """
    tensors: dict[str, Tensor] = {}
    metadata: dict[str, str] = {}
    training = 0
    shards: int | None = None
    left = counted = MAX_FIELDS  # of all entries together
    for key, value in read_table(blob):
        left -= _ENTRY + len(key) // TEXT_OF_FIELD
        if counted - left >= _COUNTED:
            blob.take_steps(counted - left)
            counted = left
        if key[:1] == b"\0":  # a slice of a variable that is listed whole
            continue
        wire = Wire(Window(MemoryBlob(blob.path, value)), blob.path, left)
        if shards is None:
            shards = _header(wire, key, len(value))
            metadata["shards"] = str(shards)
        else:
            name = _name(blob.path, key)
            tensor = _entry(wire, name, len(value), shards)
            if is_training(name) or tensor is None:
                training += 1
            else:
                tensors[name.removesuffix(VALUE)] = tensor
        left = wire.left
    if shards is None:
        raise FormatError(blob.path, TensorflowFault.BUNDLE_HEADER, "holds no entry, not even the header of an index")
    if training:
        metadata["training_variables"] = str(training)
    return WeightsHeader("tensorflow", (blob.path,), tensors, {}, metadata, blob.bytes_read)


def _header(wire: Wire, key: bytes, size: int) -> int:
    """How many data files there are."""
    if key:
        raise FormatError(
            wire.path, TensorflowFault.BUNDLE_HEADER, f"begins with {key[:80]!r}, not with the header of an index"
        )
    shards = 0
    for field in wire.fields(0, size):
        if field.number == _NUM_SHARDS:
            shards = wire.number(field)
    if not 0 < shards <= MAX_SHARDS:
        raise FormatError(wire.path, TensorflowFault.BUNDLE_HEADER, f"says that there are {shards:,} data files")
    return shards


def _name(path: str, key: bytes) -> str:
    try:
        name = key.decode("utf-8")
    except UnicodeDecodeError:
        raise FormatError(
            path,
            TensorflowFault.VARIABLE_NAME,
            "has a name that is not UTF-8",
            part=("variable", key[:120].decode("latin-1")),
        ) from None
    if not name or len(key) > MAX_NAME:
        raise FormatError(
            path,
            TensorflowFault.VARIABLE_NAME,
            f"has a name of {len(key):,} bytes; at most {MAX_NAME:,} are read",
            part=("variable", name),
        )
    return name


def _entry(wire: Wire, name: str, size: int, shards: int) -> Tensor | None:
    """A ``BundleEntryProto``; None of what holds no numbers."""
    path = wire.path
    numbers = dict.fromkeys((_DTYPE, _SHARD, _OFFSET, _SIZE), 0)
    shape: tuple[int, ...] | None = ()
    sliced = False
    for field in wire.fields(0, size):
        if field.number in numbers:
            numbers[field.number] = wire.number(field)
        elif field.number == _SHAPE:
            shape = read_shape(wire, field, name)
        elif field.number == _SLICES:
            wire.expect(field, LEN)
            sliced = True
    if not 0 <= numbers[_SHARD] < shards:
        raise FormatError(
            path,
            TensorflowFault.BUNDLE_SHARD,
            f"says that {name[:120]!r} lies in data file {numbers[_SHARD]:,} of {shards:,}",
        )
    if numbers[_OFFSET] < 0 or numbers[_SIZE] < 0:
        raise FormatError(
            path,
            TensorflowFault.VARIABLE_SIZE,
            f"lies at byte {numbers[_OFFSET]:,} and has {numbers[_SIZE]:,} bytes",
            part=("variable", name),
        )
    if numbers[_DTYPE] in OTHER_DTYPES:
        return None
    dtype = DTYPES.get(numbers[_DTYPE])
    if dtype is None:
        raise UnsupportedFormatError(
            path,
            f"has the data type {numbers[_DTYPE]}, which truename does not know",
            TensorflowFault.VARIABLE_DTYPE,
            part=("variable", name),
        )
    if shape is None:
        raise FormatError(path, TensorflowFault.VARIABLE_SHAPE, "has a shape of unknown rank", part=("variable", name))
    try:
        needed = extent(dtype, shape)
    except ValueError as error:
        raise FormatError(path, TensorflowFault.VARIABLE_SHAPE, str(error), part=("variable", name)) from None
    if dtype == "STRING":
        return None
    # Whole numbers below a byte lie one a byte here.
    if not sliced and needed is not None and dtype not in ("I4", "U4", "I2", "U2") and needed != numbers[_SIZE]:
        raise FormatError(
            path,
            TensorflowFault.VARIABLE_SIZE,
            f"has {numbers[_SIZE]:,} bytes, and {dtype} {shape} needs {needed:,}",
            part=("variable", name),
        )
    return Tensor(dtype, shape, needed if sliced else numbers[_SIZE])
