"""What a test expects of a broken file: one fault, told by its code, and held against the file or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from truename.budget import BudgetFault
from truename.errors import Fault, FormatError, UnsupportedFormatError, WeightsError
from truename.formats.archives import TarFault
from truename.formats.flax import FlaxFault
from truename.formats.gguf import GgufFault
from truename.formats.index import IndexFault
from truename.formats.keras import Hdf5Fault, KerasFault
from truename.formats.numpy import NumpyFault
from truename.formats.onnx import OnnxFault
from truename.formats.protobuf import ProtobufFault
from truename.formats.pytorch import PyTorchFault
from truename.formats.read import CheckpointFault
from truename.formats.safetensors import SafetensorsFault
from truename.formats.tensorflow import TensorflowFault
from truename.formats.tflite import TfliteFault

# What a good file may have and truename does not read. Everything else breaks the format.
UNSUPPORTED = frozenset(
    {
        CheckpointFault.NO_READER,
        FlaxFault.DTYPE,
        GgufFault.TENSOR_TYPE,
        GgufFault.VERSION,
        Hdf5Fault.UNSUPPORTED,
        KerasFault.ARCHIVE_KIND,
        KerasFault.COMPRESSED,
        KerasFault.NO_WEIGHTS,
        NumpyFault.NO_NUMBERS,
        NumpyFault.PICKLED_OBJECTS,
        NumpyFault.TOO_MANY_ARRAYS,
        OnnxFault.TENSOR_DTYPE,
        ProtobufFault.TOO_MANY_FIELDS,
        PyTorchFault.EXPORTED_PROGRAM,
        PyTorchFault.NOT_PYTORCH,
        BudgetFault.BYTES,
        BudgetFault.OPCODES,
        BudgetFault.SECONDS,
        BudgetFault.STEPS,
        BudgetFault.TENSORS,
        CheckpointFault.TOO_MANY_SHARDS,
        IndexFault.TOO_LARGE,
        SafetensorsFault.HEADER_BOUND,
        TarFault.COMPRESSED,
        TensorflowFault.NO_VARIABLES,
        TensorflowFault.VARIABLE_DTYPE,
        TfliteFault.TYPE,
        TfliteFault.VERSION,
    }
)


def assert_fault(error: WeightsError, expected: Fault | type[Fault]) -> None:
    """Whether an error has this code, or any of this enumeration, and the class that goes with its code."""
    if isinstance(expected, Fault):
        assert error.code is expected, error
    else:
        assert isinstance(error.code, expected), error
    assert isinstance(error, UnsupportedFormatError if error.code in UNSUPPORTED else FormatError), error


@contextmanager
def raises_fault(
    expected: Fault | type[Fault], match: str | None = None
) -> Iterator[pytest.ExceptionInfo[WeightsError]]:
    """As ``pytest.raises``, for the code of a weights file's error, or any of an enumeration."""
    with pytest.raises(WeightsError, match=match) as caught:
        yield caught
    assert_fault(caught.value, expected)
