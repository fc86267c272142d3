"""The arrays of a Flax msgpack checkpoint."""

from __future__ import annotations

from enum import auto

from truename.errors import Fault


class FlaxFault(Fault):
    """How a Flax msgpack file can be wrong; the layout is that of ``flax.serialization`` (``msgpack_serialize``,
    ``_ndarray_to_bytes``, ``_chunk``).
    """

    # the file is no well-formed msgpack:
    TRUNCATED = auto()  # the file ends within an item
    RESERVED_BYTE = auto()  # an item starts with the one byte that starts nothing
    TRAILING_DATA = auto()  # bytes follow the last item
    # the items are no tree of parameters:
    ROOT = auto()  # there is no map at the top
    NESTING = auto()  # maps or arrays are nested deeper than any model's
    COUNT = auto()  # more items than the file could hold, or than any model has
    KEY_FORM = auto()  # a key is no text, no UTF-8, or far too long
    # one array is wrong:
    EXTENSION = auto()  # an extension type that Flax does not write
    ARRAY_FORM = auto()  # an array that is not a shape, a dtype and bytes
    DTYPE = auto()  # a dtype that is not known
    SHAPE = auto()  # a size that is no whole number, or negative, or too many of them
    SHAPE_OVERFLOW = auto()  # a shape that holds more elements than 63 bits can count
    ARRAY_SIZE = auto()  # dtype and shape need another number of bytes than there are
    CHUNK = auto()  # chunks that do not make up their array
    DUPLICATE_ARRAY = auto()  # a path that appears twice
