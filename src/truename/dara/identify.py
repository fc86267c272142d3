"""Identify a structure: scores -> prediction sets with a stated error rate, or unknown with its neighbours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from truename._lazy import once
from truename.architecture.abstract import AbstractArchitecture
from truename.dara.features import Features, features_of
from truename.dara.identification import Basis, Identification, Labelled, Neighbour, Prediction, Question
from truename.dara.model import Calibration, Model
from truename.dara.score import Scored, score
from truename.dara.store import load
from truename.errors import UsageError

ERROR_RATE = 0.01
_NEIGHBOURS = 5


def identify(
    architecture: AbstractArchitecture, *, error_rate: float = ERROR_RATE, model: Model | None = None
) -> Identification:
    """What ``architecture`` is, by its structure alone.

    Args:
        architecture: of a header or a graph.
        error_rate: the share of known models whose true label may be missing from a set; one of those that the model
            was calibrated for, or the next smaller one is taken.
        model: a trained classifier; the packaged one by default.

    Raises:
        UsageError: the error rate is below every calibrated one.
    """
    return identify_features(features_of(architecture), error_rate=error_rate, model=model)


def identify_features(
    features: Features, *, error_rate: float = ERROR_RATE, model: Model | None = None
) -> Identification:
    """As ``identify``, from features."""
    model = packaged() if model is None else model
    return decide(model, score(model, features), error_rate)


def identify_at(
    architecture: AbstractArchitecture, error_rates: Sequence[float], *, model: Model | None = None
) -> tuple[Identification, ...]:
    """As ``identify`` at several error rates, for little more than one."""
    model = packaged() if model is None else model
    found = score(model, features_of(architecture))
    return tuple(decide(model, found, rate) for rate in error_rates)


def decide(model: Model, found: Scored | None, error_rate: float) -> Identification:
    """Sets of labels from scores, at an error rate."""
    if found is None:
        nothing = Prediction((), True, error_rate, ())
        return Identification(
            nothing, nothing, nothing, Basis.SHAPES, reason="there are too few tensors to tell a structure"
        )
    calibration = model.calibrations[found.basis]
    rate = _calibrated(calibration, error_rate)
    unknown = found.likeness < calibration.unknown_below[rate]
    answers = [
        _prediction(model, question, found.scores[question], calibration, rate, unknown) for question in Question
    ]
    model_type, architecture, task = answers
    held = tuple(model.labels[Question.MODEL_TYPE][number] for number in found.held) if unknown else ()
    return Identification(model_type, architecture, task, found.basis, held)


@once
def packaged() -> Model:
    """The classifier that comes with the package."""
    return load()


def known_labels(question: str) -> tuple[str, ...]:
    """The labels that the packaged classifier can give to a question."""
    return packaged().labels[question]


def _calibrated(calibration: Calibration, wanted: float) -> str:
    rates = [rate for rate in calibration.unknown_below if float(rate) <= wanted]
    if not rates:
        least = min(calibration.unknown_below, key=float)
        raise UsageError(f"the error rate {wanted} is below {least}, the least that was calibrated")
    return max(rates, key=float)


def _prediction(
    model: Model, question: Question, scores: Mapping[int, float], calibration: Calibration, rate: str, unknown: bool
) -> Prediction:
    labels = model.labels[question]
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], labels[pair[0]]))
    nearest = tuple(Neighbour(labels[number], round(value, 4)) for number, value in ranked[:_NEIGHBOURS])
    if unknown or not ranked:
        return Prediction((), True, float(rate), nearest)
    top, sharpness = ranked[0][1], calibration.sharpness[question]
    mass = sum(math.exp(sharpness * (value - top)) for _, value in ranked)
    least = top - calibration.margins[question][rate] - 1e-9
    members = tuple(
        Labelled(labels[number], round(math.exp(sharpness * (value - top)) / mass, 4))
        for number, value in ranked
        if value >= least
    )
    return Prediction(members, False, float(rate), nearest)
