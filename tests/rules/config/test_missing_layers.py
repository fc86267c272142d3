"""CFG006: gaps in the numbers of the layers."""

from __future__ import annotations

import pytest

from truename.architecture.stacks import missing_numbers
from truename.rules.config.missing_layers import runs


@pytest.mark.parametrize(
    ("numbers", "gaps"),
    [
        ((0, 1, 2), ()),
        ((0, 1, 4), (2, 3)),
        ((5, 3), (4,)),
        ((1, 2), ()),  # the first is not asked for
        ((0, 99_999), ()),  # no number of a layer
        ((), ()),
    ],
)
def test_missing_numbers(numbers: tuple[int, ...], gaps: tuple[int, ...]) -> None:
    names = [f"model.layers.{number}.mlp.weight" for number in numbers]
    assert missing_numbers([*names, "model.layers_norm.7.weight", "model.norm.weight"], "model.layers") == gaps


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((7,), "7"),
        ((4, 5), "4 to 5"),
        ((10, 11, 12, 20), "10 to 12, 20"),
        ((1, 3, 5, 7, 9, 11), "1, 3, 5, 7 and 2 more"),
    ],
)
def test_runs(numbers: tuple[int, ...], text: str) -> None:
    assert runs(numbers) == text
