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
from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.archives.zip import read_directory, read_start
from truename.formats.header import Tensor, WeightsHeader
from truename.formats.numpy import NumpyFault
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


def read_numpy(blob: Blob) -> WeightsHeader:
    """Read an archive of arrays, or one array that lies on its own and is named like its file.

    Arrays that hold no numbers (texts, dates, records, pickled objects) and whole numbers without a dimension (a step,
    a version) are no weights: ``metadata['left_out']`` names the first of them.

    Raises:
        UnsupportedFormatError: there are no numbers, or more bytes in pickled objects than in numbers.
        FormatError: the archive is broken; or an array's header is broken; its code says how.
    """
    if blob.read(0, len(_MAGIC)) == _MAGIC:
        name = blob.path.rpartition("/")[2].removesuffix(".npy")
        return _header(blob, {name: _read_array(blob.path, name, blob.size, partial(blob.read, 0))})
    return read_npz(blob)


def read_npz(blob: Blob) -> WeightsHeader:
    """Read the header of every array in an archive, as ``read_numpy`` does."""
    entries = {name: entry for name, entry in read_directory(blob).items() if name.endswith(".npy")}
    if not entries:
        raise FormatError(
            blob.path, NumpyFault.NO_ARRAYS, "is not in the archive: it holds no arrays", part=("array", "*.npy")
        )
    if len(entries) > MAX_ARRAYS:
        problem = f"is one of {len(entries):,} arrays; at most {MAX_ARRAYS:,} are read"
        raise UnsupportedFormatError(
            blob.path, problem, NumpyFault.TOO_MANY_ARRAYS, part=("array", next(iter(entries)))
        )
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
        raise UnsupportedFormatError(
            blob.path, f"holds no arrays of numbers, and others are not read: {shown}", NumpyFault.NO_NUMBERS
        )
    if objects > sum(tensor.stored_bytes or 0 for tensor in tensors.values()):
        problem = f"holds more bytes in pickled objects, which are never unpickled, than in numbers: {shown}"
        raise UnsupportedFormatError(blob.path, problem, NumpyFault.PICKLED_OBJECTS)
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
        raise FormatError(
            path, NumpyFault.TRUNCATED, f"ends within its header of {length:,} bytes", part=("array", name)
        )
    dtype, width, shape = _parse(path, name, head[start : start + length])
    if len(shape) > 64 or math.prod(filter(None, shape)) * max(width, 1) >= _MAX_COUNT:
        raise FormatError(
            path, NumpyFault.SHAPE, "has more dimensions or elements than an array can have", part=("array", name)
        )
    stored = math.prod(shape) * width
    held = size - start - length
    if held != stored and dtype[0] not in ("O", _RECORDS[0]):  # a pickle of any length, fields of any width
        raise FormatError(
            path,
            NumpyFault.SIZE,
            f"holds {held:,} bytes, and its dtype and shape need {stored:,}",
            part=("array", name),
        )
    return Tensor(dtype, shape, held)


def _header_range(path: str, name: str, head: bytes) -> tuple[int, int]:
    """Where the header's text begins, and how long it is."""
    if head[:6] != _MAGIC or head[6:7] not in (b"\x01", b"\x02", b"\x03"):
        raise FormatError(path, NumpyFault.MAGIC, "does not begin like an array of NumPy", part=("array", name))
    width = 2 if head[6] == 1 else 4
    if len(head) < 8 + width:
        raise FormatError(path, NumpyFault.TRUNCATED, "ends within the length of its header", part=("array", name))
    length = int.from_bytes(head[8 : 8 + width], "little")
    if length > MAX_HEADER_BYTES:
        raise FormatError(
            path,
            NumpyFault.HEADER_TOO_LARGE,
            f"has a header of {length:,} bytes; NumPy reads {MAX_HEADER_BYTES:,}",
            part=("array", name),
        )
    return 8 + width, length


def _parse(path: str, name: str, header: bytes) -> tuple[str, int, tuple[int, ...]]:
    text = header.decode("latin-1").strip()
    if text[:1] != "{" or text[-1:] != "}":
        raise FormatError(path, NumpyFault.HEADER, "has a header that is no dictionary", part=("array", name))
    text, at, fields = text[1:-1].strip(), 0, {}
    while at < len(text):
        found = _FIELD.match(text, at)
        if found is None or found["key"] in fields:
            raise FormatError(
                path, NumpyFault.HEADER, "has a header that is no dictionary of plain values", part=("array", name)
            )
        fields[found["key"]] = found
        at = found.end()
    if (
        fields.keys() != {"descr", "fortran_order", "shape"}
        or fields["shape"]["shape"] is None
        or not fields["fortran_order"]["truth"]
    ):
        raise FormatError(
            path, NumpyFault.HEADER, "has a header without descr, fortran_order and shape", part=("array", name)
        )
    shape = _shape(path, name, fields["shape"]["shape"])
    if fields["descr"]["fields"] is not None:
        return _RECORDS, 0, shape
    dtype = numpy_dtype(fields["descr"]["text"] or "")
    if dtype is None:
        raise FormatError(
            path,
            NumpyFault.DTYPE,
            f"has the dtype {fields['descr']['text']!r}, which is none of NumPy's",
            part=("array", name),
        )
    return *dtype, shape


def _shape(path: str, name: str, text: str) -> tuple[int, ...]:
    """Sizes with commas between them, one behind the only one; Python 2 wrote an L behind each."""
    sizes = [size.strip().removesuffix("L") for size in text.split(",")]
    if sizes[-1] == "":
        sizes.pop()
    if not all(size.isdigit() and len(size) < 20 for size in sizes) or (len(sizes) == 1 and "," not in text):
        raise FormatError(path, NumpyFault.HEADER, "has a shape that is no tuple of sizes", part=("array", name))
    return tuple(map(int, sizes))
