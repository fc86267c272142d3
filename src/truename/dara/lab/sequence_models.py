"""Classifiers of layer sequences, with scikit-learn's protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

_WORD = r"\S+"


def linear() -> Pipeline:
    """Plain TF-IDF of 1- to 3-grams and a linear support vector machine."""
    return make_pipeline(TfidfVectorizer(token_pattern=_WORD, ngram_range=(1, 3), sublinear_tf=True), LinearSVC(C=5))


def trees() -> Pipeline:
    """Logarithms of the counts of 1- and 2-grams, and randomised trees: thresholds on how often, not on how much."""
    counts = CountVectorizer(token_pattern=_WORD, ngram_range=(1, 2), min_df=2)
    forest = ExtraTreesClassifier(300, max_features=0.1, random_state=0)
    return make_pipeline(counts, FunctionTransformer(lambda matrix: matrix.log1p()), forest)


class Voting(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """The sum of the probabilities of several classifiers; margins become probabilities by a softmax."""

    def __init__(self, members: Sequence[Callable[[], Any]] = (linear, trees), sharpness: float = 4.0) -> None:
        """Keep the members' factories; they are made when fitted."""
        self.members = members
        self.sharpness = sharpness

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> Self:
        """Fit every member."""
        self.fitted_ = [make().fit(texts, labels) for make in self.members]
        self.classes_ = self.fitted_[0].classes_
        return self

    def predict_proba(self, texts: Sequence[str]) -> Any:
        """The mean probability, texts x classes."""
        return sum(self._probabilities(model, texts) for model in self.fitted_) / len(self.fitted_)

    def predict(self, texts: Sequence[str]) -> Any:
        """The most probable label of each text."""
        return self.classes_[self.predict_proba(texts).argmax(axis=1)]

    def _probabilities(self, model: Any, texts: Sequence[str]) -> Any:
        if hasattr(model[-1], "predict_proba"):
            return model.predict_proba(texts)
        margins = self.sharpness * model.decision_function(texts)
        powers = np.exp(margins - margins.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)


CLASSIFIERS: dict[str, Callable[[], Any]] = {
    "TF-IDF and linear SVM": linear,
    "randomised trees on counts": trees,
    "ours: both, voting": Voting,
}
