"""DIM002: the hidden size that a name gives (H-768)."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import HEAD_SIZE, HEADS, HIDDEN_SIZE, INTERMEDIATE_SIZE, IS_ADAPTER, Fact
from truename.findings import Reason, ReasonKind
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.shared.measures import DimensionRule, found_in


class HiddenSize(DimensionRule):
    """The name claims a hidden size that the model does not have.

    The hidden size is the length of the vectors that a model gives out; whoever stores embeddings lays out a database
    by it. ``MiniLM-L12-H384`` and ``bert_uncased_L-4_H-256_A-4`` say it in the name. A hand-written configuration can
    be wrong about it while the weights are not, as prot_bert's 768 over weights of width 1024.

    A number that is the model's feed-forward width or its head count instead is not held against the name.
    """

    code = "DIM002"
    slug = "hidden-size"
    since = "0.1"
    topic = "a hidden size"
    claims = frozenset({Role.HIDDEN_SIZE})
    keys = (HIDDEN_SIZE,)
    needs = frozenset(keys)
    reads = frozenset({IS_ADAPTER, INTERMEDIATE_SIZE, HEADS, HEAD_SIZE})
    flagged = (
        Case("MiniLM-L12-H384-uncased", hidden_size=768),
        Case("bert_uncased_L-4_H-256_A-4", hidden_size=512),
        Case("bert_uncased_L-12_H-768_A-12", hidden_size=1024),
    )
    confirmed = (
        Case("MiniLM-L12-H384-uncased", hidden_size=384),
        Case("bert_uncased_L-4_H-256_A-4", hidden_size=256),
        Case("bert_uncased_L-12_H-768_A-12", hidden_size=768),
    )
    undecided = (
        Case("MiniLM-L12-H384-uncased"),
        Case("MiniLM-L12-H384-lora", is_adapter=True, hidden_size=384),
        Case("MiniLM-L12-H1536-uncased", hidden_size=384, intermediate_size=1536),
    )
    not_applicable = (Case("bert-base-uncased", hidden_size=768),)

    def why_open(self, claims: Claims, claim: Claim, fact: Fact[Any], evidence: Evidence) -> Reason | None:
        for key in (INTERMEDIATE_SIZE, HEADS, HEAD_SIZE):
            if any(other.value == claim.value for other in evidence.all(key)):
                text = f"{claim.element.text} may mean the {key.replace('_', ' ')}"
                return Reason(ReasonKind.AMBIGUOUS_NAME, text)
        return None

    def message(self, claim: Claim, fact: Fact[Any]) -> str:
        return f"the name says {claim.element.text}, a hidden size of {claim.value}; {found_in(fact)} {fact.value}"
