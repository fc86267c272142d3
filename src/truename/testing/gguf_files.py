"""Header-only GGUF files: valid metadata and tensor entries, and a hole where the data would be.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from truename.formats.gguf.ggml_types import GGML_TYPES
from truename.testing.header_only import TensorSpecs

_NUMBERS = {kind.name: number for number, kind in GGML_TYPES.items()}
_ALIGNMENT = 32
_TEXT, _ARRAY = 8, 9

Metadata = Mapping[str, Any]  # bool, int (uint32), float, str, or a sequence of one of these


def gguf_bytes(
    tensors: TensorSpecs, metadata: Metadata | None = None, *, version: int = 3, byte_order: str = "<"
) -> tuple[bytes, int]:
    """The header of a GGUF file with ``tensors``, in their order and padded, and the bytes of data that follow.

    Args:
        tensors: ggml's type (``F16``, ``Q4_K``) and shape by name; shapes with the outputs first.
        metadata: keys and values, in their order.
        version: of the format.
        byte_order: ``<`` or ``>``.
    """
    metadata = metadata or {}
    parts = [b"GGUF", struct.pack(byte_order + "IQQ", version, len(tensors), len(metadata))]
    for key, value in metadata.items():
        parts += [_text(key, byte_order), _value(value, byte_order)]
    offset = 0
    for name, (dtype, shape) in tensors.items():
        kind = GGML_TYPES[_NUMBERS[dtype]]
        sizes = struct.pack(f"{byte_order}I{len(shape)}Q", len(shape), *reversed(shape))
        parts += [_text(name, byte_order), sizes, struct.pack(byte_order + "IQ", _NUMBERS[dtype], offset)]
        offset += _padded(math.prod(shape) // kind.block * kind.size)
    header = b"".join(parts)
    return header + bytes(_padded(len(header)) - len(header)), offset


def write_gguf(path: Path | str, tensors: TensorSpecs, metadata: Metadata | None = None, **how: Any) -> int:
    """Write a GGUF file whose data is a hole; arguments as for ``gguf_bytes``.

    Returns:
        The file's length in bytes, the hole included.
    """
    header, data = gguf_bytes(tensors, metadata, **how)
    with Path(path).open("wb") as file:
        file.write(header)
        file.truncate(len(header) + data)
    return len(header) + data


def _padded(length: int) -> int:
    return -(-length // _ALIGNMENT) * _ALIGNMENT


def _text(text: str, byte_order: str) -> bytes:
    data = text.encode()
    return struct.pack(byte_order + "Q", len(data)) + data


def _kind(value: Any) -> tuple[int, str]:
    """GGUF's number of a value's type, and struct's word for it."""
    if isinstance(value, bool):
        return 7, "B"
    return (4, "I") if isinstance(value, int) else (6, "f")


def _value(value: Any, byte_order: str) -> bytes:
    if isinstance(value, str):
        return struct.pack(byte_order + "I", _TEXT) + _text(value, byte_order)
    if isinstance(value, Sequence):
        return struct.pack(byte_order + "I", _ARRAY) + _items(value, byte_order)
    kind, word = _kind(value)
    return struct.pack(f"{byte_order}I{word}", kind, value)


def _items(values: Sequence[Any], byte_order: str) -> bytes:
    if values and isinstance(values[0], str):
        return struct.pack(byte_order + "IQ", _TEXT, len(values)) + b"".join(_text(v, byte_order) for v in values)
    kind, word = _kind(values[0]) if values else (4, "I")
    return struct.pack(f"{byte_order}IQ{len(values)}{word}", kind, len(values), *values)
