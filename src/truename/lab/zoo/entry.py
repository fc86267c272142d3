"""The zoo's noun: one saved model of one class with one configuration, its tensors written short."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from truename.architecture.templates import TensorGroup
from truename.formats.header import Tensor, WeightsHeader
from truename.lab.zoo.indices import count, fill, pack, split_name, unpack

Specs = Mapping[str, tuple[str, tuple[int, ...]]]  # tensor name -> dtype in safetensors' words, shape

_BITS = {"BOOL": 8, "U8": 8, "I8": 8, "F16": 16, "BF16": 16, "I16": 16, "F32": 32, "I32": 32, "F64": 64, "I64": 64}


class TensorRow(msgspec.Struct, frozen=True):
    """Tensors that differ in the numbers of their names only."""

    template: str  # every numeric path component is #
    dtype: str  # in safetensors' words
    shape: tuple[int, ...]
    indices: str  # the numbers, as truename.lab.zoo.indices writes them

    @property
    def count(self) -> int:
        """How many tensors the row stands for."""
        return count(self.indices)


class Entry(msgspec.Struct, frozen=True):
    """One saved model."""

    library: str  # transformers, timm, diffusers, sentence-transformers, families
    library_version: str
    class_name: str  # the Python class
    model_type: str
    architecture: str  # what config.json calls it: the class, for timm its name of the architecture
    task: str  # a pipeline tag
    config_id: int  # 0 is the default configuration
    seed: int
    layout: str  # saved: as save_pretrained writes it now; others are older or other ways to write the same
    config: Mapping[str, Any]  # the facts that shapes hang on
    rows: tuple[TensorRow, ...]  # in the order in which the class defines its tensors

    @property
    def parameters(self) -> int:
        """Elements of all tensors, buffers too."""
        return sum(row.count * math.prod(row.shape) for row in self.rows)

    @property
    def tensors(self) -> int:
        """How many tensors there are."""
        return sum(row.count for row in self.rows)

    def specs(self) -> Iterator[tuple[str, str, tuple[int, ...]]]:
        """Name, dtype and shape of every tensor."""
        for row in self.rows:
            for numbers in unpack(row.indices):
                yield fill(row.template, numbers), row.dtype, row.shape

    def header(self) -> WeightsHeader:
        """The header that a file of this model has: safetensors, or GGUF for that layout."""
        tensors = {name: Tensor(dtype, shape, _bytes(dtype, shape)) for name, dtype, shape in self.specs()}
        if self.layout == "gguf":
            return WeightsHeader("gguf", ("model.gguf",), tensors, {}, {})
        return WeightsHeader("safetensors", ("model.safetensors",), tensors, {}, {})

    def groups(self) -> tuple[TensorGroup, ...]:
        """What ``group_tensors`` makes of the header, without writing the tensors out."""
        totals: dict[tuple[str, str, tuple[int, ...]], tuple[int, str]] = {}
        for row in self.rows:
            key = (row.template.replace("expert_#", "#"), row.dtype, row.shape)
            number, example = totals.get(key, (0, ""))
            totals[key] = number + row.count, example or fill(row.template, next(unpack(row.indices)))
        return tuple(
            TensorGroup(template, dtype, shape, number, number * _bytes(dtype, shape), example)
            for (template, dtype, shape), (number, example) in totals.items()
        )


def rows_of(specs: Specs) -> tuple[TensorRow, ...]:
    """``specs`` as rows, in the order of their first tensors."""
    numbers: dict[tuple[str, str, tuple[int, ...]], list[tuple[int, ...]]] = {}
    for name, (dtype, shape) in specs.items():
        template, found = split_name(name)
        numbers.setdefault((template, dtype, shape), []).append(found)
    return tuple(TensorRow(*key, indices=pack(tuples)) for key, tuples in numbers.items())


def merged(rows: Iterable[TensorRow]) -> tuple[TensorRow, ...]:
    """``rows`` with those of one template, dtype and shape brought together."""
    found: dict[tuple[str, str, tuple[int, ...]], list[str]] = {}
    for row in rows:
        found.setdefault((row.template, row.dtype, row.shape), []).append(row.indices)
    return tuple(
        TensorRow(*key, indices=several[0] if len(several) == 1 else _joined(several)) for key, several in found.items()
    )


def _joined(specifications: Iterable[str]) -> str:
    return pack([numbers for one in specifications for numbers in unpack(one)])


def _bytes(dtype: str, shape: tuple[int, ...]) -> int:
    return math.prod(shape) * _BITS.get(dtype, 8) // 8
