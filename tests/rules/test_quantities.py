"""Counts in a name's own style, rounding and distances."""

from __future__ import annotations

import pytest

from truename.rules.shared.quantities import (
    decimals_of,
    distance,
    in_the_style_of,
    nearest,
    ratio,
    rounds_to,
    written_unit,
)


@pytest.mark.parametrize(
    ("text", "count", "expected"),
    [
        ("7b", 1_100_048_384, "1.1b"),
        ("7B", 494_032_768, "494M"),
        ("410m", 1_300_000_000, "1.3b"),
        ("1_6b", 2_780_000_000, "2_8b"),
        ("1-3b", 6_700_000_000, "6-7b"),
        ("7billion", 1_100_048_384, "1.1b"),
        ("seven", 1_100_048_384, "1.1B"),
    ],
)
def test_a_count_is_written_in_the_style_of_the_name(text: str, count: int, expected: str) -> None:
    assert in_the_style_of(text, count) == expected


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("7b", 7 * 10**9, 10**9),
        ("1000M", 10**9, 10**6),
        ("350k", 350_000, 10**3),
        ("1.5T", 15 * 10**11, 10**12),
        ("x", 7 * 10**6, 10**6),
    ],
)
def test_the_unit_a_size_is_written_in(text: str, value: int, unit: int) -> None:
    assert written_unit(text, value) == unit


@pytest.mark.parametrize(
    ("value", "unit", "decimals"),
    [(7 * 10**9, 10**9, 0), (1_500_000_000, 10**9, 1), (10**11, 10**9, 0), (6_738, 10**3, 3)],
)
def test_decimals(value: int, unit: int, decimals: int) -> None:
    assert decimals_of(value, unit) == decimals


@pytest.mark.parametrize(
    ("count", "claimed", "text", "expected"),
    [
        (1_235_814_400, 10**9, "1B", True),
        (1_499_999_999, 10**9, "1b", True),
        (1_669_408_768, 10**9, "1B", False),
        (1_543_714_304, 1_500_000_000, "1.5B", True),
        (1_777_088_000, 1_500_000_000, "1.5B", False),
        (3_754_622_976, 3 * 10**9, "3B", False),
    ],
)
def test_rounding(count: int, claimed: int, text: str, expected: bool) -> None:
    assert rounds_to(count, claimed, text) is expected


def test_distances() -> None:
    assert distance(10, 8) == pytest.approx(0.2)
    assert distance(10, 12) == pytest.approx(0.2)
    assert distance(0, 1) == float("inf")
    assert ratio(2, 8) == ratio(8, 2) == 4
    assert ratio(0, 3) == float("inf")
    assert nearest(7, [6.0, 7.5, 100]) == 7.5
