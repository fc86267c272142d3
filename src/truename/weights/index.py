"""Weight index files: which shard holds which tensor."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class WeightIndex(msgspec.Struct, frozen=True):
    """A weight index: which shard holds which tensor (``model.safetensors.index.json`` and its kin)."""

    file: str
    weight_map: Mapping[str, str]  # tensor -> shard, relative to the model's root
    total_size: int | None  # metadata.total_size in bytes, where it is a whole number above zero
    total_parameters: int | None  # metadata.total_parameters: self-reported
