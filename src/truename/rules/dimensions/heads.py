"""DIM003: the number of attention heads that a name gives (A-12)."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import HEADS, KEY_VALUE_HEADS
from truename.findings import Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared.measures import found_in, severity_of, strongest_of, why_unmeasured, with_number

KEYS = (HEADS, KEY_VALUE_HEADS)


class Heads(Rule):
    """The name claims a number of attention heads that the model does not have.

    Heads leave no mark of their own in most weights, so a wrong number in the configuration goes unnoticed: the model
    loads and computes something else. ``bert_uncased_L-8_H-512_A-8`` says the number in its name, and both can
    be held side by side.

    Query heads and key-value heads may both be meant. Heads that are only declared give a warning.
    """

    code = "DIM003"
    slug = "heads"
    since = "0.1"
    claims = "a number of attention heads"
    flagged = (
        Case("bert_uncased_L-8_H-512_A-8", heads=12, expect=Severity.WARNING),
        Case("bert_uncased_L-12_H-768_A-12", heads=16),
        Case("bert_uncased_L-2_H-128_A-2", heads=8),
    )
    clean = (
        Case("bert_uncased_L-8_H-512_A-8", heads=8),
        Case("bert_uncased_L-12_H-768_A-12", heads=12),
        Case("bert_uncased_L-2_H-128_A-2", heads=4, key_value_heads=2),
    )
    undecided = (
        Case("bert-base-uncased", heads=12),
        Case("bert_uncased_L-8_H-512_A-8"),
        Case("bert_uncased_L-8_H-512_A-8-lora", is_adapter=True, heads=12),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.HEADS)
        if not stated:
            return self.no_claim()
        if reason := why_unmeasured(evidence, *KEYS):
            return cannot_tell(reason)
        facts = strongest_of(evidence, *KEYS)
        if any(claim.value == fact.value for claim in stated for fact in facts):
            return verdict(())
        claim, fact = stated[0], facts[0]
        if fact.key != "heads":
            return cannot_tell(evidence.why_missing(HEADS))
        message = f"the name says {claim.element.text}, {claim.value} heads; {found_in(fact)} {fact.value}"
        suggestion = with_number(claims, claim, fact.value)
        return verdict([self.finding(severity_of(fact), message, claim=claim, fact=fact, suggestion=suggestion)])
