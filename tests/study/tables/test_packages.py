from __future__ import annotations

import math

import polars as pl
import pytest

from truename.study.tables import packages

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
    assert table["names"].to_list() == [2, 2]  # every second of four
    npm = table.row(1, named=True)
    assert npm["word"] == pytest.approx(math.log2(3))
    assert npm["distinct"] == 3


@pytest.mark.parametrize(
    ("counts", "bits"), [([1, 1], 1.0), ([1, 1, 1, 1], 2.0), ([5], 0.0), ([], 0.0), ([1, 3], 0.811278)]
)
def test_entropy(counts: list[int], bits: float) -> None:
    assert packages.entropy(counts) == pytest.approx(bits, abs=1e-6)


def test_what_is_known_of_the_next_character() -> None:
    table = packages.package_entropy({"models": pl.LazyFrame({"name": ["ab"] * 8})})
    assert table.row(0, named=True)["next_character"] == 0.0
    assert table.row(0, named=True)["character"] == 1.0
