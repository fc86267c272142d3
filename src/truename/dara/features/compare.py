"""How far two architectures lie apart, and which of their blocks differ."""

from __future__ import annotations

from collections import Counter

import msgspec

from truename.architecture.abstract import AbstractArchitecture
from truename.dara.features.kinds import Kind, kinds_of
from truename.dara.features.space import features_of

_MOST = 2_000  # blocks that are told


class Difference(msgspec.Struct, frozen=True):
    """A block, or the part outside blocks, that is not the same; None where it is not there.

    Attributes:
        path: the layer, with every block number written #.
        first: its tensors in the first model; None where it is not there.
        second: its tensors in the second model; None where it is not there.
    """

    path: str
    first: str | None
    second: str | None


class Distance(msgspec.Struct, frozen=True):
    """Jaccard distances between the features of two models, 0 (the same but for sizes) to 1.

    Attributes:
        names: by the names of layers.
        shapes: by the relations of shapes.
        differences: the layers that are not the same, sizes included.
    """

    names: float
    shapes: float
    differences: tuple[Difference, ...]

    @property
    def overall(self) -> float:
        """The mean of both: a structure is its layers' names and the relations of their shapes."""
        return (self.names + self.shapes) / 2


def compare(first: AbstractArchitecture, second: AbstractArchitecture) -> Distance:
    """The distance between two architectures and where they differ.

    Sizes are no distance: a model and its larger sister lie at 0. They are told among the differences.
    """
    one, other = features_of(first), features_of(second)
    return Distance(
        names=_jaccard(one.names | one.biases, other.names | other.biases),
        shapes=_jaccard(one.shapes, other.shapes),
        differences=_differences(_described(first), _described(second)),
    )


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    union = len(one | other)
    return round(1 - len(one & other) / union, 4) if union else 0.0


def _described(architecture: AbstractArchitecture) -> dict[str, str]:
    """Every layer of every block by its path, as its kinds of tensors with their numbers."""
    kinds: dict[str, Counter[str]] = {}
    for kind in kinds_of(architecture):
        kinds.setdefault(kind.path or kind.role, Counter())[_said(kind)] += kind.count
    return {
        path: f"{sum(several.values()):,} × {', '.join(several)}" if len(several) == 1 else _listed(several)
        for path, several in kinds.items()
    }


def _listed(several: Counter[str]) -> str:
    return ", ".join(f"{count:,} × {said}" for said, count in several.items())


def _said(kind: Kind) -> str:
    return f"{kind.role} {'?' if kind.shape is None else '×'.join(map(str, kind.shape)) or 'scalar'}"


def _differences(first: dict[str, str], second: dict[str, str]) -> tuple[Difference, ...]:
    paths = [*first, *(path for path in second if path not in first)]
    found = [Difference(p, first.get(p), second.get(p)) for p in paths if first.get(p) != second.get(p)]
    return tuple(found[:_MOST])
