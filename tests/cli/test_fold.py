"""The text report folds rules that have no claim to check; the words by which it knows them are a rule's own."""

from __future__ import annotations

from truename.evidence import Evidence
from truename.names import claims_of, parse_name
from truename.report.text.findings import NO_CLAIM
from truename.rules import Rule, Verdict
from truename.rules.rule import Claims


def test_the_fold_knows_how_a_rule_says_that_there_is_no_claim() -> None:
    class Anything(Rule):
        """Anything."""

        claims = "anything"

        def check(self, claims: Claims, evidence: Evidence) -> Verdict:
            return self.no_claim()

    reason = Anything().check(claims_of(parse_name("x")), Evidence({})).reason
    assert reason is not None
    assert reason.startswith(NO_CLAIM)
