"""Identify a structure: scores -> prediction sets with a stated error rate, or unknown with its neighbours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec

from truename._lazy import once
from truename.architecture.abstract import AbstractArchitecture
from truename.dara.explanation import explained
from truename.dara.features import Features, features_of
from truename.dara.identification import Basis, Identification, Labelled, Neighbour, Prediction, Question
from truename.dara.model import Calibration, Model
from truename.dara.prior import Prior
from truename.dara.score import WRITTEN, Scored, by_shapes, score, written_by
from truename.dara.store import load
from truename.errors import UsageError

ERROR_RATE = 0.01
_NEIGHBOURS = 5
_MOST_DOUBTED = 8  # labels of a set by names that is held against the shapes
_MOST_TOLD = 100  # labels of a set; where more fit, it cannot be told which


def identify(
    architecture: AbstractArchitecture,
    *,
    error_rate: float = ERROR_RATE,
    model: Model | None = None,
    prior: Prior | None = None,
    explain: bool = False,
) -> Identification:
    """What ``architecture`` is, by its structure alone.

    Args:
        architecture: of a header or a graph.
        error_rate: the share of known models whose true label may be missing from a set; one of those that the model
            was calibrated for, or the next smaller one is taken; where shapes alone cannot promise so little, the least
            that they can, which each answer states.
        model: a trained classifier; the packaged one by default.
        prior: how often each model type occurs; the classifier's own by default. Probabilities and the order of a set
            hang on it, and who is in the set does not.
        explain: whether to say how the shapes are written anew, and what was added.

    Raises:
        UsageError: the error rate is below every calibrated one.
    """
    model = packaged() if model is None else model
    features = features_of(architecture)
    found = identify_features(features, error_rate=error_rate, model=model, prior=prior)
    return explained(found, architecture, features, model) if explain else found


def identify_features(
    features: Features, *, error_rate: float = ERROR_RATE, model: Model | None = None, prior: Prior | None = None
) -> Identification:
    """As ``identify``, from features."""
    model = packaged() if model is None else model
    return _at(model, features, (error_rate,), prior)[0]


def identify_at(
    architecture: AbstractArchitecture, error_rates: Sequence[float], *, model: Model | None = None
) -> tuple[Identification, ...]:
    """As ``identify`` at several error rates, for little more than one."""
    model = packaged() if model is None else model
    return _at(model, features_of(architecture), error_rates, None)


def _at(
    model: Model, features: Features, error_rates: Sequence[float], prior: Prior | None
) -> tuple[Identification, ...]:
    """At each error rate what the names say; where they are of nothing known, what the shapes say."""
    found = score(model, features)
    answers = tuple(decide(model, found, rate, prior) for rate in error_rates)
    if found is None or (found.basis is not Basis.NAMES and not answers[0].model_type.unknown):
        return answers
    doubted = [answer.model_type.unknown or not _written(model, features, found, answer) for answer in answers]
    if found.basis is Basis.SHAPES or not any(doubted):
        return answers
    shapes = by_shapes(model, features)
    if shapes is None or not shapes.groups:
        return answers
    others = (decide(model, shapes, rate, prior) for rate in error_rates)
    return tuple(
        _either(answer, other) if doubt and other.model_type.set else answer
        for answer, other, doubt in zip(answers, others, doubted, strict=True)
    )


def _written(model: Model, features: Features, found: Scored, answer: Identification) -> bool:
    """Whether nothing speaks against a set by names: its names are a prototype's, or a program writes the shapes."""
    position = {label: number for number, label in enumerate(model.labels[Question.MODEL_TYPE])}
    labels = [position[label] for label in answer.model_type.labels]
    if found.exact or not features.counts or len(labels) > _MOST_DOUBTED:
        return True
    if not all(model.programs_of(label) for label in labels):
        return True
    return not written_by(model, features, labels).keys().isdisjoint(labels)


def _either(names: Identification, shapes: Identification) -> Identification:
    """What the shapes say, where the names are of nothing known; else either, and the shapes' types come first."""
    if names.model_type.unknown:
        return shapes
    told, more = names.model_type, shapes.model_type
    if set(told.labels) & set(more.labels):
        return names
    groups = max(member.group for member in more.set) + 1
    rest = tuple(msgspec.structs.replace(member, probability=0.0, group=groups + member.group) for member in told.set)
    both = Prediction((*more.set, *rest), False, told.error_rate, told.nearest, len(more.set) + len(rest))
    return msgspec.structs.replace(names, model_type=both)


def decide(model: Model, found: Scored | None, error_rate: float, prior: Prior | None = None) -> Identification:
    """Sets of labels from scores, at an error rate."""
    if found is None:
        nothing = Prediction((), True, error_rate, ())
        return Identification(
            nothing, nothing, nothing, Basis.SHAPES, reason="there are too few tensors to tell a structure"
        )
    calibration = model.calibrations.get(found.tier) or model.calibrations[found.basis]
    rate = _calibrated(calibration, error_rate, at_least=found.tier == WRITTEN)
    unknown = found.likeness < calibration.unknown_below[rate]
    answers = [_prediction(model, question, found, calibration, rate, unknown, prior) for question in Question]
    model_type, architecture, task = answers
    held = tuple(model.labels[Question.MODEL_TYPE][number] for number in found.held) if unknown else ()
    return Identification(model_type, architecture, task, found.basis, held)


@once
def packaged() -> Model:
    """The classifier that comes with the package."""
    return load()


def known_prior() -> Prior:
    """How often model types occur, as the packaged classifier has it."""
    return packaged().prior


def known_labels(question: str) -> tuple[str, ...]:
    """The labels that the packaged classifier can give to a question."""
    return packaged().labels[question]


def _calibrated(calibration: Calibration, wanted: float, *, at_least: bool) -> str:
    """The rate to take: the largest up to what is wanted; ``at_least`` the smallest of all where there is none."""
    rates = [rate for rate in calibration.unknown_below if float(rate) <= wanted]
    least = min(calibration.unknown_below, key=float)
    if not rates and not at_least:
        raise UsageError(f"the error rate {wanted} is below {least}, the least that was calibrated")
    return max(rates, key=float, default=least)


def _prediction(
    model: Model,
    question: Question,
    found: Scored,
    calibration: Calibration,
    rate: str,
    unknown: bool,
    prior: Prior | None,
) -> Prediction:
    """The set by the margin alone; its order and its probabilities by likeness times how often a label occurs."""
    labels, scores = model.labels[question], found.scores[question]
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], labels[pair[0]]))
    nearest = tuple(Neighbour(labels[number], round(value, 4)) for number, value in ranked[:_NEIGHBOURS])
    if unknown or not ranked:
        return Prediction((), True, float(rate), nearest)
    top, sharpness = ranked[0][1], calibration.sharpness[question]
    weights = model.weights(question, prior)
    mass = {number: float(weights[number]) * math.exp(sharpness * (value - top)) for number, value in ranked}
    least = top - calibration.margins[question][rate] - 1e-9
    chosen = [number for number, value in ranked if value >= least]
    if len(chosen) > _MOST_TOLD or 2 < len(labels) == len(chosen):
        return Prediction((), False, float(rate), nearest, len(chosen))
    whole = sum(mass.values()) or 1.0
    chosen.sort(key=lambda number: (-mass[number], labels[number]))
    groups = _groups(chosen, found.groups if question is Question.MODEL_TYPE else {})
    members = tuple(Labelled(labels[n], round(mass[n] / whole, 4), groups[n]) for n in chosen)
    return Prediction(members, False, float(rate), nearest, len(members))


def _groups(chosen: Sequence[int], alike: Mapping[int, int]) -> dict[int, int]:
    """A number for each label; those that are one structure share it, the most probable structure has 0."""
    seen: dict[tuple[bool, int], int] = {}
    found: dict[int, int] = {}
    for number in chosen:
        key = (True, alike[number]) if number in alike else (False, number)
        found[number] = seen.setdefault(key, len(seen))
    return found
