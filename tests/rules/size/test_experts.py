"""SIZ004: shared experts, mixtures, what is only declared."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from truename.evidence.evidence import Evidence
from truename.facts import Fact, Origin
from truename.findings import Outcome, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.size.experts import Experts

RULE = Experts()


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (128, "clean"),
        (127, "clean"),
        (126, "clean"),
        (125, "flagged"),
        (129, "flagged"),
        (16, "flagged"),
        (0, "flagged"),
    ],
)
def test_shared_experts_may_be_counted(stated: Callable[..., Claims], found: int, outcome: str) -> None:
    verdict = RULE.check(stated("moe-17B-128E", (Role.EXPERTS, "128E", 128)), Case("", experts=found).evidence())
    assert verdict.outcome.value == outcome


def test_no_experts_do_not_excuse_a_small_claim(stated: Callable[..., Claims]) -> None:
    verdict = RULE.check(stated("moe-2x7B", (Role.MIXTURE, "2x7B", (2, 7 * 10**9))), Case("", experts=0).evidence())
    (finding,) = verdict.findings
    assert finding.message == "the name says 2x7B, 2 experts; the layers have no experts"
    assert finding.suggestion is None


def test_a_mixture_is_named_anew(stated: Callable[..., Claims]) -> None:
    verdict = RULE.check(stated("moe-8x7B", (Role.MIXTURE, "8x7B", (8, 7 * 10**9))), Case("", experts=4).evidence())
    (finding,) = verdict.findings
    assert finding.suggestion == "moe-4x7B"


def test_declared_experts_give_a_warning_and_weights_count_more(stated: Callable[..., Claims]) -> None:
    name = stated("moe-8x7B", (Role.MIXTURE, "8x7B", (8, 7 * 10**9)))
    declared = Fact("experts", 4, Origin.DECLARED, "config.json")
    (finding,) = RULE.check(name, Evidence.of([declared])).findings
    assert finding.severity is Severity.WARNING
    assert RULE.check(name, Evidence.of([declared, Fact("experts", 8, Origin.WEIGHTS)])).outcome is Outcome.CLEAN
    both = Evidence.of([Fact("experts", 8, Origin.DECLARED), Fact("experts", 4, Origin.WEIGHTS)])
    assert RULE.check(name, both).outcome is Outcome.FLAGGED
