"""Prototypes: few sets of shapes stand for many."""

from __future__ import annotations

from small_classifier import example
from truename.lab.training.prototypes import _spread, fit


def test_sets_that_lie_far_apart_stand_for_those_near_them() -> None:
    near, far = frozenset(range(10)), frozenset(range(100, 110))
    sets = [near, near | {10}, far, far | {110}]
    assert _spread(sets, 2) == {near: near, near | {10}: near, far: far, far | {110}: far}
    assert _spread(sets, 9) == dict(zip(sets, sets, strict=True))
    assert set(_spread(sets, 1).values()) == {near}


def test_a_class_has_few_sets_of_shapes_and_all_its_names() -> None:
    several = [example("bert", 128 * width, depth) for width in range(1, 6) for depth in (2, 5, 12)]
    model = fit(several)
    assert len(model.shapes.totals) <= 7
    assert len(model.types.totals) == 1
