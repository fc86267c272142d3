"""Similarities of one model with every label: the prototypes' own, the best of each label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from truename.dara.features import Features
from truename.dara.identification import Basis, Question
from truename.dara.index import Floats, Query
from truename.dara.model import Model
from truename.dara.synthesis.program import solve
from truename.dara.synthesis.shapes import counted, observe

Scores = Mapping[Question, Mapping[int, float]]  # question -> label number -> similarity

_QUESTIONS = tuple(Question)
_CLOSE = 0.15  # behind the best name set: what lies further back is in no prediction set
_SHAPE_SHARE = 0.05  # of a similarity by names: shapes settle what names leave open
_SHAPE_SHARE_OF_PART = 0.3  # the same, where only a part of the names is left
_LOST = 0.1  # share of tensors without names from which on matrices are not looked for by name
_FAMILIAR = 0.2  # share of known names below which names are noise
_EXTENDED = 0.9  # similarity from which a structure is another of its kind, not one with something added
_WHOLE, _PART, _ALIKE = 0.985, 0.25, 0.002  # shares of weight, and a difference of similarities
_EXACT = 0.9999  # similarity of the very same names
_TIE = 0.5  # of a likeness beside a margin: it settles what margins leave open
WRITTEN = "written"  # the calibration of shapes that the program of some type writes
_ASKED = 60  # model types, by the linear classifier and by prototypes, that are asked for their programs
_FEWEST = 3  # words; fewer say nothing, but where they are the very words of a known structure
_SAME = 0.96  # similarity where the words are the same and shapes are not against it


class Scored(msgspec.Struct, frozen=True):
    """Scores and what they were made from."""

    basis: Basis
    scores: Scores
    likeness: float  # similarity of the nearest prototype: what an unknown structure lacks
    held: tuple[int, ...] = ()  # model types whose whole structure is a large part of this one
    exact: bool = False  # whether the names are the very names of a prototype
    groups: Mapping[int, int] = {}  # model type -> what it shares with those that are the same structure here

    @property
    def tier(self) -> str:
        """Which margins hold: those of the basis, and for shapes that a program writes those of such."""
        return WRITTEN if self.basis is Basis.SHAPES and self.groups else self.basis.value


def score(model: Model, features: Features) -> Scored | None:
    """How like ``features`` is to the labels of ``model``; None where there are too few words to tell."""
    names = features.names
    query = model.names.look_up(names | features.biases | features.frame)
    if len(names) >= _FEWEST and len(names & query.strange) <= (1 - _FAMILIAR) * len(names):
        return _by_part(model, features) if features.nameless >= _LOST else _by_names(model, features, query)
    if 0 < len(names) < _FEWEST and (found := _by_names(model, features, query)).likeness >= _SAME:
        return found
    return by_shapes(model, features)


def _by_names(model: Model, features: Features, query: Query) -> Scored:
    options = features.biases | features.frame
    types, classes = model.types.similarities(query, options), model.classes.similarities(query, options)
    found = _best_of_labels(model, features, types, classes, _SHAPE_SHARE)
    likeness = max(found[Question.MODEL_TYPE].values(), default=0.0)
    held = _held(model, model.types.held(query), types) if likeness < _EXTENDED else ()
    exact = bool(types.max(initial=0.0) >= _EXACT)
    return Scored(Basis.NAMES, found, likeness, held, exact, _alike(model, types))


def _by_part(model: Model, features: Features) -> Scored:
    """As by names, but neither here nor in the prototypes is anything said by the names that may be lost."""
    bare, of_types, of_classes = model.partly
    options = (features.biases | features.frame) - bare
    query = model.names.look_up((features.names | options) - bare)
    types = model.types.similarities(query, options, of_types)
    classes = model.classes.similarities(query, options, of_classes)
    found = _best_of_labels(model, features, types, classes, _SHAPE_SHARE_OF_PART)
    return Scored(Basis.PART, found, max(found[Question.MODEL_TYPE].values(), default=0.0))


def _best_of_labels(
    model: Model, features: Features, types: Floats, classes: Floats, share: float
) -> dict[Question, dict[int, float]]:
    """Of every label the best of its prototypes: similarity by names, and a ``share`` of that by shapes."""
    entries = model.entries
    near = (types > 0) & ((types >= types.max(initial=0) - _CLOSE) | (classes >= classes.max(initial=0) - _CLOSE))
    chosen = np.flatnonzero(near[entries.names])
    names = entries.names[chosen]
    found: dict[Question, dict[int, float]] = {}
    shapes = model.shapes.similarities(model.shapes.postings.look_up(features.shapes))
    alike = shapes[entries.shapes[chosen]] if features.shapes else None
    for question, labels, likeness in zip(_QUESTIONS, entries.labels, (types, classes, classes), strict=True):
        values = likeness[names] if alike is None else (1 - share) * likeness[names] + share * alike
        found[question] = _best(labels[chosen], values, len(model.labels[question]))
    return found


def _best(labels: NDArray[np.unsignedinteger], values: Floats, number: int) -> dict[int, float]:
    """Of each of ``number`` labels its largest value; those without a value are left out."""
    best = np.full(number, -np.inf)
    np.maximum.at(best, labels, values)
    found = np.flatnonzero(best > -np.inf)
    return dict(zip(found.tolist(), best[found].tolist(), strict=True))


def _alike(model: Model, types: Floats) -> dict[int, int]:
    """Of each type near the best its likest set of names: types that have it in common are one structure here."""
    near = np.flatnonzero(types[model.entries.names] >= types.max(initial=0) - _CLOSE)
    values = types[model.entries.names[near]]
    found: dict[int, int] = {}
    for at in np.argsort(-values, kind="stable").tolist():
        found.setdefault(int(model.entries.labels[0][near[at]]), int(model.entries.names[near[at]]))
    return found


def _held(model: Model, shares: Floats, similarities: Floats) -> tuple[int, ...]:
    """The types of the largest structure of which nothing is missing: what is left of an unknown one was added."""
    whole = np.where((shares >= _WHOLE) & (similarities >= _PART), similarities, 0.0)
    of_most = (whole > 0) & (whole >= whole.max(initial=0.0) - _ALIKE)
    entries = model.entries
    return tuple(dict.fromkeys(entries.labels[0][of_most[entries.names]].tolist()))


def by_shapes(model: Model, features: Features) -> Scored | None:
    """How like the shapes alone are to the labels; None where there are too few to tell.

    The types that a linear classifier takes for possible are asked whether a program of theirs writes these very
    shapes. Likeness to prototypes tells the classes within a type.
    """
    if len(features.shapes) < _FEWEST:
        return None
    similarities = model.shapes.similarities(model.shapes.postings.look_up(features.shapes))
    entries = model.entries
    of_types = np.zeros(len(model.labels[Question.MODEL_TYPE]))
    if model.linear is not None:
        of_types += model.linear.margins(features.shapes)
    np.maximum.at(alike := np.zeros_like(of_types), entries.labels[0], similarities[entries.shapes])
    of_types += _TIE * alike
    likely = _first(of_types) | _first(alike)
    written = written_by(model, features, likely)
    if written:  # a type whose programs were never learned is not ruled out by those of others
        as_like = max(alike[list(written)]) - _ALIKE
        open_ = [label for label in likely if alike[label] >= as_like and not model.programs_of(label)]
        fitting = [*written, *open_]  # the classifier tells no types apart that are one structure
        of_types[fitting] = of_types.max() + model.weight + _TIE * (alike[fitting] - 1)
    values = of_types[entries.labels[0]] + _TIE * (similarities[entries.shapes] - alike[entries.labels[0]])
    found = {
        question: _best(labels, values, len(model.labels[question]))
        for question, labels in zip(_QUESTIONS, entries.labels, strict=True)
    }
    likeness = float(similarities.max(initial=0.0)) + bool(written)
    return Scored(Basis.SHAPES, found, likeness, groups=written)


def _first(values: Floats) -> set[int]:
    return set(np.argsort(-values, kind="stable")[:_ASKED].tolist())


def written_by(model: Model, features: Features, labels: Iterable[int]) -> dict[int, int]:
    """The model types of which a program writes the shapes, with the program's number.

    The programs of ``labels``, numbers of model types, are tried; what fits is held by every type that has it.
    """
    if model.programs is None or (shapes := observe(counted(features.counts))) is None:
        return {}
    tried: set[int] = set()
    found: dict[int, int] = {}
    for label in sorted(labels):
        for number in model.programs.of_label(label):
            if number not in tried:
                tried.add(number)
                if solve(model.programs.program(number), shapes) is not None:
                    for holder in model.programs.holders(number):
                        found.setdefault(holder, number)
    return found
