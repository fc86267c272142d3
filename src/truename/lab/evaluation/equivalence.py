"""Which model types are the same structure: no classifier can tell them apart, and none is asked to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from truename.dara.identification import Basis
from truename.lab.training.prototypes import Example, Words, words_of_shapes

Equivalents = Mapping[str, frozenset[str]]


def equivalents(examples: Iterable[Example], basis: Basis) -> Equivalents:
    """For each model type those that have, in some configuration of either, the same signature.

    By names, the signature is the set of name templates; by shapes, the set of shape relations and of their order.
    """
    types: dict[Words, set[str]] = defaultdict(set)
    for example in examples:
        types[signature(example, basis)].add(example.model_type)
    found: dict[str, set[str]] = defaultdict(set)
    for several in types.values():
        for model_type in several:
            found[model_type] |= several
    return {model_type: frozenset(several) for model_type, several in found.items()}


def signature(example: Example, basis: Basis) -> Words:
    """All that the basis shows of a structure."""
    return example.features.names if basis is Basis.NAMES else words_of_shapes(example.nameless)
