"""Every way in which a Flax msgpack file can be wrong, one class each.

    WeightsError
    └── FlaxError
        ├── MsgpackError                   the file is no well-formed msgpack
        │   ├── TruncatedError             ends within an item
        │   ├── ReservedByteError          an item starts with 0xc1
        │   └── TrailingDataError          bytes after the last item
        ├── TreeError                      the items are no tree of parameters
        │   ├── RootError                  no map at the top
        │   ├── NestingError               maps or arrays nested deeper than any model's
        │   ├── CountError                 more items than the file could hold, or than any model has
        │   └── KeyFormError               a key that is no text, or no UTF-8, or far too long
        └── ArrayEntryError                one array
            ├── ExtensionError             an extension type that Flax does not write
            ├── ArrayFormError             not a shape, a dtype and bytes
            ├── DtypeError                 a dtype that is not known (also an UnsupportedFormatError)
            ├── ShapeError                 a size that is no whole number, or negative, or too many of them
            ├── ShapeOverflowError         more elements than 63 bits can count
            ├── ArraySizeError             dtype and shape need another number of bytes
            ├── ChunkError                 an array in chunks that do not make up its shape
            └── DuplicateArrayError        a path that appears twice

The layout is that of ``flax.serialization`` (``msgpack_serialize``, ``_ndarray_to_bytes``, ``_chunk``).
"""

from __future__ import annotations

from truename.errors import UnsupportedFormatError, WeightsError


class FlaxError(WeightsError):
    """A file breaks the layout of Flax's msgpack files."""


class MsgpackError(FlaxError):
    """The file is no well-formed msgpack."""


class TruncatedError(MsgpackError):
    """The file ends within an item."""


class ReservedByteError(MsgpackError):
    """An item starts with the one byte that starts nothing."""


class TrailingDataError(MsgpackError):
    """Bytes follow the last item."""


class TreeError(FlaxError):
    """The items are no tree of parameters."""


class RootError(TreeError):
    """There is no map at the top."""


class NestingError(TreeError):
    """Maps or arrays are nested deeper than any model's."""


class CountError(TreeError):
    """More items than the file could hold, or than any model has."""


class KeyFormError(TreeError):
    """A key is no text, no UTF-8, or far too long."""


class ArrayEntryError(FlaxError):
    """One array is wrong.

    Attributes:
        tensor: its path in the tree, joined by dots.
    """

    def __init__(self, path: str, tensor: str, problem: str) -> None:
        self.tensor = tensor
        name = tensor if len(tensor) <= 120 else tensor[:120] + "…"
        super().__init__(path, f"array {name!r} {problem}")


class ExtensionError(ArrayEntryError):
    """An extension type that Flax does not write."""


class ArrayFormError(ArrayEntryError):
    """An array that is not a shape, a dtype and bytes."""


class DtypeError(ArrayEntryError, UnsupportedFormatError):
    """A dtype that is not known."""


class ShapeError(ArrayEntryError):
    """A size that is no whole number, or negative, or too many of them."""


class ShapeOverflowError(ArrayEntryError):
    """A shape that holds more elements than 63 bits can count."""


class ArraySizeError(ArrayEntryError):
    """Dtype and shape need another number of bytes than there are."""


class ChunkError(ArrayEntryError):
    """Chunks that do not make up their array."""


class DuplicateArrayError(ArrayEntryError):
    """A path that appears twice."""
