from __future__ import annotations

import itertools
import math

import polars as pl
import pytest

from truename.study.registry.tables import packages

LISTS = {
    "models": pl.LazyFrame({"name": ["bert-base-v2", "llama_7b", "gpt-2", "t5 1.5"]}),
    "npm": pl.LazyFrame({"name": ["chalk", "left-pad"]}),
}


def test_features() -> None:
    table = packages.package_features(LISTS)
    assert table.select("list", "what", "models", "of").rows() == [
        ("models", "digit", 4, 4),
        ("models", "number", 2, 4),
        ("models", "version", 2, 4),
        ("npm", "digit", 0, 2),
        ("npm", "number", 0, 2),
        ("npm", "version", 0, 2),
    ]


def test_lengths_and_words() -> None:
    table = packages.package_forms(LISTS)
    assert table.select("list", "measure", "min", "max").rows() == [
        ("models", "length", 5, 12),
        ("models", "words", 2, 3),
        ("npm", "length", 5, 8),
        ("npm", "words", 1, 2),
    ]


def test_entropy_of_equally_many_names() -> None:
    table = packages.package_entropy(LISTS)
    assert table["names"].to_list() == [2, 2]
    npm = table.row(1, named=True)
    assert npm["word"] == pytest.approx(math.log2(3))
    assert npm["distinct"] == 3


@pytest.mark.parametrize("size", [15, 16, 29, 30, 31])
def test_names_of_a_longer_list_are_taken_from_all_of_it(size: int) -> None:
    longer = [f"{chr(ord('a') + n % 26)}{n}" for n in range(size)]
    lists = {"models": pl.LazyFrame({"name": longer}), "npm": pl.LazyFrame({"name": ["x"] * 15})}
    assert packages.package_entropy(lists).row(0, named=True)["distinct"] == 15
    taken = packages.evenly(lists["models"], size, 15)
    places = [longer.index(name) for name in taken]
    assert len(places) == 15
    assert {after - before for before, after in itertools.pairwise(places)} <= {size // 15, size // 15 + 1}
    assert places[0] == 0
    assert places[-1] >= size - 1 - size / 15


@pytest.mark.parametrize(
    ("counts", "bits"), [([1, 1], 1.0), ([1, 1, 1, 1], 2.0), ([5], 0.0), ([], 0.0), ([1, 3], 0.811278)]
)
def test_entropy(counts: list[int], bits: float) -> None:
    assert packages.entropy(counts) == pytest.approx(bits, abs=1e-6)


def test_what_is_known_of_the_next_character() -> None:
    table = packages.package_entropy({"models": pl.LazyFrame({"name": ["ab"] * 8})})
    assert table.row(0, named=True)["next_character"] == 0.0
    assert table.row(0, named=True)["character"] == 1.0
