"""The tensors of a PyTorch checkpoint, read from its pickle without running it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import auto
from itertools import islice, repeat

import msgspec

from truename.errors import Fault, FileError, FormatError, UnsupportedFormatError
from truename.formats.header import UnsafeGlobal

# Of one file, whatever number of pickles it has: 30,000 tensors. A checkpoint of 300 has 10,000; one of 2,000 with the
# state of Adam, which is three tensors for each, has 270,000.
MAX_OPCODES = 1_000_000
# Of one file, in steps of ``UNPACKED_STEP`` bytes: what a compressed pickle may unpack to. A bzip2 of it takes 4 s.
UNPACKED_STEP = 65_536
MAX_UNPACKED_STEPS = 2_048
_SHARED: ContextVar[Iterator[None] | None] = ContextVar("shared opcodes", default=None)
_SHARED_STEPS: ContextVar[Iterator[None] | None] = ContextVar("shared steps of unpacking", default=None)


class PyTorchFault(Fault):
    """How a pickled checkpoint can be wrong."""

    LEGACY = auto()  # the frame of an old stream or tar is not what PyTorch wrote
    TOO_MANY_TENSORS = auto()  # more tensors, or longer names all together, than any real checkpoint has
    EXPORTED_PROGRAM = auto()  # a program of ``torch.export``, which is not read
    NOT_PYTORCH = auto()  # a file of another program under a suffix of PyTorch
    # the stream of opcodes is wrong:
    PICKLE_TOO_LARGE = auto()  # the pickle has more bytes than are read of one
    PICKLE_TRUNCATED = auto()  # the stream ends within an opcode, or without STOP
    TOO_MANY_OPCODES = auto()  # the stream has more opcodes than any real checkpoint
    UNKNOWN_OPCODE = auto()  # a byte that is no opcode
    UNKNOWN_PROTOCOL = auto()  # a protocol that does not exist
    STACK = auto()  # an opcode takes a value or a mark that is not there
    MEMO = auto()  # an opcode takes from the memo what was never stored
    OPERAND = auto()  # an opcode works on a value of the wrong kind
    TEXT_LINE = auto()  # a line of text is too long, or no number where there must be one
    PICKLE_STRING = auto()  # a string is no text in its encoding
    NUMBER_TOO_LARGE = auto()  # a whole number has more digits than any size
    EXTENSION = auto()  # an opcode takes a name from the registry of extensions, which no file brings
    FRAME = auto()  # a frame of the stream ends elsewhere than what it frames
    ARRAY = auto()  # an array of joblib is described so that nobody can say where its bytes end
    PACKED = auto()  # a compressed pickle breaks its compression
    # one tensor is wrong:
    TENSOR_NAME = auto()  # the tensor has a longer name than any real one
    TENSOR_FORM = auto()  # the tensor is rebuilt from something else than storage, offset, size and stride
    TENSOR_SHAPE = auto()  # a size is below zero, or there are too many dimensions or elements
    TENSOR_RANGE = auto()  # the tensor reaches out of its storage
    # one storage is wrong:
    STORAGE_FORM = auto()  # a persistent id that is no storage
    STORAGE_MISSING = auto()  # the archive does not hold a storage
    STORAGE_SIZE = auto()  # the file holds another number of bytes for a storage than its pickle says


class PyTorchError(FormatError):
    """A pickled checkpoint breaks its format.

    Attributes:
        unsafe: what the stream imports up to the place where it breaks: a loader would have run it.
    """

    unsafe: tuple[UnsafeGlobal, ...] = ()


class PickledError(UnsupportedFormatError):
    """Nothing is wrong with a file of pickles, and it gives no weights.

    Attributes:
        unsafe: what its pickles import, as far as they were walked.
        walked: whether that was to their end.
    """

    unsafe: tuple[UnsafeGlobal, ...] = ()
    walked: bool = False


class Walked(msgspec.Struct, frozen=True):
    """What came of walking the pickles of one file."""

    unsafe: tuple[UnsafeGlobal, ...] = ()
    unwalked: bool = False  # whether something that may be a pickle could not be walked to its end
    pickles: int = 0


def unsafe_globals_of(error: FileError) -> tuple[UnsafeGlobal, ...]:
    """What a broken file imports before the place where it breaks; nothing where it is no pickle."""
    return error.unsafe if isinstance(error, PyTorchError | PickledError) else ()


@contextmanager
def shared_opcodes(opcodes: Iterator[None], unpacked: Iterator[None] | None = None) -> Iterator[None]:
    """Let the files that are read in here take what they may of ``opcodes``, one item for each opcode.

    ``unpacked`` is the same for what is decompressed, one item for each ``UNPACKED_STEP`` bytes.
    """
    token, steps = _SHARED.set(opcodes), _SHARED_STEPS.set(unpacked)
    try:
        yield
    finally:
        _SHARED.reset(token)
        _SHARED_STEPS.reset(steps)


def unpacked_steps() -> Iterator[None]:
    """What the compressed pickles of one file may unpack to together: an item for each ``UNPACKED_STEP`` bytes."""
    shared = _SHARED_STEPS.get()
    return islice(repeat(None) if shared is None else shared, MAX_UNPACKED_STEPS)


def opcodes_of_file() -> Iterator[None]:
    """What the pickles of one file may take together: an item for each opcode."""
    shared = _SHARED.get()
    return islice(repeat(None) if shared is None else shared, MAX_OPCODES)
