"""Model types left out of training: are they called unknown?"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from truename.dara.identification import Basis
from truename.dara.score import score
from truename.lab.evaluation.equivalence import equivalents
from truename.lab.training.prototypes import Example, fit
from truename.lab.training.splits import by_model_type

FOLDS = 5


class OpenSet(msgspec.Struct, frozen=True):
    """How well unknown structures are told from known ones, by the similarity of the best model type."""

    basis: str
    known: int  # unseen configurations of known model types
    unknown: int  # models of left-out types that no other type is equivalent to
    equivalent: int  # models of left-out types that another type is equivalent to: rightly not unknown; not counted
    auroc: float
    caught: float  # share of the unknown at 1 % false unknowns


def open_set(train: Sequence[Example], test: Sequence[Example], basis: Basis) -> OpenSet:
    """Leave every model type out once, in ``FOLDS`` parts; a type of the test is known in all parts but its own."""
    alike = equivalents((*train, *test), basis)
    known: list[float] = []
    unknown: list[float] = []
    same = 0
    for fold, left_out in enumerate(by_model_type((e.model_type for e in train), FOLDS)):
        model = fit([e for e in train if e.model_type not in left_out])
        for example in test:
            out = example.model_type in left_out
            if not out and sum(map(ord, example.group)) % FOLDS != fold:
                continue  # each known model in one part
            if out and alike[example.model_type] - left_out:
                same += 1
                continue
            found = score(model, example.features if basis is Basis.NAMES else example.nameless)
            (unknown if out else known).append(0.0 if found is None else found.likeness)
    return OpenSet(basis.value, len(known), len(unknown), same, auroc(known, unknown), caught_at(known, unknown, 0.01))


def auroc(known: Sequence[float], unknown: Sequence[float]) -> float:
    """The probability that a known structure is more similar than an unknown one; ties count half."""
    ranked = sorted([(value, 1) for value in known] + [(value, 0) for value in unknown])
    wins, below, at = 0.0, 0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        positives = sum(kind for _, kind in ranked[at:end])
        negatives = end - at - positives
        wins += positives * (below + negatives / 2)
        below += negatives
        at = end
    pairs = len(known) * len(unknown)
    return wins / pairs if pairs else 0.0


def caught_at(known: Sequence[float], unknown: Sequence[float], rate: float) -> float:
    """The share of ``unknown`` below the similarity under which a share of ``rate`` of ``known`` lies."""
    if not known or not unknown:
        return 0.0
    threshold = sorted(known)[int(len(known) * rate)]
    return sum(value < threshold for value in unknown) / len(unknown)
