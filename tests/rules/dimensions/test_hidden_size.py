"""DIM002: what an H may mean besides the hidden size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.dimensions.hidden_size import HiddenSize
from truename.rules.rule import Case

RULE = HiddenSize()


@pytest.mark.parametrize(
    ("claimed", "facts", "expected"),
    [
        (768, {"hidden_size": 768}, "clean"),
        (768, {"hidden_size": 769}, "flagged"),
        (3072, {"hidden_size": 768, "intermediate_size": 3072}, "cannot_tell"),
        (12, {"hidden_size": 768, "heads": 12}, "cannot_tell"),
        (64, {"hidden_size": 768, "head_size": 64}, "cannot_tell"),
        (512, {"hidden_size": 768, "head_size": 64, "heads": 12}, "flagged"),
        (512, {"heads": 8}, "cannot_tell"),
    ],
)
def test_hidden_size(stated: Callable[..., Claims], claimed: int, facts: dict[str, Any], expected: str) -> None:
    claims = stated(f"bert-H{claimed}", (Role.HIDDEN_SIZE, f"H{claimed}", claimed))
    assert RULE.check(claims, Case("", **facts).evidence()).outcome.value == expected


def test_the_suggestion(stated: Callable[..., Claims]) -> None:
    claims = stated("bert-H512", (Role.HIDDEN_SIZE, "H512", 512))
    (finding,) = RULE.check(claims, Case("", hidden_size=768).evidence()).findings
    assert finding.suggestion == "bert-H768"
    assert finding.message == "the name says H512, a hidden size of 512; the weights have 768"
