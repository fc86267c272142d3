"""Counts with the letters that names and sentences write them with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truename.units import abbreviate_count, describe_count, largest_unit, normalise_count, parse_count


@pytest.mark.parametrize(
    ("count", "short", "sentence"),
    [
        (6_738_415_616, "6.7B", "6.74 B"),
        (13_015_864_320, "13B", "13.0 B"),
        (494_032_768, "494M", "494 M"),
        (1_100_048_384, "1.1B", "1.10 B"),
        (999_600_000, "1B", "1.00 B"),
        (176_247_271_424, "176B", "176 B"),
        (1_026_879_376_368, "1T", "1.03 T"),
        (70_426_624, "70.4M", "70.4 M"),
        (33_360, "33.4K", "33.4 K"),
        (512, "512", "512"),
    ],
)
def test_a_count_in_short_and_in_a_sentence(count: int, short: str, sentence: str) -> None:
    assert abbreviate_count(count) == short
    assert describe_count(count) == sentence


@given(st.integers(min_value=1, max_value=10**15))
def test_a_short_count_is_the_count_to_within_its_digits(count: int) -> None:
    short = abbreviate_count(count)
    number = float(short.rstrip("KMBT"))
    assert abs(count - number * largest_unit(count)) < 0.051 * count
    assert len(short) <= 6


@pytest.mark.parametrize(
    ("number", "unit", "count"), [("1.5", "b", 1_500_000_000), ("0.125", "k", 125), ("7", "t", 7 * 10**12)]
)
def test_a_number_with_its_unit_is_a_count(number: str, unit: str, count: int) -> None:
    assert parse_count(number, unit) == count


@pytest.mark.parametrize(
    ("number", "unit", "normal"),
    [("1.50", "b", "1.5b"), ("0.5", "b", "500m"), ("7.0", "b", "7b"), ("1000", "m", "1b"), ("0", "b", "0b")],
)
def test_a_count_has_one_normal_form(number: str, unit: str, normal: str) -> None:
    assert normalise_count(number, unit) == normal


def test_a_unit_that_is_none_is_an_error() -> None:
    with pytest.raises(KeyError):
        parse_count("1", "q")
    with pytest.raises(KeyError):
        normalise_count("1", "q")
