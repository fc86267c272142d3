"""Header-only safetensors files: a valid header, and a hole where the data would be.

The file has the length that its header promises, so every reader accepts it, and a 70 B model takes kilobytes.
Format: https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

TensorSpecs = Mapping[str, tuple[str, tuple[int, ...]]]  # name -> dtype in safetensors' words, shape

_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "F64": 64, "I64": 64, "U64": 64, "F4": 4,
}  # fmt: skip


def stored_bytes(dtype: str, shape: tuple[int, ...]) -> int:
    """Bytes of a tensor, the last one rounded up.

    Raises:
        KeyError: ``dtype`` is none of safetensors'.
    """
    return -(-math.prod(shape) * _BITS[dtype] // 8)


def header_bytes(tensors: TensorSpecs, metadata: Mapping[str, str] | None = None) -> tuple[bytes, int]:
    """The length-prefixed header of a file with ``tensors``, in their order, and the bytes of data that follow."""
    entries: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    offset = 0
    for name, (dtype, shape) in tensors.items():
        end = offset + stored_bytes(dtype, shape)
        entries[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text, offset


def write_header_only(path: Path | str, tensors: TensorSpecs, metadata: Mapping[str, str] | None = None) -> int:
    """Write a safetensors file whose data is a hole.

    Args:
        path: the file to write; its folder must be there.
        tensors: dtype and shape by name, in the order of their data.
        metadata: the header's ``__metadata__``.

    Returns:
        The file's length in bytes, the hole included.
    """
    header, data = header_bytes(tensors, metadata)
    with Path(path).open("wb") as file:
        file.write(header)
        file.truncate(len(header) + data)
    return len(header) + data


def write_sharded(folder: Path | str, tensors: TensorSpecs, shard_bytes: int) -> tuple[str, ...]:
    """Write header-only shards of at most ``shard_bytes`` of data each, and their index.

    A tensor larger than ``shard_bytes`` gets a shard of its own.

    Returns:
        The names of the shards, in order.
    """
    folder = Path(folder)
    parts: list[dict[str, tuple[str, tuple[int, ...]]]] = [{}]
    filled = total = 0
    for name, (dtype, shape) in tensors.items():
        size = stored_bytes(dtype, shape)
        if parts[-1] and filled + size > shard_bytes:
            parts.append({})
            filled = 0
        parts[-1][name] = (dtype, shape)
        filled += size
        total += size
    names = tuple(f"model-{i:05d}-of-{len(parts):05d}.safetensors" for i in range(1, len(parts) + 1))
    for shard, part in zip(names, parts, strict=True):
        write_header_only(folder / shard, part, {"format": "pt"})
    weight_map = {tensor: shard for shard, part in zip(names, parts, strict=True) for tensor in part}
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1), encoding="utf-8")
    return names
