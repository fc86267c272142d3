"""DIM005: sides that are no multiple of the patch, and networks that take any size."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import Fact, Origin
from truename.findings import EvidenceRef, Outcome, ReasonKind
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.dimensions.image_size import ImageSize
from truename.rules.rule import Case

RULE = ImageSize()


@pytest.mark.parametrize(
    ("found", "patch", "origin", "expected"),
    [
        (384, 14, Origin.WEIGHTS, "confirmed"),
        (378, 14, Origin.WEIGHTS, "confirmed"),
        (371, 14, Origin.WEIGHTS, "confirmed"),
        (370, 14, Origin.WEIGHTS, "flagged"),
        (224, 16, Origin.WEIGHTS, "flagged"),
        (224, 16, Origin.DECLARED, "flagged"),
        (224, 8, Origin.DECLARED, "flagged"),
        (224, 4, Origin.DECLARED, "cannot_tell"),
        (224, None, Origin.DECLARED, "cannot_tell"),
        (224, None, Origin.WEIGHTS, "flagged"),
        (384, None, Origin.DECLARED, "confirmed"),
    ],
)
def test_images(stated: Callable[..., Claims], found: int, patch: int | None, origin: Origin, expected: str) -> None:
    facts = {"image_size": Fact("image_size", found, origin, "config.json")}
    if patch:
        facts["patch_size"] = Fact("patch_size", patch, origin, "config.json")
    decision = RULE.check(stated("vit-384", (Role.IMAGE_SIZE, "384", 384)), Case("", **facts).evidence())
    assert decision.outcome.value == expected


def test_the_nearest_side_of_the_weights_bears_the_claim_out(stated: Callable[..., Claims]) -> None:
    sides = [Fact("image_size", side, Origin.WEIGHTS) for side in (372, 378)]
    facts = [*sides, Fact("patch_size", 14, Origin.WEIGHTS), Fact("image_size", 384, Origin.DECLARED, "config.json")]
    (one,) = RULE.check(stated("vit-384", (Role.IMAGE_SIZE, "384", 384)), Evidence.of(facts)).confirmations
    assert one.evidence == EvidenceRef(378, "weights")
    assert is_measured(one)


def test_a_declared_side_does_not_excuse_the_table(stated: Callable[..., Claims]) -> None:
    facts = [Fact("image_size", 224, Origin.WEIGHTS), Fact("image_size", 384, Origin.DECLARED, "config.json")]
    decision = RULE.check(stated("vit-384", (Role.IMAGE_SIZE, "384", 384)), Evidence.of(facts))
    assert decision.outcome is Outcome.FLAGGED


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, ReasonKind.NOT_MEASURED),
        ({"image_size": Fact("image_size", 224, Origin.DECLARED)}, ReasonKind.AMBIGUOUS_FILES),
        ({"image_size": 224, "is_adapter": True}, ReasonKind.ADAPTER),
    ],
)
def test_why_it_cannot_tell(stated: Callable[..., Claims], facts: dict[str, object], kind: ReasonKind) -> None:
    decision = RULE.check(stated("vit-384", (Role.IMAGE_SIZE, "384", 384)), Case("", **facts).evidence())
    assert decision.outcome is Outcome.CANNOT_TELL
    assert decision.reason is not None
    assert decision.reason.kind is kind
