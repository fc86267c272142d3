"""Margins: the smallest that keep their promise on what was set aside."""

from __future__ import annotations

import msgspec
import pytest

from small_classifier import example
from truename.lab.training.calibration import _least, _quantile, _widest, calibrate
from truename.lab.training.prototypes import fit


@pytest.mark.parametrize(
    ("distances", "rate", "expected"),
    [
        ([0.0] * 299, 0.01, 0.0),  # 0.99 ** 299 < 0.05
        ([*([0.0] * 298), 0.5], 0.01, 0.5),
        ([*([0.0] * 472), 0.5], 0.01, 0.0),  # one beyond it: 0.99 ** 473 + 473 x 0.01 x 0.99 ** 472 < 0.05
        ([*([0.0] * 471), 0.5], 0.01, 0.5),
        ([0.0] * 298, 0.01, 999.0),  # too few to promise so much
        ([], 0.1, 999.0),
    ],
)
def test_margin(distances: list[float], rate: float, expected: float) -> None:
    assert _quantile(_apart(distances), rate) == expected


def test_ways_to_write_one_configuration_give_no_more_confidence() -> None:
    """Of 473 configurations one may lie beyond the margin, whether each is written in one way or in three."""
    distances = _apart([*([0.0] * 472), 0.5]) * 3
    assert _quantile(distances, 0.01) == 0.0
    assert _quantile([*distances, (0.4, "0")], 0.01) == 0.4  # a fourth model beyond it
    assert _quantile([(0.0, "the same")] * 299, 0.01) == 999.0


def _apart(distances: list[float]) -> list[tuple[float, str]]:
    """Each of a configuration of its own."""
    return [(distance, str(number)) for number, distance in enumerate(distances)]


@pytest.mark.parametrize(
    ("groups", "rate", "expected"),
    [
        ([[0.1] * 29, [0.3] * 29], 0.1, 0.3),
        ([[0.1] * 29, [0.3]], 0.1, 0.1),  # one model promises nothing
        ([[0.1], []], 0.1, 999.0),
    ],
)
def test_the_widest_margin_of_those_that_can_be_told(groups: list[list[float]], rate: float, expected: float) -> None:
    assert _widest([_apart(distances) for distances in groups], rate) == expected


@pytest.mark.parametrize(
    ("groups", "rate", "expected"),
    [
        ([[0.9, 0.8, 0.1]], 0.5, 0.8),
        ([[0.9, 0.8, 0.1], [0.9, 0.7, 0.1]], 0.5, 0.7),
        ([[0.9, 0.8, 0.1], [0.6]], 0.3, 0.1),  # one model says nothing
        ([[0.9], []], 0.01, 0.0),
    ],
)
def test_similarity_that_known_structures_reach(groups: list[list[float]], rate: float, expected: float) -> None:
    assert _least(groups, rate) == expected


def test_what_tools_altered_lets_less_be_called_unknown() -> None:
    """Models that lost a half of their names count as much as those that lost none, however few they are."""
    trained = fit([example("bert", 512, 4)])
    saved = [example("bert", 128 * width, depth) for width in range(1, 9) for depth in range(2, 9)]
    altered = [
        msgspec.structs.replace(one, features=msgspec.structs.replace(one.features, names=_half(one.features.names)))
        for one in saved
    ]
    alone, both = (
        calibrate(trained, saved, several).calibrations["names"].unknown_below["0.2"] for several in ((), altered)
    )
    assert 0 < both < alone


def test_labels_that_the_model_does_not_have_are_not_asked() -> None:
    trained = fit([example("bert", 512, 4), example("llama", 512, 4)])
    saved = [example("bert", 128 * width, depth) for width in range(1, 9) for depth in range(2, 5)]
    relabelled = [msgspec.structs.replace(one, architecture="", task="") for one in saved]
    found = calibrate(trained, saved, relabelled).calibrations["names"].margins
    assert found == calibrate(trained, saved, saved).calibrations["names"].margins


def _half(words: frozenset[int]) -> frozenset[int]:
    return frozenset(sorted(words)[::2])
