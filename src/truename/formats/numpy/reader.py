"""Read the headers of the arrays in a NumPy archive (``.npz``, of NumPy, MLX and JAX), a zip of ``.npy`` files, or of
one such file.

Of each member only its header is read.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from truename.blob import Blob
from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.archives.zip import read_directory, read_start
from truename.formats.header import Tensor, WeightsHeader
from truename.formats.numpy import NumpyFault
from truename.formats.numpy.dtypes import NO_NUMBERS
from truename.formats.numpy.header import MAGIC, RECORDS, header_range, read_header

MAX_ARRAYS = 50_000  # of one archive: each takes a read of its own
_FIRST = 512  # bytes of a member that hold the header of every plain array
_STEPS = 8  # what one of them costs
_MAX_COUNT = 2**63
_NO_NUMBERS = {**NO_NUMBERS, "r": RECORDS}  # by the first letter of a dtype's word
_SHOWN = 8


def read_numpy(blob: Blob) -> WeightsHeader:
    """Read an archive of arrays, or one array that lies on its own and is named like its file.

    Arrays that hold no numbers (texts, dates, records, pickled objects) and whole numbers without a dimension (a step,
    a version) are no weights: ``metadata['left_out']`` names the first of them.

    Raises:
        UnsupportedFormatError: there are no numbers, or more bytes in pickled objects than in numbers.
        FormatError: the archive is broken; or an array's header is broken; its code says how.
    """
    if blob.read(0, len(MAGIC)) == MAGIC:
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
    blob.take_steps(_STEPS * len(entries))
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
    start, length = header_range(path, name, head)
    if start + length > len(head):
        head = first(min(start + length, size))
    header = read_header(path, name, head)
    dtype, width, shape = header.dtype, header.width, header.shape
    if len(shape) > 64 or math.prod(filter(None, shape)) * max(width, 1) >= _MAX_COUNT:
        raise FormatError(
            path, NumpyFault.SHAPE, "has more dimensions or elements than an array can have", part=("array", name)
        )
    stored = math.prod(shape) * width
    held = size - header.data
    if held != stored and dtype[0] not in ("O", RECORDS[0]):  # a pickle of any length, fields of any width
        raise FormatError(
            path,
            NumpyFault.SIZE,
            f"holds {held:,} bytes, and its dtype and shape need {stored:,}",
            part=("array", name),
        )
    return Tensor(dtype, shape, held)
