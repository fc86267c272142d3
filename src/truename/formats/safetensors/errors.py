"""Every way in which a safetensors file can be wrong, one class each.

    WeightsError
    └── SafetensorsError
        ├── HeaderError                    the header itself
        │   ├── FileTooShortError          no room for the eight bytes of the header's length
        │   ├── HeaderTooLargeError        a length above the format's limit of 100 MB
        │   ├── HeaderBoundError               larger than truename reads (also an UnsupportedFormatError)
        │   ├── HeaderTruncatedError       a length that is longer than the file
        │   ├── HeaderEncodingError        not valid UTF-8
        │   ├── HeaderStartError           does not start with '{'
        │   ├── HeaderJsonError            not valid JSON, or nested too deep
        │   ├── DuplicateKeyError          a key twice in one object
        │   └── MetadataError              __metadata__ is no object of strings
        ├── TensorEntryError               one tensor's entry
        │   ├── EntryFormError             no object, or a field is missing or of the wrong kind
        │   ├── UnknownDtypeError
        │   ├── ShapeError                 a size that is no whole number, or negative
        │   ├── ShapeOverflowError         more elements or bits than 64 bits can count
        │   ├── OffsetOrderError           ends before it begins, or begins below zero
        │   ├── OffsetRangeError           reaches out of the file
        │   ├── PartialByteError           a dtype below one byte that does not fill its last byte
        │   └── TensorSizeError            dtype and shape need another number of bytes
        └── LayoutError                    the tensors together
            ├── OverlapError               two tensors share bytes
            ├── HoleError                  bytes between two tensors belong to none
            └── TrailingDataError          bytes after the last tensor belong to none

The rules are those of the format's own library (``safetensors/src/tensor.rs``, ``Metadata::validate``).
"""

from __future__ import annotations

from truename.errors import UnsupportedFormatError, WeightsError


class SafetensorsError(WeightsError):
    """A file breaks the safetensors format."""


class HeaderError(SafetensorsError):
    """The header itself is wrong."""


class FileTooShortError(HeaderError):
    """The file has no room for the header's length."""


class HeaderTooLargeError(HeaderError):
    """The header's length is above the format's limit."""


class HeaderBoundError(HeaderError, UnsupportedFormatError):
    """The header is within the format's limit and larger than truename reads: no fault of the file."""


class HeaderTruncatedError(HeaderError):
    """The header is longer than the file."""


class HeaderEncodingError(HeaderError):
    """The header is not valid UTF-8."""


class HeaderStartError(HeaderError):
    """The header does not start with ``{``."""


class HeaderJsonError(HeaderError):
    """The header is not valid JSON, or nested too deep."""


class DuplicateKeyError(HeaderError):
    """A key appears twice in one object."""


class MetadataError(HeaderError):
    """``__metadata__`` is no object of strings."""


class TensorEntryError(SafetensorsError):
    """One tensor's entry is wrong.

    Attributes:
        tensor: the tensor's name.
    """

    def __init__(self, path: str, tensor: str, problem: str) -> None:
        self.tensor = tensor
        name = tensor if len(tensor) <= 120 else tensor[:120] + "…"
        super().__init__(path, f"tensor {name!r} {problem}")


class EntryFormError(TensorEntryError):
    """The entry is no object, or a field is missing or of the wrong kind."""


class UnknownDtypeError(TensorEntryError):
    """The dtype is none that the format knows."""


class ShapeError(TensorEntryError):
    """A size is no whole number, or negative."""


class ShapeOverflowError(TensorEntryError):
    """The shape holds more elements or bits than 64 bits can count."""


class OffsetOrderError(TensorEntryError):
    """The tensor ends before it begins, or begins below zero."""


class OffsetRangeError(TensorEntryError):
    """The tensor reaches out of the file."""


class PartialByteError(TensorEntryError):
    """A dtype below one byte does not fill its last byte."""


class TensorSizeError(TensorEntryError):
    """Dtype and shape need another number of bytes than the offsets give."""


class LayoutError(SafetensorsError):
    """The tensors do not tile the data."""


class OverlapError(LayoutError):
    """Two tensors share bytes."""


class HoleError(LayoutError):
    """Bytes between two tensors belong to none."""


class TrailingDataError(LayoutError):
    """Bytes after the last tensor belong to none."""
