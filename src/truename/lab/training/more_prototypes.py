"""Further prototypes for a trained classifier: structures of known classes under switches that it was not shown.

What each word weighs stays as it was trained; only sets of names are added. Margins stay too: further sets of a label
bring its own models nearer, and may bring a wrong label nearer as well, which a new calibration would tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec
import numpy as np

from truename.dara.identification import Question
from truename.dara.index import post, weigh
from truename.dara.model import Entries, Linear, Model
from truename.lab.training.prototypes import words_of_names
from truename.lab.training.specimen import Specimen


def with_prototypes(model: Model, specimens: Iterable[Specimen]) -> Model:
    """``model`` with the sets of names of ``specimens`` that it does not have, for classes that it knows."""
    sets = _sets(model)
    number = {words: at for at, words in enumerate(sets)}
    position = {q: {label: at for at, label in enumerate(model.labels[q])} for q in Question}
    shapes: dict[tuple[int, ...], int] = {}
    columns = [column.tolist() for column in model.entries.labels]
    rows = list(zip(model.entries.names.tolist(), model.entries.shapes.tolist(), *columns, strict=True))
    for _, shape, *labels in rows:
        shapes.setdefault(tuple(labels), shape)
    seen = set(rows)
    for specimen in specimens:
        named = {
            Question.MODEL_TYPE: specimen.model_type,
            Question.ARCHITECTURE: specimen.architecture,
            Question.TASK: specimen.task,
        }
        if any(label not in position[question] for question, label in named.items()):
            continue
        key = tuple(position[question][label] for question, label in named.items())
        if key not in shapes:
            continue
        words = words_of_names(specimen.example().features)
        if words in number:
            continue
        number[words] = len(sets)
        sets.append(words)
        row = (number[words], shapes[key], *key)
        if row not in seen:
            seen.add(row)
            rows.append(row)
    postings = post(sets, {word for words in sets for word in words})
    kept = model.names.words.tolist()
    types = weigh(postings, sets, dict(zip(kept, model.types.weights.tolist(), strict=True)), model.types.unseen)
    classes = weigh(postings, sets, dict(zip(kept, model.classes.weights.tolist(), strict=True)), model.classes.unseen)
    of_names, of_shapes, *of_labels = (np.array(column, np.uint16) for column in zip(*rows, strict=True))
    entries = Entries(of_names, of_shapes, tuple(of_labels))
    return msgspec.structs.replace(model, types=types, classes=classes, entries=entries)


def _sets(model: Model) -> list[frozenset[int]]:
    """The sets of words, from the lists of who has each."""
    found: dict[int, set[int]] = defaultdict(set)
    postings = model.names
    for word, one in zip(postings.words.tolist(), postings.lists.tolist(), strict=True):
        for holder in postings.sets[postings.starts[one] : postings.starts[one + 1]].tolist():
            found[holder].add(word)
    return [frozenset(found[at]) for at in range(len(model.types.totals))]


def pruned(linear: Linear, least: int) -> Linear:
    """``linear`` without weights below ``least`` hundredths, and without words that have none left."""
    rows = np.repeat(np.arange(len(linear.words)), np.diff(linear.starts).astype(np.intp))
    kept = np.abs(linear.weights.astype(np.int16)) >= least
    counts = np.bincount(rows[kept], minlength=len(linear.words))
    words = counts > 0
    starts = np.concatenate([[0], np.cumsum(counts[words])]).astype(np.uint32)
    return Linear(linear.words[words], starts, linear.labels[kept], linear.weights[kept], linear.intercepts)
