"""The whole chain of one rule's decision on one model: from the span of the name to the tensor or the key."""

from __future__ import annotations

from typing import Any

import msgspec

from truename.api import decide, with_positions
from truename.evidence import gather
from truename.facts import Fact
from truename.findings import (
    Confirmation,
    EvidenceRef,
    Finding,
    InspectedFact,
    ModelReport,
    Outcome,
    Reason,
    ReportedElement,
)
from truename.names import Claims, Element, claims_of, parse_name
from truename.rules import Rule
from truename.rules.selection import known_rule
from truename.settings import DEFAULTS, Config
from truename.sources import Target, open_source


class WeighedFact(msgspec.Struct, frozen=True):
    """A fact that a rule may look at.

    Attributes:
        fact: with its value and where it was read.
        ratio: of its number to the claimed one, where both are numbers.
        chosen: whether the decision rests on it.
    """

    fact: InspectedFact
    ratio: float | None
    chosen: bool


class Explanation(msgspec.Struct, frozen=True):
    """Why a rule decided as it did.

    Attributes:
        target: as the user wrote it.
        name: the name that was judged.
        code: of the rule.
        rule: the same in words.
        summary: what the rule is about.
        claims: the elements of the name that it judges.
        facts: what it looked at, by key and then by strength of origin.
        missing: the facts that are not there, and why.
        outcome: how it ended.
        findings: what it found.
        confirmed: what it found borne out.
        reason: why it did not decide.
    """

    target: str
    name: str
    code: str
    rule: str
    summary: str
    claims: tuple[ReportedElement, ...]
    facts: tuple[WeighedFact, ...]
    missing: dict[str, Reason]
    outcome: Outcome
    findings: tuple[Finding, ...]
    confirmed: tuple[Confirmation, ...]
    reason: Reason | None


def explain(target: Target, code: str, *, name: str | None = None, config: Config = DEFAULTS) -> Explanation:
    """Everything that one rule weighed for one model, and what it made of it.

    Args:
        target: a folder's path, a model's id on the Hub (``owner/name@revision``), an address, or a source.
        code: of the rule, or its name in words.
        name: the claimed name; without it the source's own.
        config: severities, and the naming policy where the rule is one of a policy.

    Raises:
        TargetError: there is no model at the target.
        UsageError: the target is empty, or there is no such rule.
    """
    rule = known_rule(code, config)
    source = open_source(target)
    claims = claims_of(parse_name(source.name if name is None else name), given=name is not None)
    evidence = gather(source)
    decision = decide(rule, claims, evidence, config)
    report = ModelReport(source.target, claims.name, findings=decision.findings)
    placed = with_positions(report, source).findings
    chosen = [one.evidence for one in decision.findings] + [one.evidence for one in decision.confirmations]
    keys = sorted(rule.needs | rule.reads)
    number = _number(claims, rule)
    return Explanation(
        target=source.target,
        name=claims.name,
        code=rule.code,
        rule=rule.slug,
        summary=(type(rule).__doc__ or "").strip().partition("\n")[0],
        claims=tuple(_element(one) for one in _judged(claims, rule)),
        facts=tuple(
            WeighedFact(
                InspectedFact(str(fact.key), fact.value, fact.origin, fact.file, fact.detail),
                _ratio(fact.value, number),
                any(shown is not None and _same(shown, fact) for shown in chosen),
            )
            for key in keys
            for fact in evidence.facts.get(key, ())
        ),
        missing={str(key): evidence.why_missing(key) for key in keys if not evidence.facts.get(key)},
        outcome=decision.outcome,
        findings=placed,
        confirmed=decision.confirmations,
        reason=decision.reason,
    )


def _judged(claims: Claims, rule: Rule) -> list[Element]:
    roles = rule.claims | rule.also_judges
    return [element for element in claims.parsed.elements if element.role in roles]


def _element(element: Element) -> ReportedElement:
    return ReportedElement(element.kind, element.role, element.text, element.value, element.start, element.end)


def _number(claims: Claims, rule: Rule) -> float | None:
    """The claimed number, where the name makes one such claim."""
    values = [claim.value for claim in claims.of(*rule.claims) if isinstance(claim.value, int | float)]
    return float(values[0]) if len(values) == 1 and values[0] else None


def _ratio(value: Any, number: float | None) -> float | None:
    if number is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value / number


def _same(shown: EvidenceRef, fact: Fact[Any]) -> bool:
    return (shown.value, shown.origin, shown.file, shown.detail) == (fact.value, fact.origin, fact.file, fact.detail)
