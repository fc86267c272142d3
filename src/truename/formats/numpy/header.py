"""The header of one array of NumPy: the layout of ``numpy/lib/format.py``, versions 1 to 3.

It is a Python dictionary as text; it is matched against the one form that every writer gives it, and never evaluated.
"""

from __future__ import annotations

import re

import msgspec

from truename.errors import FormatError
from truename.formats.numpy import NumpyFault
from truename.formats.numpy.dtypes import numpy_dtype

MAX_HEADER_BYTES = 10_000  # NumPy's own limit (max_header_size)
MAGIC = b"\x93NUMPY"
RECORDS = "records"

_FIELD = re.compile(
    r"\s*'(?P<key>[a-z_]{1,16})'\s*:\s*"
    r"(?:'(?P<text>[^'\\\n]{1,64})'|(?P<truth>True|False)|\((?P<shape>[0-9L, ]{0,2000})\)|(?P<fields>\[[^\n]*\]))"
    r"\s*(?:,|$)"
)
_DESCR = re.compile(r"'descr'\s*:\s*(\[.*\])\s*,\s*'fortran_order'")
# Fields of plain dtypes and nothing else: whatever is written in another way may be of objects.
_PLAIN_FIELDS = re.compile(
    r"\[(?:\('[^'\\]{0,200}', ?'[<>|=]?[biufcSUaVmM?][0-9a-zA-NP-Z\[\]]{0,20}'(?:, ?\([0-9, ]{0,100}\))?\)(?:, ?)?)*\]"
)


class ArrayHeader(msgspec.Struct, frozen=True):
    """What an array's header says."""

    dtype: str  # in the words of safetensors; RECORDS where it has fields
    width: int  # bytes of an element, 0 where it has fields
    shape: tuple[int, ...]
    data: int  # where the elements begin
    pickled: bool  # whether they are, or may be, objects: a pickle


def read_header(path: str, name: str, head: bytes) -> ArrayHeader:
    """Read the header that ``head`` begins with.

    Raises:
        FormatError: it is broken; its code says how.
    """
    start, length = header_range(path, name, head)
    if start + length > len(head):
        raise FormatError(
            path, NumpyFault.TRUNCATED, f"ends within its header of {length:,} bytes", part=("array", name)
        )
    text = head[start : start + length]
    dtype, width, shape = _parse(path, name, text)
    pickled = dtype[0] == "O" or (dtype == RECORDS and _may_hold_objects(text.decode("latin-1")))
    return ArrayHeader(dtype, width, shape, start + length, pickled)


def _may_hold_objects(text: str) -> bool:
    """Whether a dtype with fields may have one of objects: so it is but where each field is of a plain dtype."""
    found = _DESCR.search(text)
    return found is None or _PLAIN_FIELDS.fullmatch(found[1]) is None


def header_range(path: str, name: str, head: bytes) -> tuple[int, int]:
    """Where the header's text begins, and how long it is."""
    if head[:6] != MAGIC or head[6:7] not in (b"\x01", b"\x02", b"\x03"):
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
        raise FormatError(path, NumpyFault.HEADER, "has a header that is not a dictionary", part=("array", name))
    text, at, fields = text[1:-1].strip(), 0, {}
    while at < len(text):
        found = _FIELD.match(text, at)
        if found is None or found["key"] in fields:
            raise FormatError(
                path, NumpyFault.HEADER, "has a header that is not a dictionary of plain values", part=("array", name)
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
        return RECORDS, 0, shape
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
        raise FormatError(path, NumpyFault.HEADER, "has a shape that is not a tuple of sizes", part=("array", name))
    return tuple(map(int, sizes))
