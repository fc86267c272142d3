"""Margins: the smallest that keep their promise on what was set aside."""

from __future__ import annotations

import pytest

from truename.dara.calibration import _lowest, _quantile


@pytest.mark.parametrize(
    ("distances", "rate", "expected"),
    [
        ([0.0] * 99, 0.01, 0.0),
        ([*([0.0] * 98), 0.5], 0.01, 0.5),  # the 99th of 99: (99 + 1) x 0.99
        ([0.1, 0.2, 0.3], 0.5, 0.2),
        ([0.1, 0.2, 0.3], 0.01, 999.0),  # too few to promise so much
        ([], 0.1, 999.0),
    ],
)
def test_margin(distances: list[float], rate: float, expected: float) -> None:
    assert _quantile(distances, rate) == expected


@pytest.mark.parametrize(
    ("best", "rate", "expected"), [([0.9, 0.8, 0.1], 0.5, 0.8), ([0.9], 0.01, 0.0), ([], 0.1, 0.0)]
)
def test_similarity_that_known_structures_reach(best: list[float], rate: float, expected: float) -> None:
    assert _lowest(best, rate) == expected
