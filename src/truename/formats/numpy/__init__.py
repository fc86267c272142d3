"""The arrays of NumPy files and archives."""

from __future__ import annotations

from enum import auto

from truename.errors import Fault


class NumpyFault(Fault):
    """How an array of NumPy, or an archive of them, can be wrong."""

    MAGIC = auto()  # a member does not begin like a ``.npy``, or with a version that does not exist
    TRUNCATED = auto()  # a member ends within its header
    HEADER_TOO_LARGE = auto()  # a header is larger than NumPy itself reads
    HEADER = auto()  # a header is no dictionary of ``descr``, ``fortran_order`` and ``shape``
    DTYPE = auto()  # a dtype is none
    SHAPE = auto()  # a shape has too many dimensions or elements
    SIZE = auto()  # a member holds another number of bytes than dtype and shape need
    TOO_MANY_ARRAYS = auto()  # an archive holds more arrays than are read: not the fault of the file
    NO_ARRAYS = auto()  # no member is a ``.npy``
    NO_NUMBERS = auto()  # no array holds numbers
    PICKLED_OBJECTS = auto()  # most bytes are pickled objects, which are never unpickled
