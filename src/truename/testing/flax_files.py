"""Header-only Flax msgpack files, in the layout of ``flax.serialization``; the bodies of the arrays are zeros.

An array's body lies between the items of the tree, so a hole is only cheap on file systems that know holes.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from truename.testing.header_only import TensorSpecs

_NAMES = {
    "F64": ("float64", 8), "F32": ("float32", 4), "F16": ("float16", 2), "BF16": ("bfloat16", 2), "I64": ("int64", 8),
    "I32": ("int32", 4), "I8": ("int8", 1), "U8": ("uint8", 1), "BOOL": ("bool", 1),
}  # fmt: skip

Tree = Mapping[str, Any]  # leaves: (dtype, shape)


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
        file.write(_text(key))
        if isinstance(value, Mapping):
            _write_map(file, value)
        else:
            _write_array(file, *value)


def _write_array(file: BinaryIO, dtype: str, shape: tuple[int, ...]) -> None:
    name, width = _NAMES[dtype]
    body = math.prod(shape) * width
    sizes = struct.pack(">BH", 0xDC, len(shape)) + b"".join(struct.pack(">BQ", 0xCF, size) for size in shape)
    head = b"\x93" + sizes + _text(name) + struct.pack(">BI", 0xC6, body)
    file.write(struct.pack(">BIb", 0xC9, len(head) + body, 1) + head)
    file.seek(body, 1)


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">BB", 0xD9, len(data)) + data
