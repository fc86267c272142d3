"""A linear classifier over sets of words, its weights written sparsely in hundredths."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable

import msgspec

UNIT = 100  # weights are whole hundredths, -128 to 127


class Linear(msgspec.Struct, frozen=True):
    """One row of weights a word, for the labels where it says something."""

    words: array[int]  # ascending
    starts: array[int]  # words + 1
    labels: array[int]  # numbers of labels, by word
    weights: array[int]  # as many, in hundredths
    intercepts: array[float]  # one a label

    def margins(self, query: Iterable[int]) -> list[float]:
        """The signed margin of every label; above 0 the label is more likely than not. Words weigh 1 / sqrt(n)."""
        columns = []
        for word in query:
            at = bisect_left(self.words, word)
            if at < len(self.words) and self.words[at] == word:
                columns.append(at)
        sums = [0] * len(self.intercepts)
        for at in columns:
            start, end = self.starts[at], self.starts[at + 1]
            for label, weight in zip(self.labels[start:end], self.weights[start:end], strict=True):
                sums[label] += weight
        scale = 1 / (UNIT * max(1, len(columns)) ** 0.5)
        return [intercept + scale * total for intercept, total in zip(self.intercepts, sums, strict=True)]
