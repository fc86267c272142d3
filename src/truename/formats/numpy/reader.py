"""Read the headers of the arrays in a NumPy archive (``.npz``, of NumPy, MLX and JAX), a zip of ``.npy`` files, or of
one such file.

Of each member only its header is read. The layout is that of ``numpy/lib/format.py``, versions 1 to 3. The header is a
Python dictionary as text; it is matched against the one form that every writer gives it, and never evaluated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial

from truename.blob import Blob
from truename.errors import UnsupportedFormatError, WeightsError
from truename.formats.archives.zip import read_directory, read_start
from truename.formats.header import Tensor, WeightsHeader
from truename.formats.numpy.dtypes import numpy_dtype

MAX_HEADER_BYTES = 10_000  # NumPy's own limit (max_header_size)
MAX_ARRAYS = 50_000  # of one archive: each takes a read of its own
_MAGIC = b"\x93NUMPY"
_FIRST = 512  # bytes of a member that hold the header of every plain array
_MAX_COUNT = 2**63
_RECORDS = "records"
# First letter of a dtype's word -> what such an array holds instead of numbers.
_NO_NUMBERS = {"S": "text", "s": "text", "a": "text", "O": "objects", "M": "dates", "m": "times", "r": _RECORDS}
_SHOWN = 8

_FIELD = re.compile(
    r"\s*'(?P<key>[a-z_]{1,16})'\s*:\s*"
    r"(?:'(?P<text>[^'\\\n]{1,64})'|(?P<truth>True|False)|\((?P<shape>[0-9L, ]{0,2000})\)|(?P<fields>\[[^\n]*\]))"
    r"\s*(?:,|$)"
)


class NumpyError(WeightsError):
    """A ``.npy`` inside of an archive breaks its format.

        WeightsError
        └── NumpyError
            ├── NumpyMagicError        does not begin like a .npy, or with a version that does not exist
            ├── NumpyTruncatedError    ends within its header
            ├── NumpyHeaderTooLargeError
            ├── NumpyHeaderError       the header is no dictionary of descr, fortran_order and shape
            ├── NumpyDtypeError        a dtype that is none
            ├── NumpyShapeError        too many dimensions or elements
            ├── NumpySizeError         holds another number of bytes than dtype and shape need
            ├── TooManyArraysError     more arrays than are read (also an UnsupportedFormatError)
            └── NoArraysError          no member is a .npy

    Attributes:
        member: the member's name.
    """

    def __init__(self, path: str, member: str, problem: str) -> None:
        self.member = member
        name = member if len(member) <= 120 else member[:120] + "…"
        super().__init__(path, f"array {name!r} {problem}")


class NumpyMagicError(NumpyError):
    """A member does not begin like a ``.npy``, or with a version that does not exist."""


class NumpyTruncatedError(NumpyError):
    """A member ends within its header."""


class NumpyHeaderTooLargeError(NumpyError):
    """A header is larger than NumPy itself reads."""


class NumpyHeaderError(NumpyError):
    """A header is no dictionary of ``descr``, ``fortran_order`` and ``shape``."""


class NumpyDtypeError(NumpyError):
    """A dtype is none."""


class NumpyShapeError(NumpyError):
    """A shape has too many dimensions or elements."""


class NumpySizeError(NumpyError):
    """A member holds another number of bytes than dtype and shape need."""


class TooManyArraysError(NumpyError, UnsupportedFormatError):
    """An archive holds more arrays than are read: no fault of the file."""


class NoArraysError(NumpyError):
    """No member is a ``.npy``."""


def read_numpy(blob: Blob) -> WeightsHeader:
    """Read an archive of arrays, or one array that lies on its own and is named like its file.

    Arrays that hold no numbers (texts, dates, records, pickled objects) and whole numbers without a dimension (a step,
    a version) are no weights: ``metadata['left_out']`` names the first of them.

    Raises:
        UnsupportedFormatError: there are no numbers, or more bytes in pickled objects than in numbers.
        ZipError: the archive is broken.
        NumpyError: an array's header is broken; the class says how.
    """
    if blob.read(0, len(_MAGIC)) == _MAGIC:
        name = blob.path.rpartition("/")[2].removesuffix(".npy")
        return _header(blob, {name: _read_array(blob.path, name, blob.size, partial(blob.read, 0))})
    return read_npz(blob)


def read_npz(blob: Blob) -> WeightsHeader:
    """Read the header of every array in an archive, as ``read_numpy`` does."""
    entries = {name: entry for name, entry in read_directory(blob).items() if name.endswith(".npy")}
    if not entries:
        raise NoArraysError(blob.path, "*.npy", "is not in the archive: it holds no arrays")
    if len(entries) > MAX_ARRAYS:
        problem = f"is one of {len(entries):,} arrays; at most {MAX_ARRAYS:,} are read"
        raise TooManyArraysError(blob.path, next(iter(entries)), problem)
    return _header(
        blob,
        {
            name.removesuffix(".npy"): _read_array(blob.path, name, entry.size, partial(read_start, blob, entry))
            for name, entry in entries.items()
        },
    )


def _header(blob: Blob, arrays: dict[str, Tensor]) -> WeightsHeader:
    """The header of those arrays that may be weights."""
    left_out = {name: what for name, array in arrays.items() if (what := _no_weight(array)) is not None}
    tensors = {name: array for name, array in arrays.items() if name not in left_out}
    shown = ", ".join(f"{name[:80]} ({what})" for name, what in list(left_out.items())[:_SHOWN])
    objects = sum(arrays[name].stored_bytes or 0 for name, what in left_out.items() if what == _NO_NUMBERS["O"])
    if not tensors:
        raise UnsupportedFormatError(blob.path, f"holds no arrays of numbers, and others are not read: {shown}")
    if objects > sum(tensor.stored_bytes or 0 for tensor in tensors.values()):
        problem = f"holds more bytes in pickled objects, which are never unpickled, than in numbers: {shown}"
        raise UnsupportedFormatError(blob.path, problem)
    return WeightsHeader("numpy", (blob.path,), tensors, {}, {"left_out": shown} if left_out else {}, blob.bytes_read)


def _no_weight(array: Tensor) -> str | None:
    """What an array holds that is no weight."""
    if (what := _NO_NUMBERS.get((array.dtype or "")[:1])) is not None:
        return what
    return "a whole number" if array.shape == () and (array.dtype or "")[:1] in "IU" else None


def _read_array(path: str, name: str, size: int, first: Callable[[int], bytes]) -> Tensor:
    """Read one array of ``size`` bytes with its header; ``first`` gives so many of its first bytes."""
    head = first(min(_FIRST, size))
    start, length = _header_range(path, name, head)
    if start + length > len(head):
        head = first(min(start + length, size))
    if start + length > len(head):
        raise NumpyTruncatedError(path, name, f"ends within its header of {length:,} bytes")
    dtype, width, shape = _parse(path, name, head[start : start + length])
    if len(shape) > 64 or math.prod(filter(None, shape)) * max(width, 1) >= _MAX_COUNT:
        raise NumpyShapeError(path, name, "has more dimensions or elements than an array can have")
    stored = math.prod(shape) * width
    held = size - start - length
    if held != stored and dtype[0] not in ("O", _RECORDS[0]):  # a pickle of any length, fields of any width
        raise NumpySizeError(path, name, f"holds {held:,} bytes, and its dtype and shape need {stored:,}")
    return Tensor(dtype, shape, held)


def _header_range(path: str, name: str, head: bytes) -> tuple[int, int]:
    """Where the header's text begins, and how long it is."""
    if head[:6] != _MAGIC or head[6:7] not in (b"\x01", b"\x02", b"\x03"):
        raise NumpyMagicError(path, name, "does not begin like an array of NumPy")
    width = 2 if head[6] == 1 else 4
    if len(head) < 8 + width:
        raise NumpyTruncatedError(path, name, "ends within the length of its header")
    length = int.from_bytes(head[8 : 8 + width], "little")
    if length > MAX_HEADER_BYTES:
        raise NumpyHeaderTooLargeError(
            path, name, f"has a header of {length:,} bytes; NumPy reads {MAX_HEADER_BYTES:,}"
        )
    return 8 + width, length


def _parse(path: str, name: str, header: bytes) -> tuple[str, int, tuple[int, ...]]:
    text = header.decode("latin-1").strip()
    if text[:1] != "{" or text[-1:] != "}":
        raise NumpyHeaderError(path, name, "has a header that is no dictionary")
    text, at, fields = text[1:-1].strip(), 0, {}
    while at < len(text):
        found = _FIELD.match(text, at)
        if found is None or found["key"] in fields:
            raise NumpyHeaderError(path, name, "has a header that is no dictionary of plain values")
        fields[found["key"]] = found
        at = found.end()
    if (
        fields.keys() != {"descr", "fortran_order", "shape"}
        or fields["shape"]["shape"] is None
        or not fields["fortran_order"]["truth"]
    ):
        raise NumpyHeaderError(path, name, "has a header without descr, fortran_order and shape")
    shape = _shape(path, name, fields["shape"]["shape"])
    if fields["descr"]["fields"] is not None:
        return _RECORDS, 0, shape
    dtype = numpy_dtype(fields["descr"]["text"] or "")
    if dtype is None:
        raise NumpyDtypeError(path, name, f"has the dtype {fields['descr']['text']!r}, which is none of NumPy's")
    return *dtype, shape


def _shape(path: str, name: str, text: str) -> tuple[int, ...]:
    """Sizes with commas between them, one behind the only one; Python 2 wrote an L behind each."""
    sizes = [size.strip().removesuffix("L") for size in text.split(",")]
    if sizes[-1] == "":
        sizes.pop()
    if not all(size.isdigit() and len(size) < 20 for size in sizes) or (len(sizes) == 1 and "," not in text):
        raise NumpyHeaderError(path, name, "has a shape that is no tuple of sizes")
    return tuple(map(int, sizes))
