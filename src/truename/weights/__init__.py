"""From bytes to header: which tensors a model's weights hold. One format a file; never a value of a tensor."""

from truename.errors import UnsupportedFormatError
from truename.weights.ahead import ALL_SHARDS, first_bytes
from truename.weights.checkpoints import FORMATS, Checkpoint, find_checkpoints
from truename.weights.detect import detect
from truename.weights.dtypes import DTYPE_BITS, StoredDtype
from truename.weights.graph import OperatorGraph, OperatorNode
from truename.weights.header import Tensor, WeightIndex, WeightsHeader
from truename.weights.index import IndexComparison, WeightIndexError, compare_index, read_index
from truename.weights.opcode_budget import shared_opcodes
from truename.weights.pickle_errors import UnsafeGlobal, unsafe_globals_of
from truename.weights.reading import (
    READERS,
    PartialWeightsError,
    TooManyShardsError,
    UnreadableFileError,
    read_checkpoint,
    read_file,
)
from truename.weights.safetensors import read_safetensors
from truename.weights.safetensors_errors import SafetensorsError

__all__ = [
    "ALL_SHARDS",
    "DTYPE_BITS",
    "FORMATS",
    "READERS",
    "Checkpoint",
    "IndexComparison",
    "OperatorGraph",
    "OperatorNode",
    "PartialWeightsError",
    "SafetensorsError",
    "StoredDtype",
    "Tensor",
    "TooManyShardsError",
    "UnreadableFileError",
    "UnsafeGlobal",
    "UnsupportedFormatError",
    "WeightIndex",
    "WeightIndexError",
    "WeightsHeader",
    "compare_index",
    "detect",
    "find_checkpoints",
    "first_bytes",
    "read_checkpoint",
    "read_file",
    "read_index",
    "read_safetensors",
    "shared_opcodes",
    "unsafe_globals_of",
]
