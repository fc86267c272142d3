"""What the rules on dimensions share: a stated whole number against the same measure of the files."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from truename.evidence.evidence import Evidence
from truename.facts import IS_ADAPTER, Fact, Key, Origin
from truename.findings import Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.rules.rule import Decision, Rule, cannot_tell, renamed


class DimensionRule(Rule):
    """A rule on a whole number of the name that the files give too.

    Subclasses set ``keys``: the facts that the number may be, the one to name in a finding first.
    """

    keys: ClassVar[tuple[Key[int], ...]]

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(*self.claims)
        if not stated:
            return self.no_claim()
        if reason := why_unmeasured(evidence, *self.keys):
            return cannot_tell(reason)
        facts = self.facts_of(evidence)
        pairs = ((claim, self.bearing_out(claim, facts, evidence)) for claim in stated)
        if right := [(claim, fact) for claim, fact in pairs if fact is not None]:
            return self.confirm(*right)
        claim, fact = stated[0], facts[0]
        if reason := self.why_open(claims, claim, fact, evidence):
            return cannot_tell(reason)
        suggestion = with_number(claims, claim, fact.value)
        message = self.message(claim, fact)
        return self.flag(
            [self.finding(self.severity(claim, fact), message, claim=claim, fact=fact, suggestion=suggestion)]
        )

    def facts_of(self, evidence: Evidence) -> tuple[Fact[Any], ...]:
        """The facts that a claim is compared with, the one to name in a finding first."""
        return strongest_of(evidence, *self.keys)

    def severity(self, claim: Claim, fact: Fact[Any]) -> Severity:
        """How bad a wrong number is."""
        return severity_of(fact)

    def bearing_out(self, claim: Claim, facts: Sequence[Fact[Any]], evidence: Evidence) -> Fact[Any] | None:
        """The fact that makes a claim right, None where none does."""
        return next((fact for fact in facts if fact.value == claim.value), None)

    def why_open(self, claims: Claims, claim: Claim, fact: Fact[Any], evidence: Evidence) -> Reason | None:
        """Why a number that is not the files' may be right all the same."""
        return None

    @abstractmethod
    def message(self, claim: Claim, fact: Fact[Any]) -> str:
        """What is claimed, and what is there."""


def strongest_of(evidence: Evidence, *keys: Key[int]) -> tuple[Fact[Any], ...]:
    """The facts of ``keys``, as read from the weights where any of them was, else as declared."""
    facts = [f for key in keys for f in evidence.all(key) if isinstance(f.value, int) and not isinstance(f.value, bool)]
    from_weights = tuple(f for f in facts if f.origin is not Origin.DECLARED)
    return from_weights or tuple(facts)


def why_unmeasured(evidence: Evidence, *keys: Key[int]) -> Reason | None:
    """Why a stated dimension can be compared with nothing, None where it can."""
    if evidence.value(IS_ADAPTER):
        return Reason(ReasonKind.ADAPTER, "the files hold an adapter, and its base model decides the dimensions")
    return None if strongest_of(evidence, *keys) else evidence.why_missing(keys[0])


def severity_of(fact: Fact[Any]) -> Severity:
    """An error against the weights, a warning against what is only declared."""
    return Severity.WARNING if fact.origin is Origin.DECLARED else Severity.ERROR


def found_in(fact: Fact[Any]) -> str:
    """Who says so, as the start of a clause: 'the weights have', 'config.json declares'."""
    return f"{fact.file or 'the configuration'} declares" if fact.origin is Origin.DECLARED else "the weights have"


def with_number(claims: Claims, claim: Claim, number: int) -> str | None:
    """The name with another number in the claim's place; None where the claim is not written in digits."""
    old = str(claim.value)
    if claim.element.text.count(old) != 1:
        return None
    return renamed(claims, claim, claim.element.text.replace(old, str(number)))
