"""DIM003: the number of attention heads that a name gives (A-12)."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import HEADS, IS_ADAPTER, KEY_VALUE_HEADS, Fact
from truename.findings import Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.shared.measures import DimensionRule, found_in


class Heads(DimensionRule):
    """The name claims a number of attention heads that the model does not have.

    Heads leave no mark of their own in most weights, so a wrong number in the configuration goes unnoticed: the model
    loads and computes something else. ``bert_uncased_L-8_H-512_A-8`` says the number in its name, and both can
    be held side by side.

    Query heads and key-value heads may both be meant. Heads that are only declared give a warning.
    """

    code = "DIM003"
    slug = "heads"
    since = "0.1"
    topic = "a number of attention heads"
    claims = frozenset({Role.HEADS})
    keys = (HEADS, KEY_VALUE_HEADS)
    needs = frozenset(keys)
    reads = frozenset({IS_ADAPTER})
    flagged = (
        Case("bert_uncased_L-8_H-512_A-8", heads=12, expect=Severity.WARNING),
        Case("bert_uncased_L-12_H-768_A-12", heads=16),
        Case("bert_uncased_L-2_H-128_A-2", heads=8),
    )
    confirmed = (
        Case("bert_uncased_L-8_H-512_A-8", heads=8),
        Case("bert_uncased_L-12_H-768_A-12", heads=12),
        Case("bert_uncased_L-2_H-128_A-2", heads=4, key_value_heads=2),
    )
    undecided = (
        Case("bert_uncased_L-8_H-512_A-8"),
        Case("bert_uncased_L-8_H-512_A-8-lora", is_adapter=True, heads=12),
        Case("bert_uncased_L-8_H-512_A-8", key_value_heads=4),
    )
    not_applicable = (Case("bert-base-uncased", heads=12),)

    def why_open(self, claims: Claims, claim: Claim, fact: Fact[Any], evidence: Evidence) -> Reason | None:
        if fact.key != HEADS:
            text = "only the number of key-value heads is known, and the name may mean the query heads"
            return Reason(ReasonKind.AMBIGUOUS_FILES, text)
        return None

    def message(self, claim: Claim, fact: Fact[Any]) -> str:
        return f"the name says {claim.element.text}, {claim.value} heads; {found_in(fact)} {fact.value}"
