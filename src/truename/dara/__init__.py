"""DARA: which model type, class and task a structure has, as sets with a stated error rate, or that it is unknown."""

from __future__ import annotations

from truename.dara.identification import Basis, Identification, Labelled, Neighbour, Prediction, Question
from truename.dara.identify import ERROR_RATE, identify, identify_at, identify_features, known_labels, known_prior

__all__ = [
    "ERROR_RATE",
    "Basis",
    "Identification",
    "Labelled",
    "Neighbour",
    "Prediction",
    "Question",
    "identify",
    "identify_at",
    "identify_features",
    "known_labels",
    "known_prior",
]
