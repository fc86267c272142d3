"""The scores of one classifier on one test, and how they are written."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from truename.dara.identification import Prediction, Question
from truename.lab.evaluation.equivalence import Equivalents


class Scores(msgspec.Struct, frozen=True):
    """One row's figures for one question; shares are between 0 and 1, None where a classifier makes no sets."""

    question: str
    models: int
    top1: float
    top1_equivalent: float | None  # up to structural equivalence; told for the model type
    coverage: float | None  # truth in the set; an unknown covers nothing
    mean_set: float | None  # labels in a set, of those that are not unknown
    unknown: float | None
    undecided: float | None = None  # so many labels fit that none is told; neither covered nor wrong
    mean_groups: float | None = None  # structures in a set, where types that are equal in every tensor count once


class Row(msgspec.Struct, frozen=True):
    """One classifier on one test."""

    test: str
    classifier: str
    scores: tuple[Scores, ...]
    note: str = ""


class Answered(msgspec.Struct, frozen=True):
    """One model's answer to one question."""

    truth: str
    first: str | None
    prediction: Prediction | None = None
    equivalent: frozenset[str] = frozenset()


def scores_of(question: Question, answers: Iterable[Answered]) -> Scores:
    """Figures over ``answers``."""
    several = list(answers)
    total = len(several) or 1
    sets = [a.prediction for a in several if a.prediction is not None]
    known = [p for p in sets if p.set]
    covered = sum(a.prediction is not None and a.truth in a.prediction.labels for a in several)
    alike = sum(a.first == a.truth or a.first in a.equivalent for a in several)
    return Scores(
        question.value,
        len(several),
        sum(a.first == a.truth for a in several) / total,
        alike / total if question is Question.MODEL_TYPE else None,
        covered / total if sets else None,
        sum(len(p.set) for p in known) / len(known) if known else None,
        sum(p.unknown for p in sets) / total if sets else None,
        sum(p.undecided for p in sets) / total if sets else None,
        sum(len({member.group for member in p.set}) for p in known) / len(known) if known else None,
    )


def equivalent_of(truth: str, question: Question, equivalents: Equivalents) -> frozenset[str]:
    """The labels that count as right beside the truth."""
    return equivalents.get(truth, frozenset()) if question is Question.MODEL_TYPE else frozenset()
