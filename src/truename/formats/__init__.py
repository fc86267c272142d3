"""From bytes to header: which tensors a model's weights hold. One format a file; never a value of a tensor."""

from truename.errors import PartialWeightsError, UnsupportedFormatError
from truename.formats.checkpoints import FORMATS, Checkpoint, find_checkpoints, states_apart
from truename.formats.detect import detect
from truename.formats.dtypes import DTYPE_BITS, StoredDtype
from truename.formats.graph import OperatorGraph, OperatorNode
from truename.formats.header import Tensor, UnsafeGlobal, WeightIndex, WeightsHeader
from truename.formats.index import IndexComparison, compare_index, read_index
from truename.formats.pickle_files import walk_file
from truename.formats.prefetch import SAMPLED_ABOVE, first_bytes
from truename.formats.pytorch import shared_opcodes, unsafe_globals_of
from truename.formats.read import (
    READERS,
    read_checkpoint,
    read_file,
)
from truename.formats.safetensors.reader import read_safetensors

__all__ = [
    "DTYPE_BITS",
    "FORMATS",
    "READERS",
    "SAMPLED_ABOVE",
    "Checkpoint",
    "FormatError",
    "IndexComparison",
    "OperatorGraph",
    "OperatorNode",
    "PartialWeightsError",
    "StoredDtype",
    "Tensor",
    "UnsafeGlobal",
    "UnsupportedFormatError",
    "WeightIndex",
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
    "states_apart",
    "unsafe_globals_of",
    "walk_file",
]
