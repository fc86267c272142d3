"""Sets of words and how like a query they are: weighted Jaccard similarity over posting lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

Words = Collection[int]
Floats = NDArray[np.float64]


class Postings(msgspec.Struct, frozen=True, eq=False):
    """Which sets hold which words."""

    words: NDArray[np.uint32]  # ascending
    lists: NDArray[np.unsignedinteger]  # the list of postings of each word: words that always come together share one
    starts: NDArray[np.uint32]  # lists + 1: where a list's postings begin
    sets: NDArray[np.unsignedinteger]  # the sets that hold the words of the list

    def look_up(self, query: Words) -> Query:
        """Where the words of ``query`` are."""
        columns, known = positions(self.words, query)
        strange = frozenset(word for word, here in zip(query, known.tolist(), strict=True) if not here)
        columns = columns[known]
        lists, of_lists = np.unique(self.lists[columns], return_inverse=True)
        holders, lengths = joined(self.sets, self.starts, lists)
        return Query(columns, strange, of_lists, holders, lengths)


class Query(msgspec.Struct, frozen=True, eq=False):
    """The words of a query where they are in an index."""

    columns: NDArray[np.intp]  # of the words that some set holds
    strange: frozenset[int]  # words that none holds
    of_lists: NDArray[np.intp]  # one a column: which of the lists of postings is the word's
    holders: NDArray[np.unsignedinteger]  # the sets of these lists, one list behind the other
    lengths: NDArray[np.int64]  # of these lists

    def common(self, weights: NDArray[np.float32], sets: int) -> Floats:
        """The weight that each of ``sets`` sets has of the words."""
        of_lists = np.bincount(self.of_lists, weights[self.columns], len(self.lengths))
        common: Floats = np.bincount(self.holders, np.repeat(of_lists, self.lengths), sets).astype(float)
        return common


class Index(msgspec.Struct, frozen=True, eq=False):
    """Sets of words, each with a number from 0 on, and what a word weighs."""

    postings: Postings
    weights: NDArray[np.float32]  # one a word
    totals: NDArray[np.float32]  # one a set: the weight of its words
    unseen: float  # weight of a word that no set holds

    def similarities(self, query: Query, minor: Words = (), totals: Floats | None = None) -> Floats:
        """The similarity of every set with ``query``: weight of common words by weight of all words, 0 to 1.

        Words of ``minor`` that no set holds weigh nothing. ``totals`` are the weights of the sets where some of their
        words are not looked at, and ``query`` has none of these.
        """
        common = query.common(self.weights, len(self.totals))
        every = self._total(query, minor) + (self.totals if totals is None else totals) - common
        return np.divide(common, every, out=np.zeros_like(common), where=common > 0)

    def held(self, query: Query) -> Floats:
        """Of every set, the share of its weight that ``query`` has."""
        common = query.common(self.weights, len(self.totals))
        return np.divide(common, self.totals, out=np.zeros_like(common), where=self.totals > 0)

    def totals_without(self, words: Words) -> Floats:
        """The weight of every set less that of ``words``."""
        return self.totals - self.postings.look_up(words).common(self.weights, len(self.totals))

    def _total(self, query: Query, minor: Words) -> float:
        """The weight of all words of ``query``."""
        unseen = self.unseen * len(query.strange.difference(minor))
        return float(self.weights[query.columns].sum(dtype=float)) + unseen


def positions(words: NDArray[np.uint32], query: Words) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where each word of ``query`` is in the ascending ``words``, and whether it really is there."""
    asked = np.fromiter(query, np.uint32, len(query))
    if not len(words):
        return np.zeros(len(asked), np.intp), np.zeros(len(asked), np.bool_)
    at = np.minimum(np.searchsorted(words, asked), len(words) - 1)
    return at, words[at] == asked


def joined(
    values: NDArray[np.unsignedinteger], starts: NDArray[np.uint32], numbers: NDArray[np.intp]
) -> tuple[NDArray[np.unsignedinteger], NDArray[np.int64]]:
    """The lists ``numbers`` of ``values``, one behind the other, and how long each is."""
    begins, ends = starts[numbers].tolist(), starts[numbers + 1].tolist()
    slices = [values[begin:end] for begin, end in zip(begins, ends, strict=True)]
    lengths = np.array([len(one) for one in slices], np.int64)
    return (np.concatenate(slices) if slices else values[:0]), lengths


def build_index(sets: Sequence[frozenset[int]], weight: Mapping[int, float], unseen: float) -> Index:
    """An index of ``sets`` with the given weights of words."""
    return weigh(post(sets, {word for members in sets for word in members}), sets, weight, unseen)


def post(sets: Sequence[frozenset[int]], words: Words) -> Postings:
    """The postings of ``words``."""
    ordered = sorted(words)
    holders: dict[int, list[int]] = {word: [] for word in ordered}
    for number, members in enumerate(sets):
        for word in members:
            if word in holders:
                holders[word].append(number)
    numbers: dict[tuple[int, ...], int] = {}
    lists = [numbers.setdefault(tuple(holders[word]), len(numbers)) for word in ordered]
    starts = np.cumsum([0, *map(len, numbers)], dtype=np.uint32)
    every = [number for several in numbers for number in several]
    return Postings(np.array(ordered, np.uint32), _narrow(lists), starts, _narrow(every))


def weigh(postings: Postings, sets: Sequence[frozenset[int]], weight: Mapping[int, float], unseen: float) -> Index:
    """An index over ``postings``; words of ``sets`` that are not in it weigh as unseen ones."""
    words = postings.words.tolist()
    weights = np.array([weight.get(word, unseen) for word in words], np.float32)
    own = dict(zip(words, weights.tolist(), strict=True))
    totals = [sum(own.get(word, unseen) for word in sorted(members)) for members in sets]
    return Index(postings, weights, np.array(totals, np.float32), unseen)


def _narrow(numbers: Sequence[int]) -> NDArray[np.unsignedinteger]:
    """In 16 bits, where they fit."""
    return np.array(numbers, np.uint16 if max(numbers, default=0) <= 0xFFFF else np.uint32)
