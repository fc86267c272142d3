"""What the rules on dimensions share: a stated whole number against the same measure of the files."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import IS_ADAPTER, Fact, Key, Origin
from truename.findings import Severity
from truename.names.claims import Claim, Claims
from truename.rules.rule import renamed


def strongest_of(evidence: Evidence, *keys: Key[int]) -> tuple[Fact[Any], ...]:
    """The facts of ``keys``, as read from the weights where any of them was, else as declared."""
    facts = [f for key in keys for f in evidence.all(key) if isinstance(f.value, int) and not isinstance(f.value, bool)]
    from_weights = tuple(f for f in facts if f.origin is not Origin.DECLARED)
    return from_weights or tuple(facts)


def why_unmeasured(evidence: Evidence, *keys: Key[int]) -> str | None:
    """Why a stated dimension can be compared with nothing, None where it can."""
    if evidence.value(IS_ADAPTER):
        return "the files hold an adapter, and its base model decides the dimensions"
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
