"""The dtypes of NumPy in the words of safetensors."""

from __future__ import annotations

import re

# kind and bytes of an element, as in '<f4'
_WORDS = {
    "b1": "BOOL",
    "?": "BOOL",
    "i1": "I8",
    "i2": "I16",
    "i4": "I32",
    "i8": "I64",
    "u1": "U8",
    "u2": "U16",
    "u4": "U32",
    "u8": "U64",
    "f2": "F16",
    "f4": "F32",
    "f8": "F64",
    "f16": "F128",
    "c8": "C64",
    "c16": "C128",
}
_FORM = re.compile(r"[<>|=]?(?:([a-zA-Z?])(\d{0,9})|([mM])8\[\d{0,9}[a-zA-Z]{1,7}\])")  # a date's unit: '<M8[25s]'
# First letter of a dtype's word -> what such an array holds instead of numbers.
NO_NUMBERS = {"S": "text", "s": "text", "a": "text", "O": "objects", "M": "dates", "m": "times"}
MAX_ITEM_BYTES = 1_000_000_000


def numpy_dtype(text: str) -> tuple[str, int] | None:
    """``('F32', 4)`` for ``'<f4'``: the word and the bytes of an element; None where it is no plain dtype.

    Bytes, objects and dates (``'|S5'``, ``'|V2'``, ``'|O'``, ``'<M8[D]'``) keep their own word, ``('V2', 2)``; texts
    (``'<U8'``) are ``('str8', 32)``, since ``U8`` is a whole number.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    kind, digits, date = found.groups()
    if date:
        return f"{date}8", 8
    if (word := _WORDS.get(kind + digits)) is not None:
        return word, int(digits or 1)
    if kind not in "SUVaOMm" or (kind != "O" and not digits and kind not in "SUVMm"):
        return None
    width = int(digits or 0) * (4 if kind == "U" else 1)
    if kind in "OMm":
        width = 8
    return (f"{'str' if kind == 'U' else kind}{digits}", width) if width <= MAX_ITEM_BYTES else None
