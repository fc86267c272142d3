"""SIZ005: what the size of a release says of a bare name, and what it does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from truename.facts import Fact, Origin
from truename.findings import EvidenceRef, Outcome, ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.size.bare_name import BareName

RULE = BareName()
GPT2 = (Role.FAMILY, "gpt2", "gpt2")


def test_the_size_alone_confirms_no_family(stated: Callable[..., Claims]) -> None:
    decision = RULE.check(stated("gpt2", GPT2), Case("", parameters=124_439_808).evidence())
    assert decision.outcome is Outcome.CONFIRMED
    (one,) = decision.confirmations
    assert one.claim is None
    assert one.evidence == EvidenceRef(124_439_808, "weights")


@pytest.mark.parametrize(
    ("origin", "severity"), [(Origin.WEIGHTS, Severity.ERROR), (Origin.DECLARED, Severity.WARNING)]
)
def test_another_size(stated: Callable[..., Claims], origin: Origin, severity: Severity) -> None:
    fact = Fact("parameters", 1_557_611_200, origin, "config.json")
    (finding,) = RULE.check(stated("gpt2", GPT2), Case("", parameters=fact).evidence()).findings
    assert finding.severity is severity
    assert finding.claim is not None
    assert finding.claim.text == "gpt2"


@pytest.mark.parametrize(
    ("facts", "kind"), [({}, ReasonKind.NOT_MEASURED), ({"is_adapter": True, "parameters": 1}, ReasonKind.ADAPTER)]
)
def test_what_it_cannot_tell_leaves_the_family_to_others(
    stated: Callable[..., Claims], facts: dict[str, int], kind: ReasonKind
) -> None:
    decision = RULE.check(stated("gpt2", GPT2), Case("", **facts).evidence())
    assert decision.outcome is Outcome.CANNOT_TELL
    assert decision.about == ()
    assert decision.reason is not None
    assert decision.reason.kind is kind


@pytest.mark.parametrize("name", ["gpt2-large", "llama"])
def test_other_names_are_not_its_business(stated: Callable[..., Claims], name: str) -> None:
    claims = stated(name, (Role.FAMILY, name.split("-")[0], name.split("-")[0]))
    assert RULE.check(claims, Case("", parameters=1).evidence()).outcome is Outcome.DOES_NOT_APPLY
