"""Headers for tests, built in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from truename.blob import MemoryBlob
from truename.declared.declared import Declared, Document
from truename.facts import Fact
from truename.formats import Tensor, WeightsHeader, read_safetensors
from truename.testing import TensorSpecs, header_bytes, stored_bytes


class SparseBlob(MemoryBlob):
    """A header in memory with the data left out: only the length tells of it."""

    def __init__(self, tensors: TensorSpecs) -> None:
        header, data = header_bytes(tensors)
        super().__init__("model.safetensors", header)
        self.size += data


def header_of(tensors: TensorSpecs) -> WeightsHeader:
    """The header as the safetensors reader gives it."""
    return read_safetensors(SparseBlob(tensors))


def plain_header(tensors: TensorSpecs) -> WeightsHeader:
    """The same without the reader, for names that no file could hold in good order."""
    made = {name: Tensor(dtype, shape, stored_bytes(dtype, shape)) for name, (dtype, shape) in tensors.items()}
    return WeightsHeader("safetensors", ("model.safetensors",), made, {}, {})


def names_only(names: Mapping[str, str] | list[str]) -> WeightsHeader:
    """What an index without shards says: names, nothing else."""
    return WeightsHeader("safetensors", (), {name: Tensor(None, None, None) for name in names}, {}, {})


def declared(config: Mapping[str, Any] | None) -> Declared:
    """A repository with this config.json and nothing else."""
    return Declared() if config is None else Declared(config=Document("config.json", config))


def values(facts: tuple[Fact, ...]) -> dict[str, Any]:
    """Fact values by key; the first where a key comes twice."""
    found: dict[str, Any] = {}
    for fact in facts:
        found.setdefault(fact.key, fact.value)
    return found
