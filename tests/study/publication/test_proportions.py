from __future__ import annotations

import numpy as np
import pytest

from truename.study.publication.proportions import difference, holm, share, wilson


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17:857, 1998, Table I, method 3
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        # by hand: n / (n + z²)
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilson_interval(count: int, of: int, low: float, high: float) -> None:
    found = share(count, of)
    assert found.share == pytest.approx(count / of)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_nothing_to_divide_by() -> None:
    assert (share(0, 0).share, share(0, 0).low) == (None, None)


def test_many_at_once() -> None:
    parts, lows, highs = wilson([0, 81, 0], [20, 263, 0])
    assert parts.tolist()[:2] == [0.0, pytest.approx(81 / 263)]
    assert lows.tolist()[:2] == [0.0, pytest.approx(0.2553, abs=5e-5)]
    assert highs.tolist()[:2] == [pytest.approx(0.1611, abs=5e-5), pytest.approx(0.3662, abs=5e-5)]
    assert np.isnan([parts[2], lows[2], highs[2]]).all()


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17:873, 1998, Table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_interval_of_a_difference(first: tuple[int, int], second: tuple[int, int], low: float, high: float) -> None:
    found = difference(first, second)
    assert found.difference == pytest.approx(first[0] / first[1] - second[0] / second[1])
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_the_test_agrees_with_the_interval() -> None:
    assert difference((56, 70), (48, 80)).p < 0.05 < difference((5, 56), (0, 29)).p
    assert difference((0, 10), (0, 20)).p == 1.0


def test_holm() -> None:
    # Holm's steps by hand: 4 · 0.005, 3 · 0.01, then never smaller than before
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([]) == ()
