"""Read the index of a TensorFlow checkpoint (``model.ckpt.index``, ``variables.index``); the data is never opened.

    WeightsError
    ├── TableError, ProtobufError     what the index is made of, see ``sstable`` and ``protobuf``
    ├── VariableError                 one variable, see ``tf_variables``
    └── BundleError
        ├── BundleHeaderError         the first entry is not the header of an index
        └── BundleShardError          a variable in a data file that there cannot be

Source: tensorflow/core/protobuf/tensor_bundle.proto.
"""

from __future__ import annotations

from truename.blob import Blob, MemoryBlob
from truename.errors import WeightsError
from truename.formats.extent import extent
from truename.formats.header import Tensor, WeightsHeader
from truename.formats.protobuf import LEN, MAX_FIELDS, TEXT_OF_FIELD, Wire
from truename.formats.tensorflow.sstable import read_table
from truename.formats.tensorflow.variables import (
    DTYPES,
    OTHER_DTYPES,
    VALUE,
    VariableDtypeError,
    VariableNameError,
    VariableShapeError,
    VariableSizeError,
    is_training,
    read_shape,
)
from truename.formats.window import Window

MAX_NAME = 4_096
MAX_SHARDS = 100_000
_ENTRY = 4  # an entry without a field costs as much as so many fields
_NUM_SHARDS = 1
_DTYPE, _SHAPE, _SHARD, _OFFSET, _SIZE, _SLICES = 1, 2, 3, 4, 5, 7


class BundleError(WeightsError):
    """A table is no index of a checkpoint."""


class BundleHeaderError(BundleError):
    """The first entry is not the header of an index."""


class BundleShardError(BundleError):
    """A variable is said to lie in a data file that there cannot be."""


def read_bundle_index(blob: Blob) -> WeightsHeader:
    """Read the variables of a checkpoint from its index; those of the training are left out and counted.

    Raises:
        TableError, ProtobufError: the file breaks its format; the class says how.
        BundleError, VariableError: the index says what cannot be.
    """
    tensors: dict[str, Tensor] = {}
    metadata: dict[str, str] = {}
    training = 0
    shards: int | None = None
    left = MAX_FIELDS  # of all entries together
    for key, value in read_table(blob):
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
        left = wire.left - _ENTRY - len(key) // TEXT_OF_FIELD
    if shards is None:
        raise BundleHeaderError(blob.path, "holds no entry, not even the header of an index")
    if training:
        metadata["training_variables"] = str(training)
    return WeightsHeader("tensorflow", (blob.path,), tensors, {}, metadata, blob.bytes_read)


def _header(wire: Wire, key: bytes, size: int) -> int:
    """How many data files there are."""
    if key:
        raise BundleHeaderError(wire.path, f"begins with {key[:80]!r}, not with the header of an index")
    shards = 0
    for field in wire.fields(0, size):
        if field.number == _NUM_SHARDS:
            shards = wire.number(field)
    if not 0 < shards <= MAX_SHARDS:
        raise BundleHeaderError(wire.path, f"says that there are {shards:,} data files")
    return shards


def _name(path: str, key: bytes) -> str:
    try:
        name = key.decode("utf-8")
    except UnicodeDecodeError:
        raise VariableNameError(path, key[:120].decode("latin-1"), "has a name that is not UTF-8") from None
    if not name or len(key) > MAX_NAME:
        raise VariableNameError(path, name, f"has a name of {len(key):,} bytes; at most {MAX_NAME:,} are read")
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
        raise BundleShardError(path, f"says that {name[:120]!r} lies in data file {numbers[_SHARD]:,} of {shards:,}")
    if numbers[_OFFSET] < 0 or numbers[_SIZE] < 0:
        raise VariableSizeError(path, name, f"lies at byte {numbers[_OFFSET]:,} and has {numbers[_SIZE]:,} bytes")
    if numbers[_DTYPE] in OTHER_DTYPES:
        return None
    dtype = DTYPES.get(numbers[_DTYPE])
    if dtype is None:
        raise VariableDtypeError(path, name, f"has the data type {numbers[_DTYPE]}, which truename does not know")
    if shape is None:
        raise VariableShapeError(path, name, "has a shape of unknown rank")
    try:
        needed = extent(dtype, shape)
    except ValueError as error:
        raise VariableShapeError(path, name, str(error)) from None
    if dtype == "STRING":
        return None
    # Whole numbers below a byte lie one a byte here.
    if not sliced and needed is not None and dtype not in ("I4", "U4", "I2", "U2") and needed != numbers[_SIZE]:
        raise VariableSizeError(path, name, f"has {numbers[_SIZE]:,} bytes, and {dtype} {shape} needs {needed:,}")
    return Tensor(dtype, shape, needed if sliced else numbers[_SIZE])
