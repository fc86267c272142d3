"""Tied weights: one matrix under two names, which some exporters store twice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import msgspec

from truename.architecture.model_config import Settings
from truename.architecture.packing import Unpacked, Use
from truename.architecture.parts import part_of
from truename.architecture.templates import TensorGroup
from truename.compiled_tables import table

Unpacking = Sequence[tuple[TensorGroup, Unpacked]]


class Ties(msgspec.Struct, frozen=True):
    """Copies among the stored tensors."""

    copies: frozenset[str]  # templates of tensors that repeat another one
    tied: bool | None  # whether input and output embeddings are one matrix; None: not known
    embedding: int  # elements of the token embedding, 0 where there is none or its shape is not known
    head_stored: bool  # whether a projection onto the vocabulary is stored


def is_tied(settings: Settings) -> bool | None:
    """Whether the configuration ties input and output embeddings; None where it cannot be known.

    An absent key means the default of the model type's configuration class.
    """
    value = settings.get("tie_word_embeddings")
    if isinstance(value, bool):
        return value
    return True if settings.model_type in _tied_types() else None


def find_ties(unpacking: Unpacking, settings: Settings) -> Ties:
    """The tensors that repeat another one.

    The output head repeats the token embedding where the configuration ties them and the shapes agree; tables
    named beside ``shared.weight`` repeat it by design. Without a word from the configuration, nothing is assumed:
    tensors that share a storage are already told apart when they are grouped.
    """
    weights = [(g, u) for g, u in unpacking if u.use is Use.WEIGHT]
    tied = is_tied(settings)
    shapes = {g.template: u.shape for g, u in weights if part_of(g.template).token_embedding}
    tables = {shape for shape in shapes.values() if shape is not None}
    copies = _shared_tables(shapes) | _pairs(weights)
    head_stored = False
    for group, unpacked in weights:
        matrix = unpacked.shape is not None and len(unpacked.shape) == 2
        if matrix and part_of(group.template).output_head and any(unpacked.shape == t for t in tables):
            head_stored = True
            if tied:
                copies.add(group.template)
        elif part_of(group.template).output_head and unpacked.shape is None:
            head_stored = True
    embedding = max((math.prod(shape) for shape in tables), default=0)
    return Ties(frozenset(copies), tied, embedding, head_stored)


def _shared_tables(shapes: dict[str, tuple[int, ...] | None]) -> set[str]:
    """T5, BART: ``encoder.embed_tokens`` and ``decoder.embed_tokens`` beside ``shared``."""
    rules = table("architecture/ties")
    copies = set()
    for template, shape in shapes.items():
        if not template.endswith(rules["shared_source"]) or shape is None:
            continue
        base = template.removesuffix(rules["shared_source"])
        copies |= {base + copy for copy in rules["shared_copies"] if shapes.get(base + copy) == shape}
    return copies


def _pairs(weights: Unpacking) -> set[str]:
    """Vectors that are one by design, such as the two biases of BERT's prediction head."""
    shapes = {g.template: u.shape for g, u in weights if g.role == "bias"}
    return {
        template
        for pair in table("architecture/ties")["pair"]
        for template, shape in shapes.items()
        if template.endswith(pair["copy"])
        and shape is not None
        and shapes.get(template.removesuffix(pair["copy"]) + pair["source"]) == shape
    }


@cache
def _tied_types() -> frozenset[str]:
    return frozenset(table("architecture/ties")["tied"])
