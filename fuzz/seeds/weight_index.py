"""Weight indexes, and their comparison with shards that hold half of what they promise."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truename.blob import Blob


def read(blob: Blob) -> object:
    """Read an index and compare it with a header of every second tensor, all in one shard."""
    from truename.formats.header import Tensor, WeightsHeader
    from truename.formats.index import compare_index, read_index

    index = read_index(blob)
    held = dict.fromkeys([*index.weight_map][::2], Tensor("F32", (1,), 4))
    shard = min(index.weight_map.values(), default="model.safetensors")
    return compare_index(index, WeightsHeader("safetensors", (shard,), held, {}, {}, 0))


def seeds() -> dict[str, bytes]:
    """Indexes of one shard and of several, with sizes as real ones have them."""
    shards = {f"layers.{n}.weight": f"model-0000{n + 1}-of-00003.safetensors" for n in range(3)}
    made: dict[str, object] = {
        "shards": {"metadata": {"total_size": 24}, "weight_map": shards},
        "parameters": {"metadata": {"total_size": "24", "total_parameters": 6.0}, "weight_map": {"a": "b.bin"}},
        "bare": {"weight_map": {}},
        "folders": {"metadata": None, "weight_map": {"a": "x/y/model-1-of-1.safetensors"}},
    }
    indexes = {name: json.dumps(index).encode() for name, index in made.items()}
    return indexes | {"bom": b"\xef\xbb\xbf" + indexes["bare"]}
