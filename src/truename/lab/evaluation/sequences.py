"""The study's test set of traced layer sequences: model type, class and task from words of operations.

Cross-validation over five stratified folds, the mean over five seeds, every classifier on the same folds. Nothing is
tuned on a test fold: every classifier here has fixed settings, or chooses them inside the training folds.
"""

from __future__ import annotations

import gzip
import json
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from truename.errors import DeclaredError, MissingExtraError

FOLDS, SEEDS = 5, 5
_LABELS = ("model_type", "arch", "task")
_Factories = Mapping[str, Callable[[], Any]]


class SequenceScores(msgspec.Struct, frozen=True):
    """Mean and standard deviation over seeds, in per cent: model type, class, task.

    ``gains`` are those of the differences to the first classifier, seed by seed; empty for the first and for bounds.
    """

    classifier: str
    scores: tuple[tuple[float, float], ...]
    gains: tuple[tuple[float, float], ...] = ()


def sequence_scores(path: Path, progress: Callable[[str], None], seeds: int = SEEDS) -> tuple[SequenceScores, ...]:
    """Every classifier's scores on the traced models of ``path``, and what identical sequences leave to be known.

    Raises:
        DeclaredError: the file holds no layer sequences.
        MissingExtraError: scikit-learn is not installed.
    """
    try:
        from truename.lab.evaluation.sequence_models import CLASSIFIERS
    except ImportError as error:
        raise MissingExtraError("training", "train") from error
    rows = _rows(path)
    texts = [row["layers"] for row in rows]
    truth = [[row[label] for row in rows] for label in _LABELS]
    shares = [_validated(CLASSIFIERS, texts, labels, seeds, progress) for labels in truth]
    names = list(CLASSIFIERS)
    found = [
        SequenceScores(
            name,
            tuple(_summary(column[name]) for column in shares),
            tuple(_summary(column[name] - column[names[0]]) for column in shares) if number else (),
        )
        for number, name in enumerate(names)
    ]
    best = tuple((100 * most_right(texts, labels), 0.0) for labels in truth)
    twins = tuple((100 * twins_agree(texts, labels), 0.0) for labels in truth)
    found.append(SequenceScores("bound: identical sequences get one label, and a label needs two models", best))
    found.append(SequenceScores("models with an identical sequence alone, told by the labels of their twins", twins))
    return tuple(found)


def most_right(texts: Sequence[str], labels: Sequence[str]) -> float:
    """The share that no classifier of sequences can exceed in cross-validation."""
    members = Counter(labels)
    groups = _groups(texts, [label if members[label] > 1 else "" for label in labels])
    right = sum(max((times for label, times in Counter(group).items() if label), default=0) for group in groups)
    return right / len(texts)


def twins_agree(texts: Sequence[str], labels: Sequence[str]) -> float:
    """Of models with identical sequences, the share that the others' commonest label tells; ties by chance."""
    right, total = 0.0, 0
    for group in _groups(texts, labels):
        if len(group) == 1:
            continue
        for label in group:
            others = Counter(group)
            others[label] -= 1
            commonest = [other for other, times in others.items() if times == max(others.values())]
            right += (label in commonest) / len(commonest)
            total += 1
    return right / total if total else 0.0


def _groups(texts: Sequence[str], labels: Sequence[str]) -> list[list[str]]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for text, label in zip(texts, labels, strict=True):
        groups[text].append(label)
    return list(groups.values())


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        rows: list[dict[str, str]] = json.loads(gzip.decompress(path.read_bytes()))
        return [{key: row[key] for key in ("layers", *_LABELS)} for row in rows]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise DeclaredError(str(path), "holds no layer sequences") from error


def _validated(
    classifiers: _Factories, texts: Sequence[str], labels: Sequence[str], seeds: int, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Each classifier's share of right answers, in per cent, by seed."""
    import numpy as np

    truth = np.array(labels)
    right = {name: np.zeros(seeds) for name in classifiers}
    for seed in range(seeds):
        progress(f"layer sequences: {len(set(labels))} labels, seed {seed + 1} of {seeds}")
        for train, test in _folds(texts, truth, seed):
            for name, classifier in classifiers.items():
                model = classifier().fit([texts[at] for at in train], truth[train])
                right[name][seed] += (model.predict([texts[at] for at in test]) == truth[test]).sum()
    return {name: 100 * counts / len(truth) for name, counts in right.items()}


def _folds(texts: Sequence[str], truth: Any, seed: int) -> Iterator[tuple[Any, Any]]:
    from sklearn.model_selection import StratifiedKFold

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # some classes have fewer members than there are folds
        yield from list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(texts, truth))


def _summary(shares: Any) -> tuple[float, float]:
    return float(shares.mean()), float(shares.std())
