"""NAM004: spans, suggestions and what is said."""

from __future__ import annotations

import pytest

from truename.findings import ReasonKind, Severity
from truename.names import claims_of, parse_name
from truename.rules.name.confusable import Confusable
from truename.rules.rule import Case

RULE = Confusable()
NOTHING = Case("").evidence()


@pytest.mark.parametrize(
    ("name", "span", "severity", "suggestion", "said"),
    [
        ("o/ll\u0430ma-7b", (2, 7), Severity.ERROR, "o/llama-7b", "looks like 'llama'"),
        ("my\u0441orp-7b", (0, 6), Severity.WARNING, "mycorp-7b", "U+0441"),
        ("bert\u202e-base", (4, 5), Severity.ERROR, "bert-base", "turns the direction of the text: U+202E"),
        ("\u200b", (0, 1), Severity.ERROR, None, "cannot be seen"),
    ],
)
def test_a_disguise(name: str, span: tuple[int, int], severity: Severity, suggestion: str | None, said: str) -> None:
    (finding,) = RULE.check(claims_of(parse_name(name)), NOTHING).findings
    assert finding.claim is not None
    assert (finding.claim.start, finding.claim.end) == span
    assert finding.claim.text == name[slice(*span)]
    assert finding.severity is severity
    assert finding.suggestion == suggestion
    assert said in finding.message


def test_every_disguise_has_its_finding() -> None:
    findings = RULE.check(claims_of(parse_name("b\u0435rt\u200b-\u043eld")), NOTHING).findings
    assert len(findings) == 3
    assert {finding.suggestion for finding in findings} == {"bert-old"}


def test_a_plain_name_passes_and_no_name_is_none() -> None:
    (passed,) = RULE.check(claims_of(parse_name("bert-base")), NOTHING).confirmations
    assert (passed.claim, passed.evidence) == (None, None)
    decision = RULE.check(claims_of(parse_name("")), NOTHING)
    assert decision.outcome.value == "does_not_apply"
    assert decision.reason is not None
    assert decision.reason.kind is ReasonKind.NO_CLAIM
