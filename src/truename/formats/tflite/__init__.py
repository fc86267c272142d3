"""The tensors of a TensorFlow Lite file."""

from __future__ import annotations

from enum import auto

from truename.errors import Fault


class FlatBufferFault(Fault):
    """How a FlatBuffer can be wrong."""

    OFFSET = auto()  # a reference leads out of the file, or nowhere
    TABLE_LAYOUT = auto()  # a table's list of fields cannot be
    VECTOR = auto()  # a vector or a string is longer than the file, or than any real one
    TOO_MANY_READS = auto()  # there are more parts than in any real file


class TfliteFault(Fault):
    """How a TFLite file can be wrong above its layout."""

    NO_TFLITE = auto()  # the identifier is not there
    VERSION = auto()  # the schema has a version that is not 3: no fault, and not read
    LIMIT = auto()  # there are more parts than any real model has
    INDEX = auto()  # a number refers to nothing in its list
    TYPE = auto()  # a tensor's type is none that truename knows; a later version may have it
    TENSOR = auto()  # a tensor's shape or data cannot be
