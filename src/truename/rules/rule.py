"""What every rule is: one fault, its reasons, examples that test it, and a check with three outcomes.

A rule's class docstring is its documentation: the first line says what is wrong, the rest why it matters.
Its page in ``docs/rules`` and its tests are generated from it and from its cases.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, ClassVar

import msgspec

from truename.evidence.evidence import Evidence
from truename.facts import FACTS, Fact, Key, Origin
from truename.findings import ClaimSpan, EvidenceRef, Finding, Outcome, Severity
from truename.names.claims import Claim, Claims


class Case:
    """An example: a name and the facts of its files.

    ``Case("llama-7b", parameters=1_100_048_384)``: a fact's value stands for a fact read from the weights;
    give a ``Fact`` where its origin matters. ``expect`` is the severity of a flagged case's worst finding.
    """

    def __init__(self, name: str, /, *, expect: Severity | None = None, **facts: Any) -> None:
        self.name = name
        self.expect = expect
        self.facts: tuple[Fact[Any], ...] = tuple(
            value if isinstance(value, Fact) else Fact(FACTS[key], value, default_origin(FACTS[key]))
            for key, value in facts.items()
        )

    def evidence(self) -> Evidence:
        """The evidence of this example."""
        return Evidence.of(self.facts)


def default_origin(key: Key[Any]) -> Origin:
    """The usual origin of a fact: declared where only the repository can say it, else the weights."""
    return Origin.DECLARED if key.declared else Origin.WEIGHTS


class Verdict(msgspec.Struct, frozen=True):
    """How a rule ended: flagged with findings, clean, or cannot tell with a reason.

    Attributes:
        outcome: how the rule ended.
        findings: what it found, where it flagged the name.
        reason: why it cannot tell, as a clause.
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str | None = None


CLEAN = Verdict(Outcome.CLEAN)


def cannot_tell(reason: str) -> Verdict:
    """The rule has nothing to go by; ``reason`` is a clause without a full stop."""
    return Verdict(Outcome.CANNOT_TELL, reason=reason)


class Rule(ABC):
    """One fault a name can have. Stateless; one instance serves every model.

    Subclasses set:
        code: letters of the family and three digits, never reused.
        slug: the same in words, ``parameter-count``.
        since: version that brought the rule.
        claims: what kind of statement it checks, in words, for 'the name makes no claim about ...'.
        flagged, clean, undecided: examples; at least one of each.
    """

    code: ClassVar[str]
    slug: ClassVar[str]
    since: ClassVar[str]
    claims: ClassVar[str]
    flagged: ClassVar[Sequence[Case]]
    clean: ClassVar[Sequence[Case]]
    undecided: ClassVar[Sequence[Case]]

    @abstractmethod
    def check(self, claims: Claims, evidence: Evidence) -> Verdict:
        """Compare what the name says with what the files hold."""

    def no_claim(self) -> Verdict:
        """The name says nothing of what this rule checks."""
        return _no_claim(self.claims)

    def finding(
        self,
        severity: Severity,
        message: str,
        *,
        claim: Claim | None = None,
        fact: Fact[Any] | None = None,
        suggestion: str | None = None,
    ) -> Finding:
        """A finding of this rule."""
        span = evidence = None
        if claim is not None:
            element = claim.element
            span = ClaimSpan(element.kind, element.text, element.start, element.end)
        if fact is not None:
            evidence = EvidenceRef(fact.value, fact.origin, fact.file, fact.detail)
        return Finding(self.code, self.slug, severity, message, span, evidence, suggestion)


@cache  # most rules end so for most names
def _no_claim(about: str) -> Verdict:
    return cannot_tell(f"the name makes no claim about {about}")


def verdict(findings: Iterable[Finding], undecided: str | None = None) -> Verdict:
    """Flagged where there are findings; else cannot tell where a reason is given; else clean."""
    if found := tuple(findings):
        return Verdict(Outcome.FLAGGED, found)
    return cannot_tell(undecided) if undecided else CLEAN


def renamed(claims: Claims, claim: Claim, text: str) -> str:
    """The name with the claim's text replaced: a suggestion."""
    element = claim.element
    return claims.name[: element.start] + text + claims.name[element.end :]
