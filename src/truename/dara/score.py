"""Similarities of one model with every label: the prototypes' own, the best of each label."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping

import msgspec

from truename.dara.identification import Basis, Question
from truename.dara.model import Model, Rows
from truename.features import Features

Scores = Mapping[Question, Mapping[int, float]]  # question -> label number -> similarity

_QUESTIONS = tuple(Question)
_CLOSE = 0.15  # behind the best name set: what lies further back is in no prediction set
_SHAPE_SHARE = 0.05  # of a similarity by names: shapes settle what names leave open
_SHAPE_SHARE_OF_PART = 0.3  # the same, where only a part of the names is left
_LOST = 0.1  # share of tensors without names from which on matrices are not looked for by name
_FAMILIAR = 0.2  # share of known names below which names are noise
_EXTENDED = 0.9  # similarity from which a structure is another of its kind, not one with something added
_WHOLE, _PART, _ALIKE = 0.985, 0.25, 0.002  # shares of weight, and a difference of similarities
_TIE = 0.5  # of a likeness beside a margin: it settles what margins leave open
_FAR = 99.0  # below every score
_FEWEST = 3  # words; fewer say nothing


class Scored(msgspec.Struct, frozen=True):
    """Scores and what they were made from."""

    basis: Basis
    scores: Scores
    likeness: float  # similarity of the nearest prototype: what an unknown structure lacks
    held: tuple[int, ...] = ()  # model types whose whole structure is a large part of this one


def score(model: Model, features: Features) -> Scored | None:
    """How like ``features`` is to the labels of ``model``; None where there are too few words to tell."""
    if len(features.names) >= _FEWEST and model.types.known_share(features.names) >= _FAMILIAR:
        return _by_part(model, features) if features.nameless >= _LOST else _by_names(model, features)
    if len(features.shapes) >= _FEWEST:
        return _by_shapes(model, features.shapes | features.order)
    return None


def _by_names(model: Model, features: Features) -> Scored:
    options = features.biases | features.frame
    types = model.types.similarities(features.names | features.biases, options)
    classes = model.classes.similarities(features.names | options, options)
    found = _best_of_labels(model, features, types, classes, _SHAPE_SHARE)
    likeness = max(found[Question.MODEL_TYPE].values(), default=0.0)
    held = _held(model, features, types) if likeness < _EXTENDED else ()
    return Scored(Basis.NAMES, found, likeness, held)


def _by_part(model: Model, features: Features) -> Scored:
    """As by names, but neither here nor in the prototypes is anything said by the names that may be lost."""
    bare, of_types, of_classes = model.partly
    options = (features.biases | features.frame) - bare
    types = model.types.similarities((features.names | features.biases) - bare, options, of_types)
    classes = model.classes.similarities((features.names | options) - bare, options, of_classes)
    found = _best_of_labels(model, features, types, classes, _SHAPE_SHARE_OF_PART)
    return Scored(Basis.PART, found, max(found[Question.MODEL_TYPE].values(), default=0.0))


def _best_of_labels(
    model: Model, features: Features, types: list[float], classes: list[float], share: float
) -> dict[Question, dict[int, float]]:
    """Of every label the best of its prototypes: similarity by names, and a ``share`` of that by shapes."""
    shapes = _Shapes(model.shapes, features.shapes)
    found: dict[Question, dict[int, float]] = {question: {} for question in _QUESTIONS}
    bests = list(found.values())
    least_type, least_class = max(types, default=0.0) - _CLOSE, max(classes, default=0.0) - _CLOSE
    _, shape_sets, *labels = model.entries
    for number, (of_type, of_class) in enumerate(zip(types, classes, strict=True)):
        if of_type <= 0 or (of_type < least_type and of_class < least_class):
            continue
        for entry in range(model.firsts[number], model.firsts[number + 1]):
            alike = shapes.similarity(shape_sets[entry])
            for best, column, likeness in zip(bests, labels, (of_type, of_class, of_class), strict=True):
                value = likeness if alike is None else (1 - share) * likeness + share * alike
                label = column[entry]
                if value > best.get(label, 0.0):
                    best[label] = value
    return found


def _held(model: Model, features: Features, similarities: list[float]) -> tuple[int, ...]:
    """The types of the largest structure of which nothing is missing: what is left of an unknown one was added."""
    options = features.biases | features.frame
    shares = model.types.held(features.names | features.biases, similarities, options)
    whole = [number for number, share in enumerate(shares) if share >= _WHOLE and similarities[number] >= _PART]
    most = max((similarities[number] for number in whole), default=0.0)
    types: dict[int, None] = {}
    for number in whole:
        if similarities[number] >= most - _ALIKE:
            types.update(dict.fromkeys(model.entries[2][model.firsts[number] : model.firsts[number + 1]]))
    return tuple(types)


def _by_shapes(model: Model, words: frozenset[int]) -> Scored:
    """Margins of the linear classifier tell types apart, likeness to prototypes the classes within a type."""
    similarities = model.shapes.index.similarities(words)
    margins = None if model.linear is None else model.linear.margins(words)
    found: dict[Question, dict[int, float]] = {question: {} for question in _QUESTIONS}
    _, shape_sets, *labels = model.entries
    of_type = labels[0]
    bests = list(found.values())
    for entry, number in enumerate(shape_sets):
        value = _TIE * similarities[number] + (0.0 if margins is None else margins[of_type[entry]])
        for best, column in zip(bests, labels, strict=True):
            label = column[entry]
            if value > best.get(label, -_FAR):
                best[label] = value
    return Scored(Basis.SHAPES, found, max(similarities, default=0.0))


class _Shapes:
    """Similarity of one structure with a few sets of shapes."""

    def __init__(self, rows: Rows, words: Iterable[int]) -> None:
        self._rows = rows
        self._total = 0.0
        self._weights = [0.0] * len(rows.words)  # of the structure's own words; nothing for the others
        for word in words:
            at = bisect_left(rows.words, word)
            known = at < len(rows.words) and rows.words[at] == word
            if known:
                self._weights[at] = rows.weights[at]
            self._total += rows.weights[at] if known else rows.unseen
        self._known: dict[int, float] = {}

    def similarity(self, number: int) -> float | None:
        """The similarity with set ``number``; None where no shapes are known."""
        if not self._total:
            return None
        if (known := self._known.get(number)) is not None:
            return known
        rows = self._rows
        shared = sum(map(self._weights.__getitem__, rows.members[rows.starts[number] : rows.starts[number + 1]]))
        value = shared / (self._total + rows.totals[number] - shared) if shared else 0.0
        self._known[number] = value
        return value
