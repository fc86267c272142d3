"""Planted lies: a claim replaced by another model type outside the structural class. Caught, and false alarms."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec

from truename.dara.identify import identify_features
from truename.dara.model import Model
from truename.lab.evaluation.equivalence import Equivalents
from truename.lab.training.prototypes import Example


class Lies(msgspec.Struct, frozen=True):
    """How many lies were caught and how many honest claims were called lies."""

    lies: int
    caught: float
    honest: int
    false_alarms: float


def nearest_lies(model: Model, test: Sequence[Example], alike: Equivalents) -> Lies:
    """As ``planted_lies``, with the likeliest other type outside the structural class as the lie, not a random one."""
    caught = asked = alarms = 0
    for example in test:
        found = identify_features(example.features, model=model).model_type
        near = (n.label for n in found.nearest if n.label not in alike.get(example.model_type, {example.model_type}))
        if (lie := next(near, None)) is not None:
            asked += 1
            caught += bool(found.set) and lie not in found.labels
        alarms += bool(found.set) and example.model_type not in found.labels
    return Lies(asked, caught / (asked or 1), len(test), alarms / (len(test) or 1))


def planted_lies(model: Model, test: Sequence[Example], alike: Equivalents, seed: int = 0) -> Lies:
    """Every model of the test once with its true type claimed and once with another; flagged if not in the set."""
    noise = random.Random(seed)
    types = sorted(alike)
    caught = alarms = 0
    for example in test:
        found = identify_features(example.features, model=model).model_type
        others = [t for t in types if t not in alike[example.model_type]]
        lie = noise.choice(others)
        caught += not found.unknown and lie not in found.labels
        alarms += not found.unknown and example.model_type not in found.labels
    total = len(test) or 1
    return Lies(len(test), caught / total, len(test), alarms / total)
