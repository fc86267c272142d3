"""Conformal calibration: how far behind the best label the true one may lie, measured on models set aside.

Split conformal prediction (Vovk, Gammerman and Shafer 2005; Angelopoulos and Bates 2023), with a margin that keeps its
rate with a confidence of 95 % (Vovk 2012): one calibration is shipped, and a rate that holds on the average over many
calibrations is broken by every other one of them. Each basis and question has its own (Mondrian) margin, the wider one
of two: models as their libraries write them, and models that tools have altered. It is the number of configurations
that gives confidence, and not that of the ways in which each is written: these go wrong together. What is called
unknown keeps its part of the rate on the average only: with more, a few models that were cut in half would let every
structure pass.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from truename.dara.features import Features
from truename.dara.identification import Basis, Question
from truename.dara.model import Calibration, Model
from truename.dara.score import WRITTEN, Scored, by_shapes, score
from truename.errors import MissingExtraError
from truename.lab.training.prototypes import Example

RATES = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
_UNKNOWN_PART = 0.3  # of the error rate that is spent on calling a known structure unknown
_SHARPNESS = (1.0, 2.0, 4.0, 8.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0)
_DOUBT = 0.05  # that the error of the margin is above its rate after all
_TIERS = (*(basis.value for basis in Basis), WRITTEN)
_WEIGHTS = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
_FAR = 99.0
_WIDEST = 999.0  # a margin that leaves nothing out
Pair = tuple[Example, Scored]


def calibrate(model: Model, aside: Iterable[Example], altered: Iterable[Example] = ()) -> Model:
    """``model`` with margins for every basis, measured on configurations that it was not made from.

    Args:
        model: without margins.
        aside: models as their libraries write them. Each serves with its names, with its shapes alone, and with the
            names that ONNX keeps where it loses some.
        altered: what tools made of such models. Each serves on the basis that it is read on; labels that the model
            does not have are not asked.
    """
    saved: dict[str, list[Pair]] = {tier: [] for tier in _TIERS}
    changed: dict[str, list[Pair]] = {tier: [] for tier in _TIERS}
    for example in aside:
        for features, basis in ways_to_see(example):
            found = score(model, features)
            if found is not None and found.basis is basis:
                saved[found.tier].append((example, found))
    for example in altered:
        found = score(model, example.features)
        if found is not None:
            changed[found.tier].append((example, found))
    calibrations = {tier: _calibration(model, (saved[tier], changed[tier])) for tier in _TIERS}
    calibrations[WRITTEN] = promised(calibrations[WRITTEN], model.weight)
    return msgspec.structs.replace(model, calibrations=calibrations)


def calibrate_shapes(model: Model, aside: Iterable[Example]) -> Model:
    """``model`` with new margins for shapes alone; those for names stay."""
    tiers: dict[str, list[Pair]] = {WRITTEN: [], Basis.SHAPES.value: []}
    for example in aside:
        found = by_shapes(model, example.nameless)
        if found is not None:
            tiers[found.tier].append((example, found))
    margins = {tier: _calibration(model, (several,)) for tier, several in tiers.items()}
    margins[WRITTEN] = promised(margins[WRITTEN], model.weight)
    unlike = unlike_below([found.likeness for _, found in tiers[Basis.SHAPES]], sum(map(len, tiers.values())))
    margins[Basis.SHAPES] = msgspec.structs.replace(margins[Basis.SHAPES], unknown_below=unlike)
    return msgspec.structs.replace(model, calibrations={**model.calibrations, **margins})


def unlike_below(likenesses: Sequence[float], models: int) -> dict[str, float]:
    """For each error rate the likeness below which so many of all ``models`` lie, by shapes alone.

    Args:
        likenesses: of those known models whose shapes no program writes: of these alone it is asked.
        models: all known models that were looked at.
    """
    ordered = sorted(likenesses)
    found: dict[str, float] = {}
    for rate in RATES:
        below = min(int(models * rate), len(ordered) - 1)
        found[str(rate)] = ordered[below] if below > 0 else 0.0
    return found


def with_weight(model: Model, validation: Sequence[Example]) -> Model:
    """``model`` with the weight of a program with which sets of validation's shapes are smallest at an error of 1 %."""
    asked = [
        (example, features)
        for example in validation
        if example.model_type in model.labels[Question.MODEL_TYPE]
        for features in (example.nameless,)
    ]
    plain = msgspec.structs.replace(model, weight=0.0)
    position = {label: at for at, label in enumerate(model.labels[Question.MODEL_TYPE])}
    scored = [(position[example.model_type], by_shapes(plain, features)) for example, features in asked]
    known = [(true, found) for true, found in scored if found is not None]
    if not known:
        return model
    return msgspec.structs.replace(model, weight=min(_WEIGHTS, key=lambda weight: _mean_set(known, weight)))


def _mean_set(several: Sequence[tuple[int, Scored]], weight: float) -> float:
    """Labels within the distance that covers 99 % of the truths, on the average."""
    sets, distances = [], []
    for true, found in several:
        scores = {
            label: value + weight * (label in found.groups)
            for label, value in found.scores[Question.MODEL_TYPE].items()
        }
        top = max(scores.values())
        distances.append(top - scores.get(true, -_FAR))
        sets.append(sorted(top - value for value in scores.values()))
    margin = sorted(distances)[math.ceil(0.99 * len(distances)) - 1]
    return sum(bisect.bisect_right(one, margin + 1e-9) for one in sets) / len(sets)


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


def promised(calibration: Calibration, weight: float) -> Calibration:
    """Of shapes that a program writes: those rates alone at which the set is of such types and no others.

    Where there is none the largest stays, whatever its set.
    """
    margins = calibration.margins[Question.MODEL_TYPE]
    kept = [rate for rate in margins if margins[rate] < weight] or [max(margins, key=float)]
    return Calibration(
        {rate: calibration.unknown_below[rate] for rate in kept},
        {question: {rate: several[rate] for rate in kept} for question, several in calibration.margins.items()},
        calibration.sharpness,
    )


def _calibration(model: Model, groups: Sequence[Sequence[Pair]]) -> Calibration:
    margins: dict[str, dict[str, float]] = {}
    sharpness: dict[str, float] = {}
    for question in Question:
        position = {label: at for at, label in enumerate(model.labels[question])}
        answers = [list(_answers(group, question, position)) for group in groups]
        distances = [
            [(max(found.values()) - found.get(true, -_FAR), configuration) for found, true, configuration in several]
            for several in answers
        ]
        margins[question.value] = {str(rate): _widest(distances, rate * (1 - _UNKNOWN_PART)) for rate in RATES}
        every = [(found, true) for several in answers for found, true, _ in several]
        sharpness[question.value] = min(_SHARPNESS, key=lambda s, p=every: _surprise(p, s))  # type: ignore[misc]
    likenesses = [sorted((found.likeness for _, found in group), reverse=True) for group in groups]
    unknown_below = {str(rate): _least(likenesses, rate * _UNKNOWN_PART) for rate in RATES}
    return Calibration(unknown_below, margins, sharpness)


def _answers(
    group: Sequence[Pair], question: Question, position: Mapping[str, int]
) -> Iterator[tuple[Mapping[int, float], int, str]]:
    """The scores of each model whose label is one of the model's, the label's number, and the configuration."""
    for example, found in group:
        if example.label(question) in position and found.scores[question]:
            yield found.scores[question], position[example.label(question)], example.group


def _widest(groups: Sequence[Sequence[tuple[float, str]]], rate: float) -> float:
    """The largest quantile of those groups that are large enough to tell it."""
    told = [value for group in groups if (value := _quantile(group, rate)) < _WIDEST]
    return max(told, default=_WIDEST)


def _quantile(distances: Sequence[tuple[float, str]], rate: float) -> float:
    """The distance that all but ``rate`` of further models keep, with the confidence that is wanted.

    Args:
        distances: of each model, with its configuration.
        rate: of models that may lie beyond.
    """
    configurations = len({configuration for _, configuration in distances})
    allowed = _allowed(configurations, rate)
    if allowed < 0:
        return _WIDEST
    beyond = len(distances) * allowed // configurations
    return sorted(distance for distance, _ in distances)[-1 - beyond]


def _least(groups: Sequence[Sequence[float]], rate: float) -> float:
    """The lowest similarity of those groups that are large enough to tell it; 0 where none is."""
    return min((value for group in groups if (value := _lowest(group, rate)) > 0), default=0.0)


def _lowest(likenesses: Sequence[float], rate: float) -> float:
    """The similarity that all but ``rate`` of the models reach, on the average; 0 where there are too few to say."""
    k = math.ceil((len(likenesses) + 1) * (1 - rate))
    return likenesses[k - 1] if 0 < k <= len(likenesses) else 0.0


def _allowed(configurations: int, rate: float) -> int:
    """How many of ``configurations`` may lie beyond a margin; below 0 where there are too few to promise so much.

    Vovk 2012, "Conditional validity of inductive conformal predictors", proposition 2a: the largest number that would
    be seen with a probability of at most ``_DOUBT``, were the error above ``rate``.
    """
    try:
        from scipy.stats import binom
    except ImportError as error:
        raise MissingExtraError("calibration", "train") from error
    return int(binom.ppf(_DOUBT, configurations, rate)) - 1 if configurations else -1


def _surprise(pairs: Sequence[tuple[Mapping[int, float], int]], sharpness: float) -> float:
    """Mean negative logarithm of the probability of the truth."""
    total = 0.0
    for found, true in pairs:
        top = max(found.values())
        mass = sum(math.exp(sharpness * (value - top)) for value in found.values())
        likely = math.exp(sharpness * (found[true] - top)) / mass if true in found else 0.0
        total -= math.log(max(likely, 1e-6))
    return total
