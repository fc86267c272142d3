"""The header of a safetensors file."""

from __future__ import annotations

from enum import auto

from truename.errors import Fault


class SafetensorsFault(Fault):
    """How a safetensors file can be wrong; the rules are those of the format's own library
    (``safetensors/src/tensor.rs``, ``Metadata::validate``).
    """

    # the header itself is wrong:
    FILE_TOO_SHORT = auto()  # the file has no room for the header's length
    HEADER_TOO_LARGE = auto()  # the header's length is above the format's limit
    HEADER_BOUND = (
        auto()
    )  # the header is within the format's limit and larger than truename reads: not the fault of the file
    HEADER_TRUNCATED = auto()  # the header is longer than the file
    HEADER_ENCODING = auto()  # the header is not valid UTF-8
    HEADER_START = auto()  # the header does not start with ``{``
    HEADER_JSON = auto()  # the header is not valid JSON, or nested too deep
    DUPLICATE_KEY = auto()  # a key appears twice in one object
    METADATA = auto()  # ``__metadata__`` is no object of strings
    # one tensor's entry is wrong:
    ENTRY_FORM = auto()  # the entry is no object, or a field is missing or of the wrong kind
    UNKNOWN_DTYPE = auto()  # the dtype is none that the format knows
    SHAPE = auto()  # a size is no whole number, or negative
    SHAPE_OVERFLOW = auto()  # the shape holds more elements or bits than 64 bits can count
    OFFSET_ORDER = auto()  # the tensor ends before it begins, or begins below zero
    OFFSET_RANGE = auto()  # the tensor reaches out of the file
    PARTIAL_BYTE = auto()  # a dtype below one byte does not fill its last byte
    TENSOR_SIZE = auto()  # dtype and shape need another number of bytes than the offsets give
    # the tensors do not tile the data:
    OVERLAP = auto()  # two tensors share bytes
    HOLE = auto()  # bytes between two tensors belong to none
    TRAILING_DATA = auto()  # bytes after the last tensor belong to none
