"""What structures were identified as, and how two differ, with their JSON forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from truename.report.json import document_json

IDENTIFICATION_SCHEMA = "truename.identification/1"
COMPARISON_SCHEMA = "truename.comparison/1"


class Member(msgspec.Struct, frozen=True):
    """A label of a prediction set; labels of one group are equal in every tensor that was looked at."""

    label: str
    probability: float
    group: int = 0


class Near(msgspec.Struct, frozen=True):
    """A known label and how like its structure is."""

    label: str
    similarity: float


class Answer(msgspec.Struct, frozen=True):
    """A prediction set, or that nothing known is like this; without either it cannot be told: too many labels fit."""

    set: tuple[Member, ...]
    unknown: bool
    error_rate: float
    nearest: tuple[Near, ...]
    fitting: int = 0  # labels that fit


class Answers(msgspec.Struct, frozen=True):
    """An answer to each question."""

    model_type: Answer
    architecture: Answer
    task: Answer


class Rewritten(msgspec.Struct, frozen=True):
    """The shapes of a model, written anew from a few dimensions by the program of a model type."""

    label: str
    tensors: int
    width: int
    depths: tuple[int, ...]  # numbers of blocks and of other repeated parts
    sides: tuple[int, ...]  # the other dimensions of the blocks
    outside: int  # tensors that stand outside the blocks
    left_over: int


class Identified(msgspec.Struct, frozen=True, omit_defaults=True):
    """One model and what it was identified as."""

    target: str
    identification: Answers
    basis: str  # names, part (of the names) or shapes: what the answer was made from
    reason: str | None = None  # why it cannot be told
    declared: str | None = None  # the model type that the configuration declares, where it is in the set
    regenerated: Rewritten | None = None  # how a program of the most probable type writes the shapes
    additions: tuple[str, ...] = ()  # kinds of tensors that no known model of that type has
    prior: str | None = None  # how the probabilities were weighed


class DifferingBlock(msgspec.Struct, frozen=True):
    """A block that is not the same in two models."""

    path: str
    first: str  # what it is in the first model; "absent" where it is not there
    second: str


class Comparison(msgspec.Struct, frozen=True):
    """How far two structures lie apart, and where."""

    first: str
    second: str
    distance: float  # 0: the same but for sizes; 1: nothing in common
    distances: Mapping[str, float]  # by names, by shapes
    blocks: Sequence[DifferingBlock]


class _Identifications(msgspec.Struct, frozen=True):
    schema: str
    models: Sequence[Identified]


class _Comparison(msgspec.Struct, frozen=True):
    schema: str
    comparison: Comparison


def identifications_json(models: Sequence[Identified]) -> str:
    """Identifications as one indented JSON document."""
    return document_json(_Identifications(IDENTIFICATION_SCHEMA, models))


def comparison_json(comparison: Comparison) -> str:
    """A comparison as one indented JSON document."""
    return document_json(_Comparison(COMPARISON_SCHEMA, comparison))
