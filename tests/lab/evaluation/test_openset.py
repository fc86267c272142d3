"""Figures of the open set, by hand."""

from __future__ import annotations

import pytest

from truename.lab.evaluation.openset import auroc, caught_at


@pytest.mark.parametrize(
    ("known", "unknown", "expected"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1], [0.9], 0.0),
        ([0.5], [0.5], 0.5),
        ([0.9, 0.3], [0.5], 0.5),
        ([], [0.5], 0.0),
    ],
)
def test_area(known: list[float], unknown: list[float], expected: float) -> None:
    assert auroc(known, unknown) == expected


def test_share_below_the_threshold_of_false_unknowns() -> None:
    known = [number / 100 for number in range(100)]
    assert caught_at(known, [0.005, 0.5], 0.01) == 0.5
    assert caught_at([], [0.5], 0.01) == 0.0
