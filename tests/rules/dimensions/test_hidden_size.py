"""DIM002: what an H may mean besides the hidden size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.facts import Fact, Origin
from truename.findings import EvidenceRef, ReasonKind
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.dimensions.hidden_size import HiddenSize
from truename.rules.rule import Case

RULE = HiddenSize()


@pytest.mark.parametrize(
    ("claimed", "facts", "expected"),
    [
        (768, {"hidden_size": 768}, "confirmed"),
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


@pytest.mark.parametrize("origin", [Origin.WEIGHTS, Origin.DECLARED])
def test_what_bears_the_claim_out(stated: Callable[..., Claims], origin: Origin) -> None:
    claims = stated("bert-H512", (Role.HIDDEN_SIZE, "H512", 512))
    fact = Fact("hidden_size", 512, origin, "config.json")
    (one,) = RULE.check(claims, Case("", hidden_size=fact).evidence()).confirmations
    assert one.evidence == EvidenceRef(512, origin, "config.json")
    assert is_measured(one) is (origin is Origin.WEIGHTS)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"heads": 8}, ReasonKind.NOT_MEASURED),
        ({"hidden_size": 64, "intermediate_size": 512}, ReasonKind.AMBIGUOUS_NAME),
        ({"hidden_size": 64, "is_adapter": True}, ReasonKind.ADAPTER),
    ],
)
def test_why_it_cannot_tell(stated: Callable[..., Claims], facts: dict[str, Any], kind: ReasonKind) -> None:
    claims = stated("bert-H512", (Role.HIDDEN_SIZE, "H512", 512))
    reason = RULE.check(claims, Case("", **facts).evidence()).reason
    assert reason is not None
    assert reason.kind is kind
