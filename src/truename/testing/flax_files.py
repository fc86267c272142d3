"""Flax msgpack files, in the layout of ``flax.serialization``: items one by one, and whole trees with hollow arrays.

An array's body lies between the items of the tree, so its hole is only cheap on file systems that know holes.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from truename.testing.header_only import TensorSpecs

NDARRAY = 1  # the extension type of an array
_NAMES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32",
    "I8": "int8", "U8": "uint8", "BOOL": "bool",
}  # fmt: skip
_WIDTHS = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "int8": 1, "uint8": 1, "bool": 1,
}  # fmt: skip

Tree = Mapping[str, Any]  # leaves: (dtype, shape)


def text(value: str) -> bytes:
    """A text of less than 256 bytes."""
    data = value.encode()
    return struct.pack(">BB", 0xD9, len(data)) + data


def mapping(items: Mapping[str, bytes]) -> bytes:
    """A map of texts to items that are already bytes."""
    return struct.pack(">BI", 0xDF, len(items)) + b"".join(text(key) + value for key, value in items.items())


def array(dtype: str, shape: tuple[int, ...]) -> bytes:
    """An array of zeros; ``dtype`` in numpy's words."""
    head, body = array_head(dtype, shape)
    return head + bytes(body)


def array_head(dtype: str, shape: tuple[int, ...]) -> tuple[bytes, int]:
    """An array without its body, and the bytes of that."""
    body = math.prod(shape) * _WIDTHS[dtype]
    sizes = struct.pack(">BH", 0xDC, len(shape)) + b"".join(struct.pack(">BQ", 0xCF, size) for size in shape)
    inner = b"\x93" + sizes + text(dtype) + struct.pack(">BI", 0xC6, body)
    return struct.pack(">BIb", 0xC9, len(inner) + body, NDARRAY) + inner, body


def write_flax(path: Path | str, tensors: TensorSpecs) -> int:
    """Write a tree of parameters; names are split at their dots.

    Returns:
        The file's length in bytes.
    """
    tree: dict[str, Any] = {}
    for name, spec in tensors.items():
        *parents, last = name.split(".")
        level = tree
        for parent in parents:
            level = level.setdefault(parent, {})
        level[last] = spec
    with Path(path).open("wb") as file:
        _write_map(file, tree)
        file.truncate(file.tell())
        return file.tell()


def _write_map(file: BinaryIO, tree: Tree) -> None:
    file.write(struct.pack(">BI", 0xDF, len(tree)))
    for key, value in tree.items():
        file.write(text(key))
        if isinstance(value, Mapping):
            _write_map(file, value)
            continue
        head, body = array_head(_NAMES[value[0]], value[1])
        file.write(head)
        file.seek(body, 1)
