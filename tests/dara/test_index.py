"""Weighted Jaccard similarity."""

from __future__ import annotations

import numpy as np
import pytest

from truename.dara.index import build_index
from truename.dara.model import Linear


def test_similarity_is_common_weight_by_all_weight() -> None:
    index = build_index([frozenset({1, 2}), frozenset({3})], {1: 1.0, 2: 3.0, 3: 2.0}, 5.0)
    for query, minor, expected in (
        ({1, 3}, (), [1 / 6, 2 / 3]),
        ({1, 2}, (), [1, 0]),
        ({1, 2, 99}, (), [4 / 9, 0]),
        ({1, 2, 99}, {99}, [1, 0]),
        ((), (), [0, 0]),
    ):
        assert index.similarities(index.postings.look_up(query), minor) == pytest.approx(expected)


def test_share_of_a_set_that_a_query_has() -> None:
    index = build_index([frozenset({1, 2}), frozenset({3})], {1: 1.0, 2: 3.0, 3: 2.0}, 5.0)
    assert index.held(index.postings.look_up({2, 3})) == pytest.approx([3 / 4, 1])
    assert index.totals_without({2}) == pytest.approx([1, 2])


def test_words_that_no_set_holds_are_strange() -> None:
    postings = build_index([frozenset({1, 2})], {}, 1.0).postings
    assert postings.look_up({1, 9}).strange == {9}
    assert build_index([], {}, 1.0).postings.look_up({1}).strange == {1}


def test_margins_are_sums_of_hundredths() -> None:
    linear = Linear(
        np.array([4, 8], np.uint32),
        np.array([0, 1, 3], np.uint32),
        np.array([0, 0, 1], np.uint16),
        np.array([50, 50, -100], np.int8),
        np.array([0, 1], np.float32),
    )
    assert linear.margins({4, 8}) == pytest.approx([1 / 2**0.5, 1 - 1 / 2**0.5])
    assert linear.margins({7}).tolist() == [0, 1]
