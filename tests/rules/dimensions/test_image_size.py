"""DIM005: sides that are no multiple of the patch, and networks that take any size."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from truename.facts import Fact, Origin
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.dimensions.image_size import ImageSize
from truename.rules.rule import Case

RULE = ImageSize()


@pytest.mark.parametrize(
    ("found", "patch", "origin", "expected"),
    [
        (384, 14, Origin.WEIGHTS, "clean"),
        (378, 14, Origin.WEIGHTS, "clean"),
        (371, 14, Origin.WEIGHTS, "clean"),
        (370, 14, Origin.WEIGHTS, "flagged"),
        (224, 16, Origin.WEIGHTS, "flagged"),
        (224, 16, Origin.DECLARED, "flagged"),
        (224, 8, Origin.DECLARED, "flagged"),
        (224, 4, Origin.DECLARED, "cannot_tell"),
        (224, None, Origin.DECLARED, "cannot_tell"),
        (224, None, Origin.WEIGHTS, "flagged"),
        (384, None, Origin.DECLARED, "clean"),
    ],
)
def test_images(stated: Callable[..., Claims], found: int, patch: int | None, origin: Origin, expected: str) -> None:
    facts = {"image_size": Fact("image_size", found, origin, "config.json")}
    if patch:
        facts["patch_size"] = Fact("patch_size", patch, origin, "config.json")
    verdict = RULE.check(stated("vit-384", (Role.IMAGE_SIZE, "384", 384)), Case("", **facts).evidence())
    assert verdict.outcome.value == expected
