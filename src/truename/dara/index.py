"""Sets of words and how like a query they are: weighted Jaccard similarity over posting lists, in plain Python.

A query has some tens of words, so that lists are walked faster than numpy is imported: a check stays cheap.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec


class Index(msgspec.Struct, frozen=True):
    """Sets of words, each with a number from 0 on, by the words they hold."""

    words: array[int]  # ascending numbers of 32 bits
    weights: array[float]  # one a word
    lists: array[int]  # the list of postings of each word: words that always come together share one
    starts: array[int]  # lists + 1: where a list's postings begin
    postings: array[int]  # the sets that hold the words of the list
    totals: array[float]  # one a set: the weight of its words
    unseen: float  # weight of a word that no set holds

    def column(self, word: int) -> int:
        """The position of ``word``, or -1."""
        at = bisect_left(self.words, word)
        return at if at < len(self.words) and self.words[at] == word else -1

    def similarities(
        self, query: Iterable[int], minor: Collection[int] = (), totals: Sequence[float] | None = None
    ) -> list[float]:
        """The similarity of every set with ``query``: weight of common words by weight of all words, 0 to 1.

        Words of ``minor`` that no set holds weigh nothing. ``totals`` are the weights of the sets where some of their
        words are not looked at, and ``query`` has none of these.
        """
        total = 0.0
        together: dict[int, float] = {}
        for word in query:
            at = self.column(word)
            if at < 0:
                total += 0.0 if word in minor else self.unseen
                continue
            weight = self.weights[at]
            total += weight
            number = self.lists[at]
            together[number] = together.get(number, 0.0) + weight
        common = [0.0] * len(self.totals)
        for number, weight in together.items():
            if weight:
                for member in self.postings[self.starts[number] : self.starts[number + 1]]:
                    common[member] += weight
        return [
            shared / (total + own - shared) if shared else 0.0
            for shared, own in zip(common, totals or self.totals, strict=True)
        ]

    def held(self, query: Collection[int], similarities: Sequence[float], minor: Collection[int] = ()) -> list[float]:
        """Of every set, the share of its weight that ``query`` has; from its similarities."""
        at = [(word, self.column(word)) for word in query]
        total = sum(self.weights[c] if c >= 0 else 0.0 if word in minor else self.unseen for word, c in at)
        return [
            alike * (total + own) / (1 + alike) / own if alike and own else 0.0
            for alike, own in zip(similarities, self.totals, strict=True)
        ]

    def totals_without(self, words: Iterable[int]) -> list[float]:
        """The weight of every set less that of ``words``."""
        left = list(self.totals)
        for word in words:
            at = self.column(word)
            if at >= 0:
                number = self.lists[at]
                for member in self.postings[self.starts[number] : self.starts[number + 1]]:
                    left[member] -= self.weights[at]
        return left

    def known_share(self, query: Iterable[int]) -> float:
        """The share of ``query``'s words that some set holds."""
        words = list(query)
        return sum(self.column(word) >= 0 for word in words) / len(words) if words else 0.0


def build_index(sets: Sequence[frozenset[int]], weight: Mapping[int, float], unseen: float) -> Index:
    """An index of ``sets`` with the given weights of words."""
    words = sorted({word for members in sets for word in members})
    column = {word: at for at, word in enumerate(words)}
    holders: list[list[int]] = [[] for _ in words]
    for number, members in enumerate(sets):
        for word in members:
            holders[column[word]].append(number)
    weights = array("f", [weight.get(word, unseen) for word in words])
    totals = array("f", [sum(weights[column[word]] for word in members) for members in sets])
    return Index(array("I", words), weights, *listed(holders), totals, unseen)


def listed(holders: Iterable[Sequence[int]]) -> tuple[array[int], array[int], array[int]]:
    """The sets that hold each word, as the number of a list, where lists begin, and what is in them."""
    numbers: dict[tuple[int, ...], int] = {}
    lists = array("I", [numbers.setdefault(tuple(several), len(numbers)) for several in holders])
    starts, postings = array("I", [0]), array("I")
    for several in numbers:
        postings.extend(several)
        starts.append(len(postings))
    return lists, starts, postings
