"""Every way in which a GGUF file can be wrong, one class each.

    WeightsError
    └── GgufError
        ├── GgufStartError                 the fixed part at the front
        │   ├── MagicError                 does not start with GGUF
        │   ├── VersionError               a version that is not read (also an UnsupportedFormatError)
        │   ├── TruncatedError             ends within its header
        │   └── CountError                 more keys or tensors than the file could hold, or than any model has
        ├── MetadataError                  one key and its value
        │   ├── KeyNameError               empty, too long, or not UTF-8
        │   ├── DuplicateKeyError
        │   ├── ValueTypeError             a type of value that the format does not know
        │   ├── StringLengthError          a string that is longer than the rest of the file
        │   ├── ArrayLengthError           an array that is longer than the rest of the file, or than any vocabulary
        │   ├── NestedArrayError           an array of arrays, which ggml refuses too
        │   └── AlignmentError             general.alignment is no power of two that fits 32 bits
        ├── TensorEntryError               one tensor's entry
        │   ├── TensorNameError            empty, too long, or not UTF-8
        │   ├── DuplicateTensorError
        │   ├── RankError                  more than four dimensions
        │   ├── ShapeOverflowError         more elements or bytes than 63 bits can count
        │   ├── TensorTypeError            a type that is not known here (also an UnsupportedFormatError)
        │   ├── BlockError                 a row that is no whole number of blocks
        │   ├── OffsetAlignmentError       starts between two multiples of the alignment
        │   └── OffsetRangeError           reaches out of the file
        └── OverlapError                   two tensors share bytes

The rules are those of the format's own library (``ggml/src/gguf.cpp``, ``gguf_init_from_file_impl``).
"""

from __future__ import annotations

from truename.errors import UnsupportedFormatError, WeightsError


class GgufError(WeightsError):
    """A file breaks the GGUF format."""


class GgufStartError(GgufError):
    """The fixed part at the front is wrong."""


class MagicError(GgufStartError):
    """The file does not start with GGUF."""


class VersionError(GgufStartError, UnsupportedFormatError):
    """The file has a version that is not read."""


class TruncatedError(GgufStartError):
    """The file ends within its header."""


class CountError(GgufStartError):
    """More keys or tensors than the file could hold, or than any model has."""


class MetadataError(GgufError):
    """One key or its value is wrong.

    Attributes:
        key: the key; its number where it has no readable name.
    """

    def __init__(self, path: str, key: str, problem: str) -> None:
        self.key = key
        super().__init__(path, f"key {_short(key)} {problem}")


class KeyNameError(MetadataError):
    """A key is empty, too long, or not UTF-8."""


class DuplicateKeyError(MetadataError):
    """A key appears twice."""


class ValueTypeError(MetadataError):
    """A value has a type that the format does not know."""


class StringLengthError(MetadataError):
    """A string is longer than the rest of the file."""


class ArrayLengthError(MetadataError):
    """An array is longer than the rest of the file, or than any vocabulary."""


class NestedArrayError(MetadataError):
    """An array holds arrays."""


class AlignmentError(MetadataError):
    """``general.alignment`` is no power of two that fits 32 bits."""


class TensorEntryError(GgufError):
    """One tensor's entry is wrong.

    Attributes:
        tensor: the tensor's name; its number where it has no readable name.
    """

    def __init__(self, path: str, tensor: str, problem: str) -> None:
        self.tensor = tensor
        super().__init__(path, f"tensor {_short(tensor)} {problem}")


class TensorNameError(TensorEntryError):
    """A tensor's name is empty, too long, or not UTF-8."""


class DuplicateTensorError(TensorEntryError):
    """A tensor's name appears twice."""


class RankError(TensorEntryError):
    """A tensor has more than four dimensions."""


class ShapeOverflowError(TensorEntryError):
    """A tensor has more elements or bytes than 63 bits can count."""


class TensorTypeError(TensorEntryError, UnsupportedFormatError):
    """A tensor has a type that is not known here."""


class BlockError(TensorEntryError):
    """A tensor's row is no whole number of blocks."""


class OffsetAlignmentError(TensorEntryError):
    """A tensor starts between two multiples of the alignment."""


class OffsetRangeError(TensorEntryError):
    """A tensor reaches out of the file."""


class OverlapError(GgufError):
    """Two tensors share bytes."""


def _short(name: str) -> str:
    return repr(name if len(name) <= 120 else name[:120] + "…")
