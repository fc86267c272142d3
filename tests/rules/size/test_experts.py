"""SIZ004: shared experts, mixtures, what is only declared."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import Fact, Origin
from truename.findings import EvidenceRef, Outcome, ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.size.experts import Experts

RULE = Experts()


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (128, "confirmed"),
        (127, "confirmed"),
        (126, "confirmed"),
        (125, "flagged"),
        (129, "flagged"),
        (16, "flagged"),
        (0, "flagged"),
    ],
)
def test_shared_experts_may_be_counted(stated: Callable[..., Claims], found: int, outcome: str) -> None:
    decision = RULE.check(stated("moe-17B-128E", (Role.EXPERTS, "128E", 128)), Case("", experts=found).evidence())
    assert decision.outcome.value == outcome


def test_no_experts_do_not_excuse_a_small_claim(stated: Callable[..., Claims]) -> None:
    decision = RULE.check(stated("moe-2x7B", (Role.MIXTURE, "2x7B", (2, 7 * 10**9))), Case("", experts=0).evidence())
    (finding,) = decision.findings
    assert finding.message == "the name says 2x7B, 2 experts; the layers have no experts"
    assert finding.suggestion is None


def test_a_mixture_is_named_anew(stated: Callable[..., Claims]) -> None:
    decision = RULE.check(stated("moe-8x7B", (Role.MIXTURE, "8x7B", (8, 7 * 10**9))), Case("", experts=4).evidence())
    (finding,) = decision.findings
    assert finding.suggestion == "moe-4x7B"


def test_declared_experts_give_a_warning_and_weights_count_more(stated: Callable[..., Claims]) -> None:
    name = stated("moe-8x7B", (Role.MIXTURE, "8x7B", (8, 7 * 10**9)))
    declared = Fact("experts", 4, Origin.DECLARED, "config.json")
    (finding,) = RULE.check(name, Evidence.of([declared])).findings
    assert finding.severity is Severity.WARNING
    assert RULE.check(name, Evidence.of([declared, Fact("experts", 8, Origin.WEIGHTS)])).outcome is Outcome.CONFIRMED
    both = Evidence.of([Fact("experts", 8, Origin.DECLARED), Fact("experts", 4, Origin.WEIGHTS)])
    assert RULE.check(name, both).outcome is Outcome.FLAGGED


def test_the_nearest_number_bears_the_claim_out(stated: Callable[..., Claims]) -> None:
    name = stated("moe-17B-65E", (Role.EXPERTS, "65E", 65))
    several = [Fact("experts", number, Origin.WEIGHTS, "model.safetensors") for number in (63, 64, 8)]
    (one,) = RULE.check(
        name, Evidence.of([*several, Fact("experts", 65, Origin.DECLARED, "config.json")])
    ).confirmations
    assert one.evidence == EvidenceRef(64, "weights", "model.safetensors")
    assert is_measured(one)


def test_only_the_right_claim_is_confirmed(stated: Callable[..., Claims]) -> None:
    name = stated("moe-8x7B-16E", (Role.MIXTURE, "8x7B", (8, 7 * 10**9)), (Role.EXPERTS, "16E", 16))
    (one,) = RULE.check(name, Evidence.of([Fact("experts", 16, Origin.DECLARED, "config.json")])).confirmations
    assert one.claim is not None
    assert one.claim.text == "16E"
    assert not is_measured(one)


@pytest.mark.parametrize(
    ("facts", "kind"), [({}, ReasonKind.NOT_MEASURED), ({"is_adapter": True, "experts": 8}, ReasonKind.ADAPTER)]
)
def test_why_it_cannot_tell(stated: Callable[..., Claims], facts: dict[str, int], kind: ReasonKind) -> None:
    decision = RULE.check(stated("moe-17B-128E", (Role.EXPERTS, "128E", 128)), Case("", **facts).evidence())
    assert decision.outcome is Outcome.CANNOT_TELL
    assert decision.reason is not None
    assert decision.reason.kind is kind
