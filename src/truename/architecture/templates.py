"""Tensors that differ only in their numbers, taken together: everything later works on groups, not on tensors.

A template is a tensor's name with every wholly numeric path component written ``#``:
``model.layers.#.self_attn.q_proj.weight``. A header of 10,000 tensors has some tens of groups.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from truename.formats.header import WeightsHeader

# Of a name between dots: a pattern that begins with a dot is found thrice as fast as one that looks behind.
_NUMBER = re.compile(r"\.(?:expert_)?\d+(?=\.)")

_LONGEST_KEPT = 128  # characters; longer names are not of models that are met again

# Old TensorFlow conversions name a LayerNorm's tensors gamma and beta.
_OLD_ROLES = {"gamma": "weight", "beta": "bias"}


class TensorGroup(msgspec.Struct, frozen=True):
    """Tensors with one template, dtype and shape."""

    template: str
    dtype: str | None
    shape: tuple[int, ...] | None
    count: int
    stored_bytes: int
    example: str  # the first of them, by the header's order
    shared: int = 0  # of ``count``: tensors whose bytes another tensor already brought

    @property
    def role(self) -> str:
        """The last path component: ``weight``, ``bias``, ``qweight`` ..."""
        return self.template.rpartition(".")[2]

    @property
    def elements(self) -> int:
        """Stored elements of one tensor; 0 where the shape is not known."""
        return 0 if self.shape is None else math.prod(self.shape)


def template_of(name: str) -> str:
    """``name`` with every numeric path component (also ``expert_3``) written ``#``."""
    return _known_template(name) if len(name) <= _LONGEST_KEPT else _NUMBER.sub(".#", f".{name}.")[1:-1]


@lru_cache(maxsize=16_384)  # models of one family have the same names, and one model is grouped more than once
def _known_template(name: str) -> str:
    return _NUMBER.sub(".#", f".{name}.")[1:-1]


def group_tensors(header: WeightsHeader) -> tuple[TensorGroup, ...]:
    """The tensors of ``header`` by template, dtype and shape, in the header's order. Linear in the tensors."""
    totals: dict[tuple[str, str | None, tuple[int, ...] | None], list[int]] = {}
    examples: list[str] = []
    storages: set[str] = set()
    for name, tensor in header.tensors.items():
        key = (template_of(name), tensor.dtype, tensor.shape)
        entry = totals.get(key)
        if entry is None:
            entry = totals[key] = [0, 0, 0]
            examples.append(name)
        entry[0] += 1
        if tensor.storage is not None and tensor.storage in storages:
            entry[2] += 1
            continue
        if tensor.storage is not None:
            storages.add(tensor.storage)
        entry[1] += tensor.stored_bytes or 0
    return tuple(
        TensorGroup(template, dtype, shape, count, stored, example, shared)
        for ((template, dtype, shape), (count, stored, shared)), example in zip(totals.items(), examples, strict=True)
    )


def modern(template: str) -> str:
    """``template`` with the role names of old TensorFlow conversions (gamma, beta) as weight and bias."""
    head, dot, role = template.rpartition(".")
    return f"{head}{dot}{_OLD_ROLES[role]}" if role in _OLD_ROLES and "orm" in head else template


def templates(groups: Iterable[TensorGroup]) -> frozenset[str]:
    """The distinct templates of ``groups``."""
    return frozenset(group.template for group in groups)
