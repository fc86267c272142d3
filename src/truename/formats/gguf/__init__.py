"""The header of a GGUF file."""

from __future__ import annotations

from enum import auto

from truename.errors import Fault


class GgufFault(Fault):
    """How a GGUF file can be wrong; the rules are those of the format's own library (``ggml/src/gguf.cpp``,
    ``gguf_init_from_file_impl``).
    """

    OVERLAP = auto()  # two tensors share bytes
    # the fixed part at the front is wrong:
    MAGIC = auto()  # the file does not start with GGUF
    VERSION = auto()  # the file has a version that is not read
    TRUNCATED = auto()  # the file ends within its header
    COUNT = auto()  # more keys or tensors than the file could hold, or than any model has
    # one key or its value is wrong:
    KEY_NAME = auto()  # a key is empty, too long, or not UTF-8
    DUPLICATE_KEY = auto()  # a key appears twice
    VALUE_TYPE = auto()  # a value has a type that the format does not know
    STRING_LENGTH = auto()  # a string is longer than the rest of the file
    ARRAY_LENGTH = auto()  # an array is longer than the rest of the file, or than any vocabulary
    NESTED_ARRAY = auto()  # an array holds arrays
    ALIGNMENT = auto()  # ``general.alignment`` is no power of two that fits 32 bits
    # one tensor's entry is wrong:
    TENSOR_NAME = auto()  # a tensor's name is empty, too long, or not UTF-8
    DUPLICATE_TENSOR = auto()  # a tensor's name appears twice
    RANK = auto()  # a tensor has more than four dimensions
    SHAPE_OVERFLOW = auto()  # a tensor has more elements or bytes than 63 bits can count
    TENSOR_TYPE = auto()  # a tensor has a type that is not known here
    BLOCK = auto()  # a tensor's row is no whole number of blocks
    OFFSET_ALIGNMENT = auto()  # a tensor starts between two multiples of the alignment
    OFFSET_RANGE = auto()  # a tensor reaches out of the file
