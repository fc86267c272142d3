"""Every way in which a pickled checkpoint can be wrong, one class each.

WeightsError
└── PyTorchError
    ├── PickleError                the stream of opcodes
    │   ├── PickleTooLargeError        more bytes than are read of a pickle
    │   ├── PickleTruncatedError       ends within an opcode, or without STOP
    │   ├── TooManyOpcodesError
    │   ├── UnknownOpcodeError
    │   ├── UnknownProtocolError
    │   ├── StackError                 takes a value or a mark that is not there
    │   ├── MemoError                  takes what it never stored
    │   ├── OperandError               an opcode on a value of the wrong kind
    │   ├── TextLineError              a line of text too long, or no number where there must be one
    │   ├── PickleStringError          a string that is no text in its encoding
    │   └── NumberTooLargeError
    ├── LegacyError                the frame of a stream written before 1.6, or of a tar before 0.2
    ├── TensorRecordError          one tensor
    │   ├── TensorNameError            longer than any real name
    │   ├── TensorFormError            rebuilt from something else than storage, offset, size and stride
    │   ├── TensorShapeError           a size below zero, or too many dimensions or elements
    │   └── TensorRangeError           reaches out of its storage
    ├── StorageError               one storage
    │   ├── StorageFormError           a persistent id that is no storage
    │   ├── StorageMissingError        the archive does not hold it
    │   └── StorageSizeError           the file holds another number of bytes for it
    └── TooManyTensorsError        more tensors than are read, or longer names all together
"""

from __future__ import annotations

from truename.errors import FileError, WeightsError
from truename.formats.header import UnsafeGlobal


class PyTorchError(WeightsError):
    """A file breaks PyTorch's format.

    Attributes:
        unsafe: what the stream imports up to the place where it breaks: a loader would have run it.
    """

    unsafe: tuple[UnsafeGlobal, ...] = ()


def unsafe_globals_of(error: FileError) -> tuple[UnsafeGlobal, ...]:
    """What a broken file imports before the place where it breaks; nothing where it is no pickle."""
    return error.unsafe if isinstance(error, PyTorchError) else ()


class PickleError(PyTorchError):
    """The stream of opcodes is wrong."""


class PickleTooLargeError(PickleError):
    """The pickle has more bytes than are read of one."""


class PickleTruncatedError(PickleError):
    """The stream ends within an opcode, or without STOP."""


class TooManyOpcodesError(PickleError):
    """The stream has more opcodes than any real checkpoint."""


class UnknownOpcodeError(PickleError):
    """A byte that is no opcode."""


class UnknownProtocolError(PickleError):
    """A protocol that does not exist."""


class StackError(PickleError):
    """An opcode takes a value or a mark that is not there."""


class MemoError(PickleError):
    """An opcode takes from the memo what was never stored."""


class OperandError(PickleError):
    """An opcode works on a value of the wrong kind."""


class TextLineError(PickleError):
    """A line of text is too long, or no number where there must be one."""


class PickleStringError(PickleError):
    """A string is no text in its encoding."""


class NumberTooLargeError(PickleError):
    """A whole number has more digits than any size."""


class LegacyError(PyTorchError):
    """The frame of an old stream or tar is not what PyTorch wrote."""


class TensorRecordError(PyTorchError):
    """One tensor is wrong.

    Attributes:
        tensor: its name.
    """

    def __init__(self, path: str, tensor: str, problem: str) -> None:
        self.tensor = tensor
        name = tensor if len(tensor) <= 120 else tensor[:120] + "…"
        super().__init__(path, f"tensor {name!r} {problem}")


class TensorNameError(TensorRecordError):
    """The tensor has a longer name than any real one."""


class TensorFormError(TensorRecordError):
    """The tensor is rebuilt from something else than storage, offset, size and stride."""


class TensorShapeError(TensorRecordError):
    """A size is below zero, or there are too many dimensions or elements."""


class TensorRangeError(TensorRecordError):
    """The tensor reaches out of its storage."""


class StorageError(PyTorchError):
    """One storage is wrong."""


class StorageFormError(StorageError):
    """A persistent id that is no storage."""


class StorageMissingError(StorageError):
    """The archive does not hold a storage."""


class StorageSizeError(StorageError):
    """The file holds another number of bytes for a storage than its pickle says."""


class TooManyTensorsError(PyTorchError):
    """More tensors, or longer names all together, than any real checkpoint has."""
