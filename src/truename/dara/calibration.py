"""Conformal calibration: how far behind the best label the true one may lie, measured on models set aside.

Split conformal prediction (Vovk, Gammerman and Shafer 2005; Angelopoulos and Bates 2023): with n models set aside, the
k-th smallest distance, k = ceil((n + 1)(1 - rate)), covers the next model of the same kind with probability 1 - rate.
Each basis and question has its own (Mondrian) margin.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from truename.dara.identification import Basis, Question
from truename.dara.model import Calibration, Model
from truename.dara.score import Scored, score
from truename.dara.training import Example
from truename.features import Features

RATES = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
_UNKNOWN_PART = 0.3  # of the error rate that is spent on calling a known structure unknown
_SHARPNESS = (1.0, 2.0, 4.0, 8.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0)
_FAR = 99.0
_WIDEST = 999.0  # a margin that leaves nothing out


def calibrate(model: Model, aside: Iterable[Example]) -> Model:
    """``model`` with margins for every basis, measured on ``aside``: configurations it was not made from.

    Each example serves with its names, with its shapes alone, and with the names that ONNX keeps where it loses some.
    """
    scored: dict[Basis, list[tuple[Example, Scored]]] = {basis: [] for basis in Basis}
    for example in aside:
        for features, basis in ways_to_see(example):
            found = score(model, features)
            if found is not None and found.basis is basis:
                scored[basis].append((example, found))
    calibrations = {basis.value: _calibration(model, several) for basis, several in scored.items()}
    return msgspec.structs.replace(model, calibrations=calibrations)


def ways_to_see(example: Example) -> Iterator[tuple[Features, Basis]]:
    """The features of ``example`` on every basis that it can be seen on."""
    yield example.features, Basis.NAMES
    yield example.nameless, Basis.SHAPES
    if example.features.bare:
        yield (
            msgspec.structs.replace(
                example.features, names=example.features.names - example.features.bare, nameless=1.0
            ),
            Basis.PART,
        )


def _calibration(model: Model, scored: Sequence[tuple[Example, Scored]]) -> Calibration:
    margins: dict[str, dict[str, float]] = {}
    sharpness: dict[str, float] = {}
    for question in Question:
        position = {label: at for at, label in enumerate(model.labels[question])}
        pairs = [
            (found.scores[question], position[example.label(question)])
            for example, found in scored
            if example.label(question) in position and found.scores[question]
        ]
        distances = sorted(max(found.values()) - found.get(true, -_FAR) for found, true in pairs)
        margins[question.value] = {str(rate): _quantile(distances, rate * (1 - _UNKNOWN_PART)) for rate in RATES}
        sharpness[question.value] = min(_SHARPNESS, key=lambda s, p=pairs: _surprise(p, s))  # type: ignore[misc]
    best = sorted((found.likeness for _, found in scored), reverse=True)
    return Calibration({str(rate): max(0.0, _lowest(best, rate * _UNKNOWN_PART)) for rate in RATES}, margins, sharpness)


def _quantile(distances: Sequence[float], rate: float) -> float:
    k = math.ceil((len(distances) + 1) * (1 - rate))
    return distances[k - 1] if 0 < k <= len(distances) else _WIDEST


def _lowest(best: Sequence[float], rate: float) -> float:
    """The similarity that all but ``rate`` of the models reach; 0 where there are too few to say."""
    k = math.ceil((len(best) + 1) * (1 - rate))
    return best[k - 1] if 0 < k <= len(best) else 0.0


def _surprise(pairs: Sequence[tuple[Mapping[int, float], int]], sharpness: float) -> float:
    """Mean negative logarithm of the probability of the truth."""
    total = 0.0
    for found, true in pairs:
        top = max(found.values())
        mass = sum(math.exp(sharpness * (value - top)) for value in found.values())
        likely = math.exp(sharpness * (found[true] - top)) / mass if true in found else 0.0
        total -= math.log(max(likely, 1e-6))
    return total
