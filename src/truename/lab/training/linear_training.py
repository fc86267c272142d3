"""Train the linear classifier of shapes: a linear support vector machine, one label against the others."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from truename.dara.identification import Question
from truename.dara.model import UNIT, Linear, Model
from truename.errors import MissingExtraError
from truename.lab.training.prototypes import Example, Words, words_of_shapes

_RARE = 3  # models that must have a word
_LEAST = 5  # hundredths below which a weight is nothing
_LARGEST = 127
_C = 5.0
_MOST = 40  # sets of one type
_TOLERANCE = 0.03  # of the optimiser: scores move by less than their standard error


def with_linear(model: Model, examples: Sequence[Example]) -> Model:
    """``model`` with a classifier of shapes that was trained on ``examples``.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    labels = model.labels[Question.MODEL_TYPE]
    return msgspec.structs.replace(model, linear=_trained(examples, labels))


def _trained(examples: Sequence[Example], labels: Sequence[str]) -> Linear:
    try:
        import numpy as np
        from scipy.sparse import csr_matrix
        from sklearn.svm import LinearSVC
    except ImportError as error:
        raise MissingExtraError("training", "train") from error
    kinds = _kinds(examples)
    sets = [words for _, words in kinds]
    common = Counter(word for words in sets for word in words)
    words = sorted(word for word, number in common.items() if number >= _RARE)
    column = {word: at for at, word in enumerate(words)}
    members = [[column[word] for word in one if word in column] for one in sets]
    counts = np.array([len(one) for one in members])
    pointers = np.concatenate([[0], counts.cumsum()])
    values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
    matrix = csr_matrix((values, np.concatenate(members), pointers), shape=(len(sets), len(words)))
    number = {label: at for at, label in enumerate(labels)}
    truth = np.array([number[model_type] for model_type, _ in kinds])
    machine = LinearSVC(C=_C, tol=_TOLERANCE, random_state=0).fit(matrix, truth)
    return _written(words, machine.coef_, machine.intercept_, machine.classes_, len(labels))


def _kinds(examples: Sequence[Example]) -> list[tuple[str, Words]]:
    """Distinct sets of words of each type, at most ``_MOST``: some types have a hundred configurations."""
    sets: dict[str, set[Words]] = defaultdict(set)
    for example in examples:
        sets[example.model_type].add(words_of_shapes(example.nameless))
    noise = random.Random(0)
    found = []
    for model_type, several in sorted(sets.items()):
        ordered = sorted(several, key=sorted)
        chosen = noise.sample(ordered, _MOST) if len(ordered) > _MOST else ordered
        found += [(model_type, words) for words in chosen]
    return found


def _written(words: Sequence[int], weights: Any, intercepts: Any, classes: Any, labels: int) -> Linear:
    """Labels that had no example of theirs get a margin below every other."""
    import numpy as np

    whole = np.clip(np.round(weights.T * UNIT), -_LARGEST, _LARGEST).astype(np.int8)  # words x classes
    rows, columns = np.nonzero(np.abs(whole) >= _LEAST)
    starts = np.searchsorted(rows, np.arange(len(words) + 1)).astype(np.uint32)
    every = np.full(labels, -9.0, dtype=np.float32)
    every[classes] = intercepts
    return Linear(np.array(words, np.uint32), starts, classes[columns].astype(np.uint16), whole[rows, columns], every)
