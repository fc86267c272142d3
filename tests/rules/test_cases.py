"""Every rule keeps its own examples: flagged, clean and undecided."""

from __future__ import annotations

import pytest

from truename.findings import Outcome
from truename.names import claims_of, parse_name
from truename.rules import Case, Rule, all_rules
from truename.rules.rule import Verdict


def cases(kind: str) -> list[object]:
    return [
        pytest.param(rule, case, id=f"{rule.code}-{case.name or 'empty'}-{number}")
        for rule in all_rules()
        for number, case in enumerate(getattr(rule, kind))
    ]


def run(rule: Rule, case: Case) -> Verdict:
    return rule.check(claims_of(parse_name(case.name)), case.evidence())


@pytest.mark.parametrize(("rule", "case"), cases("flagged"))
def test_flagged(rule: Rule, case: Case) -> None:
    verdict = run(rule, case)
    assert verdict.outcome is Outcome.FLAGGED, verdict.reason
    assert verdict.findings
    for finding in verdict.findings:
        assert (finding.code, finding.rule) == (rule.code, rule.slug)
        assert finding.message
        if finding.claim is not None:
            assert case.name[finding.claim.start : finding.claim.end] == finding.claim.text
    if case.expect is not None:
        assert min(verdict.findings, key=lambda f: f.severity.rank).severity is case.expect


@pytest.mark.parametrize(("rule", "case"), cases("clean"))
def test_clean(rule: Rule, case: Case) -> None:
    verdict = run(rule, case)
    assert verdict.outcome is Outcome.CLEAN, [f.message for f in verdict.findings] or verdict.reason


@pytest.mark.parametrize(("rule", "case"), cases("undecided"))
def test_undecided(rule: Rule, case: Case) -> None:
    verdict = run(rule, case)
    assert verdict.outcome is Outcome.CANNOT_TELL, [f.message for f in verdict.findings]
    assert verdict.reason
    assert not verdict.reason.endswith(".")


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_a_rule_is_complete(rule: Rule) -> None:
    assert rule.flagged
    assert rule.clean
    assert rule.undecided
    summary, *why = (rule.__doc__ or "").strip().split("\n\n")
    assert summary.endswith(".")
    assert why, "say why it matters"


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_nothing_known_accuses_nobody(rule: Rule) -> None:
    verdict = run(rule, Case("some-words"))
    assert not [f for f in verdict.findings if f.severity.rank < 2]


def test_codes_name_their_files() -> None:
    for rule in all_rules():
        assert type(rule).__module__.rsplit(".", 1)[1]
        assert len(rule.code) == 6
        assert rule.code[:3].isupper()
        assert rule.code[3:].isdigit()
