"""Weighted Jaccard similarity."""

from __future__ import annotations

from array import array

import pytest

from truename.dara.index import build_index
from truename.dara.linear import Linear


def test_similarity_is_common_weight_by_all_weight() -> None:
    index = build_index([frozenset({1, 2}), frozenset({3})], {1: 1.0, 2: 3.0, 3: 2.0}, 5.0)
    assert index.similarities({1, 3}) == pytest.approx([1 / 6, 2 / 3])
    assert index.similarities({1, 2}) == pytest.approx([1, 0])
    assert index.similarities({1, 2, 99}) == pytest.approx([4 / 9, 0])
    assert index.similarities({1, 2, 99}, minor={99}) == pytest.approx([1, 0])


def test_share_of_known_words() -> None:
    index = build_index([frozenset({1, 2})], {}, 1.0)
    assert index.known_share({1, 9}) == 0.5
    assert index.known_share(()) == 0


def test_margins_are_sums_of_hundredths() -> None:
    linear = Linear(
        array("I", [4, 8]), array("I", [0, 1, 3]), array("H", [0, 0, 1]), array("b", [50, 50, -100]), array("f", [0, 1])
    )
    assert linear.margins({4, 8}) == pytest.approx([1 / 2**0.5, 1 - 1 / 2**0.5])
    assert linear.margins({7}) == [0, 1]
