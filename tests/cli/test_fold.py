"""The text report folds rules that have nothing to check; the words by which it knows them are the rules' own."""

from __future__ import annotations

from truename.declared import Declared
from truename.evidence import Evidence
from truename.evidence.absence import why_absent
from truename.names import claims_of, parse_name
from truename.report.text.findings import FOLDED
from truename.rules import Rule, Verdict, all_rules
from truename.rules.rule import Claims


def test_the_fold_knows_how_a_rule_says_that_there_is_no_claim() -> None:
    class Anything(Rule):
        """Anything."""

        claims = "anything"

        def check(self, claims: Claims, evidence: Evidence) -> Verdict:
            return self.no_claim()

    reason = Anything().check(claims_of(parse_name("x")), Evidence({})).reason
    assert reason is not None
    assert reason.startswith(next(iter(FOLDED)))


def test_every_beginning_is_one_that_rules_use() -> None:
    """Of a model of which nothing is known, under a name that claims nothing."""
    claims, nothing = claims_of(parse_name("x")), Evidence({}, why_absent(Declared(), None, None, ()))
    reasons = [rule.check(claims, nothing).reason or "" for rule in all_rules()]
    for beginning in FOLDED:
        assert sum(reason.startswith(beginning) for reason in reasons) > 5
