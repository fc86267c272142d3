"""What every rule is: one fault, its reasons, examples that test it, and a check with four outcomes.

A rule's class docstring is its documentation: the first line says what is wrong, the rest why it matters.
Its page in ``docs/rules`` and its tests are generated from it and from its cases.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from typing import Any, ClassVar

import msgspec

from truename.evidence.evidence import Evidence
from truename.facts import FACTS, Fact, Key, Origin, told
from truename.findings import ClaimSpan, Confirmation, EvidenceRef, Finding, Outcome, Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role


class Case:
    """An example: a name and the facts of its files.

    ``Case("llama-7b", parameters=1_100_048_384)``: a fact's value stands for a fact read from the weights;
    give a ``Fact`` where its origin matters, and a list where there are several facts of one key.
    ``expect`` is the severity of a flagged case's worst finding.
    """

    def __init__(self, name: str, /, *, expect: Severity | None = None, **facts: Any) -> None:
        self.name = name
        self.expect = expect
        self._given = facts

    @cached_property
    def facts(self) -> tuple[Fact[Any], ...]:
        """The facts of its files, made when they are first asked for: a check asks for none."""
        return tuple(
            value if isinstance(value, Fact) else Fact(FACTS[key], value, default_origin(FACTS[key]))
            for key, values in self._given.items()
            for value in (values if isinstance(values, list) else [values])
        )

    def evidence(self) -> Evidence:
        """The evidence of this example."""
        return Evidence.of(self.facts)


def default_origin(key: Key[Any]) -> Origin:
    """The usual origin of a fact: declared where only the repository can say it, else the weights."""
    return Origin.DECLARED if key.declared else Origin.WEIGHTS


class Decision(msgspec.Struct, frozen=True):
    """How a rule ended for one model.

    Attributes:
        outcome: how the rule ended.
        findings: what the files contradict, where it flagged something.
        confirmations: what the files bear out.
        reason: why it cannot tell, or does not apply.
        about: claims that stay open; None: every claim that the rule declares.
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    reason: Reason | None = None
    about: tuple[Claim, ...] | None = None


def cannot_tell(kind: ReasonKind | Reason, text: str = "", *, about: Sequence[Claim] | None = None) -> Decision:
    """The claim is made, and the files do not settle it.

    Args:
        kind: of the reason, or the whole reason.
        text: the reason, as a clause without a full stop.
        about: the claims that stay open, where these are not all that the rule declares.
    """
    return Decision(Outcome.CANNOT_TELL, reason=_reason(kind, text), about=None if about is None else tuple(about))


def does_not_apply(kind: ReasonKind | Reason, text: str = "") -> Decision:
    """The name makes no such claim, or there is no file of the kind that the rule checks."""
    return Decision(Outcome.DOES_NOT_APPLY, reason=_reason(kind, text))


def _reason(kind: ReasonKind | Reason, text: str) -> Reason:
    return kind if isinstance(kind, Reason) else Reason(kind, text)


class Rule(ABC):
    """One fault a name or its files can have. Stateless; one instance serves every model.

    Subclasses set:
        code: letters of the family and three digits, never reused.
        slug: the same in words, ``parameter-count``.
        since: version that brought the rule.
        topic: what kind of statement it checks, in words, for 'the name makes no claim about ...'.
        claims: roles of claims of which a name must make one; empty: any name.
        also_judges: roles of further elements that its findings may be about.
        needs: facts of which one must be there for the rule to decide; empty: the name is enough.
        reads: further facts that it looks up.
        about_files: whether a finding is a fault between the files, and not a claim of the name that they contradict.
        preview: whether it is off by default: it alarms too many right names, or was judged on too few.
        of_policy: whether it holds a name against a project's own policy, which says nothing of the files.
        needs_files: whether a registry's metadata is never enough for it, although it has facts that the rule needs.
        expected_with: roles whose claims make a needed fact expected; where it is missing and the name makes no such
            claim, the rule does not apply. Empty: the fact is always expected.
        flagged, confirmed, undecided: examples; at least one of each.
        not_applicable: examples of names or files that the rule has nothing to say of.
    """

    code: ClassVar[str]
    slug: ClassVar[str]
    since: ClassVar[str]
    topic: ClassVar[str]
    claims: ClassVar[frozenset[Role]] = frozenset()
    also_judges: ClassVar[frozenset[Role]] = frozenset()
    needs: ClassVar[frozenset[Key[Any]]] = frozenset()
    reads: ClassVar[frozenset[Key[Any]]] = frozenset()
    about_files: ClassVar[bool] = False
    needs_files: ClassVar[bool] = False
    expected_with: ClassVar[frozenset[Role]] = frozenset()
    preview: ClassVar[bool] = False
    of_policy: ClassVar[bool] = False
    flagged: ClassVar[Sequence[Case]]
    confirmed: ClassVar[Sequence[Case]]
    undecided: ClassVar[Sequence[Case]]
    not_applicable: ClassVar[Sequence[Case]] = ()

    @abstractmethod
    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        """Compare what the name says with what the files hold."""

    def no_claim(self) -> Decision:
        """The name says nothing of what this rule checks."""
        return _no_claim(self.topic)

    def passed(self, fact: Fact[Any] | None = None) -> Decision:
        """A check that concerns no single claim of the name found nothing wrong."""
        if fact is None:
            return _passed(self.code)
        return Decision(Outcome.CONFIRMED, confirmations=(self.confirmation(None, fact),))

    def confirm(self, *claimed: tuple[Claim, Fact[Any]]) -> Decision:
        """The files bear claims out, each by the fact beside it."""
        return Decision(Outcome.CONFIRMED, confirmations=tuple(self.confirmation(*pair) for pair in claimed))

    def flag(self, findings: Iterable[Finding], confirmations: Iterable[Confirmation] = ()) -> Decision:
        """The files contradict something; other claims may be borne out all the same."""
        return Decision(Outcome.FLAGGED, tuple(findings), tuple(confirmations))

    def confirmation(self, claim: Claim | None, fact: Fact[Any] | None) -> Confirmation:
        """A claim that ``fact`` bears out."""
        return Confirmation(self.code, span_of(claim), reference_to(fact))

    def finding(
        self,
        severity: Severity,
        message: str,
        *,
        claim: Claim | None = None,
        fact: Fact[Any] | None = None,
        suggestion: str | None = None,
        about_files: bool | None = None,
    ) -> Finding:
        """A finding of this rule; at most a warning where only a declaration stands against the name.

        Args:
            severity: how bad it is.
            message: one sentence.
            claim: the part of the name that is contradicted.
            fact: what was found instead.
            suggestion: a name without the fault.
            about_files: whether the files contradict each other and not the name; by default what the rule says.
        """
        of_files = self.about_files if about_files is None else about_files
        if fact is not None and not (of_files or self.of_policy):
            severity = weighed(severity, fact)
        return Finding(
            self.code,
            self.slug,
            severity,
            message,
            span_of(claim),
            reference_to(fact),
            suggestion,
            about_files=of_files,
        )


def weighed(severity: Severity, fact: Fact[Any]) -> Severity:
    """At most a warning where the repository's own word stands against the name and the weights could have shown it.

    What only a repository can say, such as its languages or what it was made from, is not weighed so.
    """
    only_declared = fact.origin is Origin.DECLARED and not FACTS[fact.key].declared
    return Severity.WARNING if only_declared and severity is Severity.ERROR else severity


@cache  # most rules end so for most names
def _no_claim(topic: str) -> Decision:
    return does_not_apply(ReasonKind.NO_CLAIM, f"the name makes no claim about {topic}")


@cache  # and many others so
def _passed(code: str) -> Decision:
    return Decision(Outcome.CONFIRMED, confirmations=(Confirmation(code, None, None),))


def span_of(claim: Claim | None) -> ClaimSpan | None:
    """The part of the name that makes a claim."""
    if claim is None:
        return None
    element = claim.element
    return ClaimSpan(element.kind, element.text, element.start, element.end)


def reference_to(fact: Fact[Any] | None) -> EvidenceRef | None:
    """A fact as evidence of a report."""
    if fact is None:
        return None
    return EvidenceRef(told(fact.value), fact.origin, fact.file, fact.detail, fact.key_path)


def renamed(claims: Claims, claim: Claim, text: str) -> str:
    """The name with the claim's text replaced: a suggestion."""
    element = claim.element
    return claims.name[: element.start] + text + claims.name[element.end :]
