"""How many elements and bytes a dtype and a shape need, with the limits that every format shares."""

from __future__ import annotations

import math
from collections.abc import Sequence

from truename.formats.dtypes import DTYPE_BITS

MAX_RANK = 64
MAX_ELEMENTS = 2**63 - 1

# Dtypes that safetensors has no word for, in bits; None: an element has no fixed width.
_MORE_BITS: dict[str, int | None] = {
    "I4": 4,
    "U4": 4,
    "I2": 2,
    "U2": 2,
    "C128": 128,
    "STRING": None,
}


def extent(dtype: str, shape: Sequence[int]) -> int | None:
    """Bytes of a tensor whose elements are packed without gaps; None where the dtype has no fixed width.

    Raises:
        ValueError: a size is negative, there are too many of them, or no file could count the elements. Its text is
            the end of a sentence.
    """
    if len(shape) > MAX_RANK:
        raise ValueError(f"has {len(shape)} dimensions; at most {MAX_RANK} are read")
    if shape and min(shape) < 0:
        raise ValueError(f"has a dimension of {min(shape)}")
    if math.prod(filter(None, shape)) > MAX_ELEMENTS:
        raise ValueError("has more elements than 63 bits can count")
    bits = _MORE_BITS[dtype] if dtype in _MORE_BITS else DTYPE_BITS[dtype]
    return None if bits is None else (math.prod(shape) * bits + 7) // 8
