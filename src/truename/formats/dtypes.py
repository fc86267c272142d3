"""The dtypes of safetensors with their width in bits, and how many bytes a dtype and a shape need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

# The words of the format's own library (safetensors/src/tensor.rs, enum Dtype), version 0.7.
StoredDtype = Literal[
    "BOOL",
    "F4",
    "F6_E2M3",
    "F6_E3M2",
    "U8",
    "I8",
    "F8_E5M2",
    "F8_E4M3",
    "F8_E8M0",
    "F8_E4M3FNUZ",
    "F8_E5M2FNUZ",
    "I16",
    "U16",
    "F16",
    "BF16",
    "I32",
    "U32",
    "F32",
    "C64",
    "F64",
    "I64",
    "U64",
]

# Floats of 16 bits or more: weights that are stored in them alone are not quantised. GGUF has the same words for them.
FULL_PRECISION = frozenset({"F64", "F32", "F16", "BF16"})

DTYPE_BITS: dict[str, int] = {
    "BOOL": 8,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "U8": 8,
    "I8": 8,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "C64": 64,
    "F64": 64,
    "I64": 64,
    "U64": 64,
}

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
