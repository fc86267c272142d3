"""A linear classifier over sets of words, its weights written sparsely in hundredths."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from truename.dara.index import Floats, Words, joined, positions

UNIT = 100  # weights are whole hundredths, -128 to 127


class Linear(msgspec.Struct, frozen=True, eq=False):
    """One row of weights a word, for the labels where it says something."""

    words: NDArray[np.uint32]  # ascending
    starts: NDArray[np.uint32]  # words + 1
    labels: NDArray[np.unsignedinteger]  # numbers of labels, by word
    weights: NDArray[np.int8]  # as many, in hundredths
    intercepts: NDArray[np.float32]  # one a label

    def margins(self, query: Words) -> Floats:
        """The signed margin of every label; above 0 the label is more likely than not. Words weigh 1 / sqrt(n)."""
        columns, known = positions(self.words, query)
        columns = columns[known]
        labels, _ = joined(self.labels, self.starts, columns)
        weights, _ = joined(self.weights, self.starts, columns)  # type: ignore[arg-type]
        sums = np.bincount(labels, weights, len(self.intercepts))
        margins: Floats = self.intercepts + sums / (UNIT * max(1, len(columns)) ** 0.5)
        return margins
