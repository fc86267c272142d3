"""The variables of TensorFlow checkpoints and SavedModels."""

from __future__ import annotations

from enum import auto

from truename.errors import Fault


class TensorflowFault(Fault):
    """How a checkpoint's index or a SavedModel can be wrong."""

    # a table is no index of a checkpoint:
    BUNDLE_HEADER = auto()  # the first entry is not the header of an index
    BUNDLE_SHARD = auto()  # a variable is said to lie in a data file that there cannot be
    # a file is no SavedModel:
    NO_SAVED_MODEL = auto()  # there is no meta graph in it
    SAVED_MODEL_TOO_LARGE = auto()  # there are more objects than any real model has
    NO_VARIABLES = auto()  # a SavedModel that names no variable: the index of its checkpoint does
    # a file breaks the format of a sorted string table:
    NO_TABLE = auto()  # the magic number of the footer is not there
    TABLE_TOO_LARGE = auto()  # there are more bytes or entries than in any real index
    BLOCK_RANGE = auto()  # a block lies outside of the file, or several lie over the same bytes
    BLOCK_PACKING = auto()  # a block is packed in a way that does not exist, or is broken
    BLOCK_ENTRY = auto()  # an entry reaches out of its block
    KEY_ORDER = auto()  # keys are not in order
    # a variable of a TensorFlow file is wrong:
    VARIABLE_DTYPE = auto()  # its dtype is none that truename knows of TensorFlow; a later version may have it
    VARIABLE_SHAPE = auto()  # its shape has a negative size, or more elements than can be counted
    VARIABLE_SIZE = auto()  # it has another number of bytes than dtype and shape need
    VARIABLE_NAME = auto()  # its name is empty, too long or not UTF-8
