"""DIM003: query heads and key-value heads, and what only one of them shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.facts import Fact, Origin
from truename.findings import EvidenceRef, ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.dimensions.heads import Heads
from truename.rules.rule import Case

RULE = Heads()
TWELVE = (Role.HEADS, "A-12", 12)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"heads": 12}, "confirmed"),
        ({"heads": 32, "key_value_heads": 12}, "confirmed"),
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


def test_what_bears_the_claim_out(stated: Callable[..., Claims]) -> None:
    facts = {"heads": 32, "key_value_heads": 12}
    origins = {key: Fact(key, value, Origin.DECLARED, "config.json") for key, value in facts.items()}
    (one,) = RULE.check(stated("bert_A-12", TWELVE), Case("", **origins).evidence()).confirmations
    assert one.evidence == EvidenceRef(12, "declared", "config.json")
    assert not is_measured(one)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, ReasonKind.NOT_DECLARED),
        ({"key_value_heads": 4}, ReasonKind.AMBIGUOUS_FILES),
        ({"heads": 16, "is_adapter": True}, ReasonKind.ADAPTER),
    ],
)
def test_why_it_cannot_tell(stated: Callable[..., Claims], facts: dict[str, Any], kind: ReasonKind) -> None:
    reason = RULE.check(stated("bert_A-12", TWELVE), Case("", **facts).evidence()).reason
    assert reason is not None
    assert reason.kind is kind
