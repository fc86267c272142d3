"""NAM005: spans, suggestions and what is said."""

from __future__ import annotations

import pytest

from truename.findings import Outcome, ReasonKind, Severity
from truename.names import claims_of, parse_name
from truename.rules.name.look_alike import LookAlikeName
from truename.rules.rule import Case

RULE = LookAlikeName()


@pytest.mark.parametrize("case", RULE.flagged)
def test_an_imitation_is_flagged(case: Case) -> None:
    decision = RULE.check(claims_of(parse_name(case.name)), case.evidence())
    assert [finding.severity for finding in decision.findings] == [case.expect]


@pytest.mark.parametrize("case", RULE.confirmed)
def test_an_honest_name_is_not(case: Case) -> None:
    assert RULE.check(claims_of(parse_name(case.name)), case.evidence()).findings == ()


@pytest.mark.parametrize(
    ("name", "span", "suggestion", "said"),
    [
        ("meta-Ilama/x@main", (0, 10), "meta-llama/x@main", "the known owner 'meta-llama' in letters that look alike"),
        ("o/bert-base-uncassed", (2, 20), "o/bert-base-uncased", "the known release 'bert-base-uncased' in a doubled"),
    ],
)
def test_what_is_said(name: str, span: tuple[int, int], suggestion: str, said: str) -> None:
    (finding,) = RULE.check(claims_of(parse_name(name)), Case("").evidence()).findings
    assert finding.claim is not None
    assert (finding.claim.start, finding.claim.end) == span
    assert finding.claim.text == name[slice(*span)]
    assert finding.severity is Severity.WARNING
    assert finding.suggestion == suggestion
    assert said in finding.message


def test_a_card_that_names_the_release_leaves_it_open() -> None:
    case = RULE.undecided[0]
    decision = RULE.check(claims_of(parse_name(case.name)), case.evidence())
    assert decision.outcome is Outcome.CANNOT_TELL
    assert decision.reason is not None
    assert decision.reason.kind is ReasonKind.AMBIGUOUS_NAME


def test_an_owner_that_imitates_is_flagged_whatever_the_card_says() -> None:
    case = Case("meta-Ilama/bert-base-uncassed", base_models=("google-bert/bert-base-uncased",))
    assert len(RULE.check(claims_of(parse_name(case.name)), case.evidence()).findings) == 2
