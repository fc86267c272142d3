"""Every rule keeps its own examples, for each of its outcomes, and declares what it reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from truename.evidence import Evidence
from truename.facts import FACTS, Fact, Key, Origin, told
from truename.findings import Outcome, Reason, ReasonKind, Severity
from truename.names import claims_of, parse_name
from truename.rules import Case, Decision, Rule, all_rules
from truename.rules.policy import EXAMPLE, policy_rules

NOT_APPLICABLE = {ReasonKind.NO_CLAIM, ReasonKind.NO_SUCH_FILE, ReasonKind.NO_WEIGHTS, ReasonKind.OTHER_KIND_OF_MODEL}
RULES = (*all_rules(), *policy_rules(EXAMPLE))
KINDS = ("flagged", "confirmed", "undecided", "not_applicable")


def cases(*kinds: str) -> list[object]:
    return [
        pytest.param(rule, case, id=f"{rule.code}-{case.name or 'empty'}-{kind}-{number}")
        for rule in RULES
        for kind in kinds
        for number, case in enumerate(getattr(rule, kind))
    ]


def run(rule: Rule, case: Case) -> Decision:
    return rule.check(claims_of(parse_name(case.name)), case.evidence())


@pytest.mark.parametrize(("rule", "case"), cases("flagged"))
def test_flagged(rule: Rule, case: Case) -> None:
    decision = run(rule, case)
    assert decision.outcome is Outcome.FLAGGED, decision.reason
    assert decision.findings
    for finding in decision.findings:
        assert (finding.code, finding.rule) == (rule.code, rule.slug)
        assert finding.message
        if finding.claim is not None:
            assert case.name[finding.claim.start : finding.claim.end] == finding.claim.text
    if case.expect is not None:
        assert min(decision.findings, key=lambda f: f.severity.rank).severity is case.expect


@pytest.mark.parametrize(("rule", "case"), cases("flagged"))
def test_a_declaration_alone_is_no_error_where_tensors_can_speak(rule: Rule, case: Case) -> None:
    """The same example with nothing measured: what the repository says of its own weights is a warning at most."""
    facts = (msgspec.structs.replace(fact, origin=Origin.DECLARED) for fact in case.facts)
    decision = rule.check(claims_of(parse_name(case.name)), Evidence.of(facts))
    keys = {str(fact.key) for fact in case.facts if not FACTS[fact.key].declared}
    for finding in decision.findings:
        by = None if finding.about_files else finding.evidence
        of_weights = by is not None and any(by.value == told(f.value) and str(f.key) in keys for f in case.facts)
        assert not (of_weights and finding.severity is Severity.ERROR), finding.message


@pytest.mark.parametrize(("rule", "case"), cases("confirmed"))
def test_confirmed(rule: Rule, case: Case) -> None:
    decision = run(rule, case)
    assert decision.outcome is Outcome.CONFIRMED, [f.message for f in decision.findings] or decision.reason
    assert decision.confirmations
    for one in decision.confirmations:
        assert one.code == rule.code
        if one.claim is not None:
            assert case.name[one.claim.start : one.claim.end] == one.claim.text
            assert one.evidence is not None, "a confirmed claim says by which value"
            assert any(one.evidence.origin == fact.origin for fact in case.facts), "an origin is never upgraded"


@pytest.mark.parametrize(("rule", "case"), cases("undecided"))
def test_undecided(rule: Rule, case: Case) -> None:
    decision = run(rule, case)
    assert decision.outcome is Outcome.CANNOT_TELL, [f.message for f in decision.findings]
    assert decision.reason is not None
    assert decision.reason.text
    assert not decision.reason.text.endswith(".")
    assert decision.reason.kind is not ReasonKind.NO_CLAIM


@pytest.mark.parametrize(("rule", "case"), cases("not_applicable"))
def test_not_applicable(rule: Rule, case: Case) -> None:
    decision = run(rule, case)
    assert decision.outcome is Outcome.DOES_NOT_APPLY, [f.message for f in decision.findings] or decision.reason
    assert decision.reason is not None
    assert decision.reason.kind in NOT_APPLICABLE


class Recorded(Mapping[Key[Any], tuple[Fact[Any], ...]]):
    """The facts of a case, which note every key that is looked up."""

    def __init__(self, facts: Mapping[Key[Any], tuple[Fact[Any], ...]]) -> None:
        self.facts = facts
        self.read: set[str] = set()

    def __getitem__(self, key: Key[Any]) -> tuple[Fact[Any], ...]:
        self.read.add(key)
        return self.facts[key]

    def __iter__(self) -> Any:
        raise AssertionError("a rule looks facts up by their keys")

    def __len__(self) -> int:
        return len(self.facts)


@pytest.mark.parametrize(("rule", "case"), cases(*KINDS))
def test_a_rule_declares_what_it_reads(rule: Rule, case: Case) -> None:
    evidence = case.evidence()
    recorded = Recorded(evidence.facts)
    rule.check(claims_of(parse_name(case.name)), Evidence(recorded, evidence.missing))
    assert recorded.read <= rule.needs | rule.reads


@pytest.mark.parametrize(("rule", "case"), cases("flagged", "confirmed", "undecided"))
def test_a_rule_declares_the_claims_it_judges(rule: Rule, case: Case) -> None:
    claims = claims_of(parse_name(case.name))
    if not rule.claims:
        return
    assert claims.of(*rule.claims)
    decision = run(rule, case)
    elements = [claim.element for claim in claims.of(*rule.claims)]
    elements += [element for element in claims.parsed.elements if element.role in rule.also_judges]
    spans = {element.span for element in elements}
    for claim in [one.claim for one in (*decision.findings, *decision.confirmations)]:
        assert claim is None or (claim.start, claim.end) in spans


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_a_name_without_its_claims_is_not_its_business(rule: Rule) -> None:
    if rule.claims:
        decision = run(rule, Case("x", **{str(key): value for key, value in facts_of(rule).items()}))
        assert decision.outcome is Outcome.DOES_NOT_APPLY


def facts_of(rule: Rule) -> dict[Key[Any], Any]:
    """The facts of the rule's first flagged case: something that could be held against another name."""
    return {fact.key: fact for fact in rule.flagged[0].facts}


@pytest.mark.parametrize(("rule", "case"), cases(*KINDS))
def test_no_decision_hangs_on_the_words_of_a_reason(rule: Rule, case: Case) -> None:
    evidence = case.evidence()
    missing = {key: evidence.why_missing(key) for key in FACTS.values() if key not in evidence.facts}
    reworded = {key: Reason(reason.kind, "in other words") for key, reason in missing.items()}
    claims = claims_of(parse_name(case.name))
    said, told = (rule.check(claims, Evidence(evidence.facts, reasons)) for reasons in (missing, reworded))
    assert (said.outcome, said.findings, said.confirmations) == (told.outcome, told.findings, told.confirmations)
    assert (said.reason and said.reason.kind) == (told.reason and told.reason.kind)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_complete(rule: Rule) -> None:
    assert rule.flagged
    assert rule.confirmed
    assert rule.undecided or rule.not_applicable or rule.of_policy
    assert rule.topic
    summary, *why = (rule.__doc__ or "").strip().split("\n\n")
    assert summary.endswith(".")
    assert why, "say why it matters"


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_nothing_known_accuses_nobody(rule: Rule) -> None:
    decision = run(rule, Case("some-words"))
    assert not [f for f in decision.findings if f.severity.rank < 2]


def test_codes_name_their_files() -> None:
    for rule in all_rules():
        assert type(rule).__module__.rsplit(".", 1)[1]
        assert len(rule.code) == 6
        assert rule.code[:3].isupper()
        assert rule.code[3:].isdigit()
