"""Prototypes from examples: which words there are, what each says, which structures are known under which labels."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

import msgspec
import numpy as np

from truename.dara.features import VERSION, Features
from truename.dara.identification import Question
from truename.dara.index import Index, post, weigh
from truename.dara.model import Entries, Model

_BIAS = 0.25  # of a word's weight: biases are options of a configuration
_MOST_WORDS = 0xFFFF  # of shapes: their numbers fit into 16 bits
_MOST_SHAPES = 7  # sets of shapes that are written of one class and task
Words = frozenset[int]
Labels = tuple[str, str, str]  # model type, architecture, task


class Example(msgspec.Struct, frozen=True):
    """One model whose labels are known."""

    model_type: str
    architecture: str
    task: str
    group: str  # examples of one group are one model written in different ways: they go together
    features: Features
    nameless: Features  # of its shapes alone, in the order of the file

    def label(self, question: Question) -> str:
        """The true answer."""
        return _labels(self)[list(Question).index(question)]


def fit(examples: Collection[Example], notes: dict[str, str] | None = None) -> Model:
    """A model without calibration: every distinct structure of ``examples`` is a prototype, with the likest shapes."""
    names = sorted({words_of_names(e.features) for e in examples}, key=sorted)
    stand_ins = _stand_ins(examples)
    shapes = sorted(set(stand_ins.values()), key=sorted)
    name_of = {words: number for number, words in enumerate(names)}
    shape_of = {words: number for number, words in enumerate(shapes)}
    labels = {question: tuple(sorted({e.label(question) for e in examples})) for question in Question}
    position = {question: {label: at for at, label in enumerate(labels[question])} for question in Question}
    rows = sorted(
        {
            (
                name_of[words_of_names(e.features)],
                shape_of[stand_ins[_labels(e), words_of_shapes(e.nameless)]],
                *(position[question][e.label(question)] for question in Question),
            )
            for e in examples
        }
    )
    of_names, of_shapes, *of_labels = (np.array(column, np.uint16) for column in zip(*rows, strict=True))
    rarity, unseen = _rarity((e.model_type, words_of_names(e.features)) for e in examples)
    names_of_tensors = {word for e in examples for word in e.features.names}
    frame = {word for e in examples for word in e.features.frame} - names_of_tensors
    biases = {word for e in examples for word in e.features.biases} - names_of_tensors
    steady = _steadiness(examples, Question.MODEL_TYPE)
    certain = _steadiness(examples, Question.ARCHITECTURE)
    rarity |= {word: _BIAS * rarity[word] for word in biases}
    by_type = {word: 0.0 if word in frame else weight * steady[word] ** 2 for word, weight in rarity.items()}
    by_class = {word: weight * certain[word] ** 2 for word, weight in rarity.items()}
    postings = post(names, {word for words in names for word in words})
    return Model(
        version=VERSION,
        types=weigh(postings, names, by_type, unseen),
        classes=weigh(postings, names, by_class, unseen),
        shapes=_index_of_shapes(shapes, *_rarity((e.model_type, words_of_shapes(e.nameless)) for e in examples)),
        entries=Entries(of_names, of_shapes, tuple(of_labels)),
        labels={question.value: labels[question] for question in Question},
        calibrations={},
        notes=notes or {},
        bare=tuple(sorted({word for e in examples for word in e.features.bare})),
    )


def _stand_ins(examples: Iterable[Example]) -> dict[tuple[Labels, Words], Words]:
    """The shapes that are written for each example's: its own, or the likest of the ``_MOST_SHAPES`` of its labels."""
    sets: dict[Labels, set[Words]] = defaultdict(set)
    for example in examples:
        sets[_labels(example)].add(words_of_shapes(example.nameless))
    return {
        (labels, words): stand_in
        for labels, several in sets.items()
        for words, stand_in in _spread(sorted(several, key=sorted), _MOST_SHAPES).items()
    }


def _spread(sets: Sequence[Words], most: int) -> dict[Words, Words]:
    """Each set -> the likest of ``most`` that lie far apart: the next is always the one least like those taken.

    Gonzalez 1985, "Clustering to minimize the maximum intercluster distance".
    """
    stand_ins = dict.fromkeys(sets, sets[0])
    alike = {words: _jaccard(words, sets[0]) for words in sets}
    for _ in range(most - 1):
        farthest = min(sets, key=alike.__getitem__)
        if alike[farthest] == 1:
            break
        for words in sets:
            if (value := _jaccard(words, farthest)) > alike[words]:
                alike[words], stand_ins[words] = value, farthest
    return stand_ins


def _jaccard(one: Words, other: Words) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common) if one or other else 1.0


def _labels(example: Example) -> Labels:
    return (example.model_type, example.architecture, example.task)


def words_of_names(features: Features) -> Words:
    """All that names say."""
    return features.names | features.biases | features.frame


def words_of_shapes(features: Features) -> Words:
    """All that shapes say."""
    return features.shapes


def _rarity(labelled: Iterable[tuple[str, Iterable[int]]]) -> tuple[dict[int, float], float]:
    """The logarithm of how few model types have a word, and that of a word that none has."""
    types: dict[int, set[str]] = defaultdict(set)
    everything: set[str] = set()
    for label, words in labelled:
        everything.add(label)
        for word in words:
            types[word].add(label)
    total = len(everything) + 1
    return {word: math.log(1 + total / len(having)) for word, having in types.items()}, math.log(1 + total) / 2


def _steadiness(examples: Iterable[Example], question: Question) -> dict[int, float]:
    """How surely a word is there where its label is: heads and prefixes come and go within a model type."""
    seen: dict[str, set[frozenset[int]]] = defaultdict(set)
    for example in examples:
        seen[example.label(question)].add(words_of_names(example.features))
    shares: dict[int, list[float]] = defaultdict(list)
    for sets in seen.values():
        times: dict[int, int] = defaultdict(int)
        for words in sets:
            for word in words:
                times[word] += 1
        for word, number in times.items():
            shares[word].append(number / len(sets))
    return {word: sum(several) / len(several) for word, several in shares.items()}


def _index_of_shapes(sets: Sequence[Words], weight: dict[int, float], unseen: float) -> Index:
    """Words of one set alone are not written: that a query has one of them is no likeness to anything else."""
    counts = Counter(word for members in sets for word in members)
    shared = sorted((-number, word) for word, number in counts.items() if number > 1)
    return weigh(post(sets, [word for _, word in shared[:_MOST_WORDS]]), sets, weight, unseen)
