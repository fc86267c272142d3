"""PKG003: ranks that are borne out, those of a full model, and those that could not be read."""

from __future__ import annotations

from typing import Any

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import ADAPTER_RANKS
from truename.findings import Outcome, Reason, ReasonKind
from truename.names import claims_of, parse_name
from truename.rules.packaging.adapter_rank import AdapterRank
from truename.rules.rule import Case

RULE = AdapterRank()


@pytest.mark.parametrize(
    ("name", "facts", "outcome", "kind"),
    [
        ("llama-7b-lora", {"is_adapter": True}, Outcome.DOES_NOT_APPLY, ReasonKind.NO_CLAIM),
        ("llama-7b-r16", {"is_adapter": True}, Outcome.DOES_NOT_APPLY, ReasonKind.NO_CLAIM),
        ("llama-7b-lora-r16", {"is_adapter": False}, Outcome.DOES_NOT_APPLY, ReasonKind.OTHER_KIND_OF_MODEL),
        ("llama-7b-lora-r16", {"is_adapter": True}, Outcome.CANNOT_TELL, ReasonKind.NOT_MEASURED),
        ("llama-7b-lora-r16", {"is_adapter": True, "adapter_ranks": (8, 16)}, Outcome.CONFIRMED, None),
        ("llama-7b-lora-r16", {"is_adapter": True, "adapter_ranks": (8,)}, Outcome.FLAGGED, None),
    ],
)
def test_outcomes(name: str, facts: dict[str, Any], outcome: Outcome, kind: ReasonKind | None) -> None:
    decision = RULE.check(claims_of(parse_name(name)), Case(name, **facts).evidence())
    assert decision.outcome is outcome
    assert (decision.reason.kind if decision.reason else None) is kind
    for one in decision.confirmations:
        assert one.claim is not None
        assert (one.claim.text, is_measured(one)) == ("r16", True)


def test_without_weights_there_is_no_rank_to_compare() -> None:
    missing = {ADAPTER_RANKS: Reason(ReasonKind.NO_WEIGHTS, "there is no weights file")}
    decision = RULE.check(claims_of(parse_name("llama-7b-lora-r16")), Evidence({}, missing))
    assert decision.outcome is Outcome.DOES_NOT_APPLY


def test_the_adapter_does_not_stay_open_with_its_rank() -> None:
    decision = RULE.check(claims_of(parse_name("llama-7b-lora-r16")), Case("", is_adapter=True).evidence())
    assert [claim.element.text for claim in decision.about or ()] == ["r16"]
