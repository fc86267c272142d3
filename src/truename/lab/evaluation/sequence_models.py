"""Classifiers of layer sequences, with scikit-learn's protocol.

A sequence is one random walk through a model's graph, from an input to where nothing follows: which branch of a
residual connection it took is chance, which steps the graph allows is not. So ours looks at which steps occur, not how
often, and at what every walk shows: how it begins, how it ends, how many norms it passes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

_WORD = r"\S+"
_SHARES = (0.0, 0.25, 0.5)  # of the trees in the vote
_FORKS = ("dropout", "softmax")  # where the first branch is behind


def linear() -> Pipeline:
    """Plain TF-IDF of 1- to 3-grams and a linear support vector machine."""
    return make_pipeline(TfidfVectorizer(token_pattern=_WORD, ngram_range=(1, 3), sublinear_tf=True), LinearSVC(C=5))


def presence(longest: int) -> Pipeline:
    """Which n-grams occur, weighted by their rarity."""
    grams = CountVectorizer(token_pattern=_WORD, ngram_range=(1, longest), min_df=2, binary=True)
    return make_pipeline(grams, TfidfTransformer())


def walk_features(text: str) -> dict[str, float]:
    """What does not depend on the branches that a walk took: its first and last steps, its norms, its words."""
    words = text.split()
    start = words[: next((at for at, word in enumerate(words) if word in _FORKS), len(words))]
    found = {f"has {word}": 1.0 for word in words}
    found |= {f"start {' '.join(words[:length])}": 1.0 for length in (2, 3, 4, 5, 6, 8)}
    found |= {f"start {' '.join(start)}": 1.0, f"end {' '.join(words[-3:])}": 1.0, f"end {words[-1]}": 1.0}
    return found | {"norms": float(sum("norm" in word for word in words)), "length": float(len(words))}


class LeastSquares:
    """A least-squares support vector machine for several classes; what it says of a text left out has a closed form."""

    def __init__(self, longest: int, cost: float = 10.0) -> None:
        """Keep the longest n-gram and the cost of an error."""
        self.longest, self.cost = longest, cost

    def fit(self, texts: Sequence[str], targets: Any) -> Self:
        """Fit to ``targets``, texts x classes of 0 and 1."""
        self.features_ = presence(self.longest)
        matrix = self.features_.fit_transform(texts)
        inverse = np.linalg.inv((matrix @ matrix.T).toarray() + np.eye(len(texts)) / self.cost)
        weights = inverse @ targets
        self.left_out_ = targets - weights / np.diag(inverse)[:, None]
        self.coefficients_ = matrix.T @ weights
        return self

    def decision_function(self, texts: Sequence[str]) -> Any:
        """Texts x classes, about 1 for the class."""
        return self.features_.transform(texts) @ self.coefficients_


class WalkVoting(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Least squares on the 2-grams and on the 3-grams that occur, and trees on what all walks share.

    The share of the trees is chosen inside the training folds: least squares tell what they would say of each text
    if it had been left out, and the trees that did not draw a text judge it.
    """

    def __init__(self, trees: int = 100, sharpness: float = 6.0) -> None:
        """Keep the number of trees and the factor of scores before their softmax."""
        self.trees = trees
        self.sharpness = sharpness

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> Self:
        """Fit every member, then choose the share of the trees."""
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        targets = np.eye(len(self.classes_))[numbers]
        self.machines_ = [LeastSquares(longest).fit(texts, targets) for longest in (2, 3)]
        self.features_ = DictVectorizer(sparse=False)
        self.forest_ = ExtraTreesClassifier(
            self.trees, max_features=0.2, bootstrap=True, oob_score=True, random_state=0
        ).fit(self.features_.fit_transform(map(walk_features, texts)), numbers)
        linear = self._probabilities([machine.left_out_ for machine in self.machines_])
        judged = np.nan_to_num(self.forest_.oob_decision_function_)
        right = [np.sum(_mixed(linear, judged, share).argmax(axis=1) == numbers) for share in _SHARES]
        self.share_ = _SHARES[int(np.argmax(right))]
        return self

    def predict_proba(self, texts: Sequence[str]) -> Any:
        """Texts x classes."""
        linear = self._probabilities([machine.decision_function(texts) for machine in self.machines_])
        trees = self.forest_.predict_proba(self.features_.transform(map(walk_features, texts)))
        return _mixed(linear, trees, self.share_)

    def predict(self, texts: Sequence[str]) -> Any:
        """The most probable label of each text."""
        return self.classes_[self.predict_proba(texts).argmax(axis=1)]

    def _probabilities(self, scores: Sequence[Any]) -> Any:
        powers = [np.exp(self.sharpness * (score - score.max(axis=1, keepdims=True))) for score in scores]
        return sum(power / power.sum(axis=1, keepdims=True) for power in powers) / len(powers)


def _mixed(linear: Any, trees: Any, share: float) -> Any:
    return (1 - share) * linear + share * trees


CLASSIFIERS: dict[str, Callable[[], Any]] = {
    "TF-IDF and linear SVM": linear,
    "ours: steps of the walk, and trees on what all walks share": WalkVoting,
}
