"""Read the tree of parameters of a Flax msgpack file; the bodies of its arrays are stepped over.

Layout (``flax.serialization.msgpack_serialize``): nested maps; a leaf is an extension of type 1, whose bytes are
again msgpack: shape, dtype's name, data. Arrays above 1 GiB are a map of chunks.
"""

from __future__ import annotations

import math

from truename.blob import Blob
from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.flax import FlaxFault
from truename.formats.flax.msgpack_items import Form, Item, Items
from truename.formats.header import Tensor, WeightsHeader

MAX_DEPTH = 64
MAX_ITEMS = 200_000
MAX_ARRAYS = 65_536
MAX_KEY_BYTES = 1_024
MAX_PATH = 2_048  # characters of a path in the tree
MAX_TEXT = 8_000_000  # characters of the paths of all arrays; 65,536 of 60 have half as many
MAX_RANK = 32
KEPT_TEXT = 1_024  # bytes of a text leaf that is kept as metadata
KEPT_SCALARS = 1_000
CHUNKED = "__msgpack_chunked_array__"

_NDARRAY, _COMPLEX, _SCALAR = 1, 2, 3  # flax.serialization._MsgpackExtType
_MAX_ELEMENTS = 2**63 - 1
# numpy's and ml_dtypes' names -> safetensors' word, bytes of one element
_DTYPES = {
    "float64": ("F64", 8), "float32": ("F32", 4), "float16": ("F16", 2), "bfloat16": ("BF16", 2),
    "float8_e4m3fn": ("F8_E4M3", 1), "float8_e5m2": ("F8_E5M2", 1), "float8_e4m3fnuz": ("F8_E4M3FNUZ", 1),
    "float8_e5m2fnuz": ("F8_E5M2FNUZ", 1), "float8_e4m3": ("F8_E4M3", 1), "float8_e3m4": ("F8_E3M4", 1),
    "float8_e4m3b11fnuz": ("F8_E4M3B11FNUZ", 1), "float8_e8m0fnu": ("F8_E8M0", 1),
    "int64": ("I64", 8), "int32": ("I32", 4), "int16": ("I16", 2),
    "int8": ("I8", 1), "uint64": ("U64", 8), "uint32": ("U32", 4), "uint16": ("U16", 2), "uint8": ("U8", 1),
    "bool": ("BOOL", 1), "complex64": ("C64", 8), "complex128": ("C128", 16), "int4": ("I4", 1), "uint4": ("U4", 1),
}  # fmt: skip


def read_flax(blob: Blob) -> WeightsHeader:
    """Read and validate the tree of one Flax msgpack file.

    Names are the paths in the tree, joined by dots. Leaves that are no arrays (a step counter) become metadata.

    Raises:
        FormatError: the file breaks the layout; its code says how.
    """
    return _Reader(blob).header()


class _Reader:
    """One reading of one file."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._path = blob.path
        self._items = Items(blob)
        self._left = MAX_ITEMS
        self._text_left = MAX_TEXT
        self._tensors: dict[str, Tensor] = {}
        self._metadata: dict[str, str] = {}

    def header(self) -> WeightsHeader:
        """The whole header."""
        top = self._items.head()
        if top.form is not Form.MAP:
            raise FormatError(
                self._path, FlaxFault.ROOT, f"holds {_article(top.form)} at its top, not a tree of parameters"
            )
        self._map(top, "", 1)
        if self._items.left > 0:
            raise FormatError(self._path, FlaxFault.TRAILING_DATA, f"has {self._items.left:,} bytes after its tree")
        return WeightsHeader("flax", (self._path,), self._tensors, {}, self._metadata, self._blob.bytes_read)

    def _count(self, item: Item, depth: int) -> None:
        """Bound the nesting and the number of items before any is read."""
        if depth > MAX_DEPTH:
            raise FormatError(self._path, FlaxFault.NESTING, f"is nested more than {MAX_DEPTH} deep")
        least = 2 * item.length if item.form is Form.MAP else item.length
        if least > self._items.left:
            problem = f"has a {item.form} of {item.length:,} items, and {self._items.left:,} bytes are left"
            raise FormatError(self._path, FlaxFault.COUNT, problem)
        self._left -= item.length
        if self._left < 0:
            raise FormatError(self._path, FlaxFault.COUNT, f"has more than {MAX_ITEMS:,} items; no model has so many")

    def _map(self, item: Item, path: str, depth: int) -> None:
        self._count(item, depth)
        for number in range(item.length):
            key = self._key()
            if number == 0 and key == CHUNKED:
                self._chunked(item, path, depth)
                return
            self._value(self._joined(path, key), depth)

    def _joined(self, path: str, key: str) -> str:
        if len(path) + len(key) > MAX_PATH:
            raise FormatError(self._path, FlaxFault.KEY_FORM, f"has a path of more than {MAX_PATH:,} characters")
        return f"{path}.{key}" if path else key

    def _key(self) -> str:
        item = self._items.head()
        if item.form is Form.SCALAR and type(item.value) is int:  # lists are maps of numbers in some writers
            return str(item.value)
        if item.form is not Form.TEXT or item.length > MAX_KEY_BYTES:
            found = f"a key of {item.length:,} bytes" if item.form is Form.TEXT else f"{_article(item.form)} as a key"
            raise FormatError(
                self._path, FlaxFault.KEY_FORM, f"has {found}; keys are texts of at most {MAX_KEY_BYTES:,} bytes"
            )
        try:
            return self._items.take(item.length).decode()
        except UnicodeDecodeError:
            raise FormatError(self._path, FlaxFault.KEY_FORM, "has a key that is not UTF-8") from None

    def _value(self, path: str, depth: int) -> None:
        item = self._items.head()
        if item.form is Form.MAP:
            self._map(item, path, depth + 1)
        elif item.form is Form.ARRAY:
            self._count(item, depth + 1)
            for index in range(item.length):
                self._value(self._joined(path, str(index)), depth + 1)
        elif item.form is Form.EXTENSION:
            self._extension(item, path)
        else:
            self._leaf(item, path)

    def _leaf(self, item: Item, path: str) -> None:
        """A leaf that is no array: kept as text where it is short."""
        text = str(item.value)
        if item.form is not Form.SCALAR:
            if item.length > KEPT_TEXT or item.form is Form.BYTES:
                self._items.skip(item.length)
                return
            text = self._items.take(item.length).decode("utf-8", "replace")
        if len(self._metadata) < KEPT_SCALARS:
            self._metadata[path] = text

    def _extension(self, item: Item, path: str) -> None:
        if item.code == _COMPLEX:
            self._items.skip(item.length)
            return
        if item.code not in (_NDARRAY, _SCALAR):
            raise FormatError(
                self._path,
                FlaxFault.EXTENSION,
                f"is an extension of type {item.code}; Flax writes 1 to 3",
                part=("array", path),
            )
        self._add(path, self._ndarray(item, path))

    def _add(self, path: str, tensor: Tensor) -> None:
        if path in self._tensors:
            raise FormatError(self._path, FlaxFault.DUPLICATE_ARRAY, "appears twice", part=("array", path))
        if len(self._tensors) >= MAX_ARRAYS:
            raise FormatError(self._path, FlaxFault.COUNT, f"has more than {MAX_ARRAYS:,} arrays; no model has so many")
        self._text_left -= len(path)
        if self._text_left < 0:
            raise FormatError(self._path, FlaxFault.COUNT, f"has paths of more than {MAX_TEXT:,} characters in all")
        self._tensors[path] = tensor

    def _ndarray(self, item: Item, path: str) -> Tensor:
        """Shape, dtype and the length of the data; the cursor then stands behind the data."""
        items = self._items
        if item.length > items.left:
            raise FormatError(self._path, FlaxFault.TRUNCATED, f"ends within array {path[:120]!r}; is it cut off?")
        end = items.position + item.length
        head = items.head()
        if head.form is not Form.ARRAY or head.length != 3:
            raise self._no_array(path)
        shape = self._shape(path)
        name = items.head()
        if name.form not in (Form.TEXT, Form.BYTES) or name.length > 32:
            raise self._no_array(path)
        dtype = items.take(name.length).decode("ascii", "replace")
        body = items.head()
        if body.form not in (Form.BYTES, Form.TEXT) or items.position + body.length != end:
            raise self._no_array(path)
        tensor = self._tensor(path, dtype, shape, body.length)
        items.skip(body.length)
        return tensor

    def _no_array(self, path: str) -> FormatError:
        return FormatError(
            self._path,
            FlaxFault.ARRAY_FORM,
            "is not a shape, a dtype and the bytes that they need",
            part=("array", path),
        )

    def _shape(self, path: str) -> tuple[int, ...]:
        head = self._items.head()
        if head.form is not Form.ARRAY:
            raise self._no_array(path)
        if head.length > MAX_RANK:
            raise FormatError(
                self._path,
                FlaxFault.SHAPE,
                f"has {head.length:,} dimensions; at most {MAX_RANK} are read",
                part=("array", path),
            )
        return tuple(self._size(path, self._items.head()) for _ in range(head.length))

    def _size(self, path: str, item: Item) -> int:
        value = item.value
        if item.form is not Form.SCALAR or type(value) is not int or value < 0:
            raise FormatError(
                self._path,
                FlaxFault.SHAPE,
                "has a dimension that is no whole number, or negative",
                part=("array", path),
            )
        return value

    def _tensor(self, path: str, dtype: str, shape: tuple[int, ...], length: int) -> Tensor:
        known = _DTYPES.get(dtype)
        if known is None:
            raise UnsupportedFormatError(
                self._path,
                f"has the dtype {dtype!r}, which truename does not know",
                FlaxFault.DTYPE,
                part=("array", path),
            )
        if math.prod(filter(None, shape)) > _MAX_ELEMENTS:
            raise FormatError(
                self._path, FlaxFault.SHAPE_OVERFLOW, "has more elements than 63 bits can count", part=("array", path)
            )
        needed = math.prod(shape) * known[1]
        if needed != length:
            problem = f"has {length:,} bytes, and {dtype} of shape {list(shape)} needs {needed:,}"
            raise FormatError(self._path, FlaxFault.ARRAY_SIZE, problem, part=("array", path))
        return Tensor(known[0], shape, needed)

    def _chunked(self, item: Item, path: str, depth: int) -> None:
        """``{CHUNKED: true, "shape": {"0": ...}, "chunks": {"0": array ...}}``; the cursor is behind the first key."""
        shape: tuple[int, ...] | None = None
        chunks: list[Tensor] = []
        self._expect(self._items.head(), path, Form.SCALAR)
        for _ in range(item.length - 1):
            key = self._key()
            inner = self._expect(self._items.head(), path, Form.MAP)
            self._count(inner, depth + 1)
            if key == "shape":
                shape = self._numbered_sizes(inner, path)
            elif key == "chunks":
                chunks = [self._numbered_chunk(path) for _ in range(inner.length)]
            else:
                raise FormatError(
                    self._path,
                    FlaxFault.CHUNK,
                    f"is in chunks and has the unknown key {key[:40]!r}",
                    part=("array", path),
                )
        self._add(path, self._whole(path, shape, chunks))

    def _numbered_sizes(self, item: Item, path: str) -> tuple[int, ...]:
        if item.length > MAX_RANK:
            raise FormatError(
                self._path,
                FlaxFault.SHAPE,
                f"has {item.length:,} dimensions; at most {MAX_RANK} are read",
                part=("array", path),
            )
        return tuple(self._size(path, self._after_key()) for _ in range(item.length))

    def _after_key(self) -> Item:
        self._key()
        return self._items.head()

    def _numbered_chunk(self, path: str) -> Tensor:
        item = self._expect(self._after_key(), path, Form.EXTENSION)
        if item.code != _NDARRAY:
            raise FormatError(self._path, FlaxFault.CHUNK, "has a chunk that is no array", part=("array", path))
        return self._ndarray(item, path)

    def _expect(self, item: Item, path: str, form: Form) -> Item:
        if item.form is not form:
            raise FormatError(
                self._path,
                FlaxFault.CHUNK,
                f"is in chunks and has {_article(item.form)} in place of a {form}",
                part=("array", path),
            )
        return item

    def _whole(self, path: str, shape: tuple[int, ...] | None, chunks: list[Tensor]) -> Tensor:
        dtypes = {chunk.dtype for chunk in chunks}
        elements = sum(math.prod(chunk.shape or ()) for chunk in chunks)
        if shape is None or len(dtypes) != 1 or math.prod(shape) != elements:
            raise FormatError(
                self._path, FlaxFault.CHUNK, "is in chunks that do not make up its shape", part=("array", path)
            )
        if math.prod(filter(None, shape)) > _MAX_ELEMENTS:
            raise FormatError(
                self._path, FlaxFault.SHAPE_OVERFLOW, "has more elements than 63 bits can count", part=("array", path)
            )
        return Tensor(dtypes.pop(), shape, sum(chunk.stored_bytes or 0 for chunk in chunks))


def _article(form: Form) -> str:
    return f"an {form}" if str(form)[0] in "aeiou" else f"a {form}"
