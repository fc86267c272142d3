"""The study's test set of traced layer sequences: model type, class and task from words of operations.

Cross-validation over five stratified folds, the mean over five seeds. Nothing is tuned on a test fold: every classifier
here has fixed settings, or chooses them by cross-validation inside the training folds.
"""

from __future__ import annotations

import gzip
import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from truename.errors import MissingExtraError

FOLDS, SEEDS = 5, 5
_LABELS = ("model_type", "arch", "task")


class SequenceScores(msgspec.Struct, frozen=True):
    """Mean and standard deviation over seeds, in per cent: model type, class, task."""

    classifier: str
    scores: tuple[tuple[float, float], ...]


def sequence_scores(path: Path, progress: Callable[[str], None], seeds: int = SEEDS) -> tuple[SequenceScores, ...]:
    """Every classifier's scores on the traced models of ``path``.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    try:
        from truename.dara.lab.sequence_models import CLASSIFIERS
    except ImportError as error:
        raise MissingExtraError("training", "train") from error
    rows: list[dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))
    texts = [row["layers"] for row in rows]
    found = []
    for name, classifier in CLASSIFIERS.items():
        progress(f"layer sequences: {name}")
        scores = tuple(_validated(classifier, texts, [row[label] for row in rows], seeds) for label in _LABELS)
        found.append(SequenceScores(name, scores))
    return tuple(found)


def _validated(
    classifier: Callable[[], Any], texts: Sequence[str], labels: Sequence[str], seeds: int
) -> tuple[float, float]:
    import numpy as np
    from sklearn.model_selection import StratifiedKFold

    truth = np.array(labels)
    shares = []
    for seed in range(seeds):
        right = 0
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # some classes have fewer members than there are folds
            parts = list(folds.split(texts, truth))
        for train, test in parts:
            model = classifier().fit([texts[at] for at in train], truth[train])
            right += int((model.predict([texts[at] for at in test]) == truth[test]).sum())
        shares.append(100 * right / len(truth))
    return float(np.mean(shares)), float(np.std(shares))
