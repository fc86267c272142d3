"""DIM002: the hidden size that a name gives (H-768)."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import HEAD_SIZE, HEADS, HIDDEN_SIZE, INTERMEDIATE_SIZE
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared.measures import found_in, severity_of, strongest_of, why_unmeasured, with_number


class HiddenSize(Rule):
    """The name claims a hidden size that the model does not have.

    The hidden size is the length of the vectors that a model gives out; whoever stores embeddings lays out a database
    by it. ``MiniLM-L12-H384`` and ``bert_uncased_L-4_H-256_A-4`` say it in the name. A hand-written configuration can
    be wrong about it while the weights are not, as prot_bert's 768 over weights of width 1024.

    A number that is the model's feed-forward width or its head count instead is not held against the name.
    """

    code = "DIM002"
    slug = "hidden-size"
    since = "0.1"
    claims = "a hidden size"
    flagged = (
        Case("MiniLM-L12-H384-uncased", hidden_size=768),
        Case("bert_uncased_L-4_H-256_A-4", hidden_size=512),
        Case("bert_uncased_L-12_H-768_A-12", hidden_size=1024),
    )
    clean = (
        Case("MiniLM-L12-H384-uncased", hidden_size=384),
        Case("bert_uncased_L-4_H-256_A-4", hidden_size=256),
        Case("bert_uncased_L-12_H-768_A-12", hidden_size=768),
    )
    undecided = (
        Case("bert-base-uncased", hidden_size=768),
        Case("MiniLM-L12-H384-uncased"),
        Case("MiniLM-L12-H384-lora", is_adapter=True, hidden_size=384),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.HIDDEN_SIZE)
        if not stated:
            return self.no_claim()
        if reason := why_unmeasured(evidence, HIDDEN_SIZE):
            return cannot_tell(reason)
        facts = strongest_of(evidence, HIDDEN_SIZE)
        if any(claim.value == fact.value for claim in stated for fact in facts):
            return verdict(())
        claim, fact = stated[0], facts[0]
        for key in (INTERMEDIATE_SIZE, HEADS, HEAD_SIZE):
            if any(other.value == claim.value for other in evidence.all(key)):
                return cannot_tell(f"{claim.element.text} may mean the {key.replace('_', ' ')}")
        message = f"the name says {claim.element.text}, a hidden size of {claim.value}; {found_in(fact)} {fact.value}"
        suggestion = with_number(claims, claim, fact.value)
        return verdict([self.finding(severity_of(fact), message, claim=claim, fact=fact, suggestion=suggestion)])
