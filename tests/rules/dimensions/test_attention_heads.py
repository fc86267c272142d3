"""DIM003: query heads and key-value heads, and what only one of them shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.facts import Fact, Origin
from truename.findings import Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.dimensions.heads import Heads
from truename.rules.rule import Case

RULE = Heads()
TWELVE = (Role.HEADS, "A-12", 12)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"heads": 12}, "clean"),
        ({"heads": 32, "key_value_heads": 12}, "clean"),
        ({"heads": 16}, "flagged"),
        ({"key_value_heads": 4}, "cannot_tell"),
        ({}, "cannot_tell"),
    ],
)
def test_heads(stated: Callable[..., Claims], facts: dict[str, Any], expected: str) -> None:
    origins = {key: Fact(key, value, Origin.DECLARED, "config.json") for key, value in facts.items()}
    assert RULE.check(stated("bert_A-12", TWELVE), Case("", **origins).evidence()).outcome.value == expected


def test_heads_of_the_weights_make_an_error(stated: Callable[..., Claims]) -> None:
    fact = Fact("heads", 16, Origin.WEIGHTS, "model.safetensors")
    (finding,) = RULE.check(stated("bert_A-12", TWELVE), Case("", heads=fact).evidence()).findings
    assert finding.severity is Severity.ERROR
    assert finding.suggestion == "bert_A-16"
