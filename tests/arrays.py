"""Arrays and archives of NumPy, written byte by byte."""

from __future__ import annotations

import io
import math
import re
import struct
import zipfile
from collections.abc import Mapping, Sequence


def array(
    descr: str, shape: Sequence[int], *, version: int = 1, header: str | None = None, data: bytes | None = None
) -> bytes:
    """A ``.npy`` of zeros; ``header`` replaces its dictionary, ``data`` its elements."""
    if header is None:
        sizes = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
        header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sizes}), }}"
    digits = re.search(r"\d+$", descr)
    width = int(digits[0]) if digits else 1
    raw = header.encode("utf-8" if version == 3 else "latin-1")
    raw += b" " * (-(len(raw) + 11) % 64) + b"\n"
    length = struct.pack("<H" if version == 1 else "<I", len(raw))
    elements = bytes(math.prod(shape) * width) if data is None else data
    return b"\x93NUMPY" + bytes([version, 0]) + length + raw + elements


def npz(members: Mapping[str, bytes], method: int = 0) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return buffer.getvalue()
