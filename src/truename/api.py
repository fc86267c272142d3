"""Check one model: read its name, gather its evidence, let every rule decide."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from truename.errors import UsageError
from truename.evidence import Evidence, gather
from truename.findings import (
    ModelReport,
    Outcome,
    Outcomes,
    ReportedElement,
    ReportedFact,
    Undecided,
)
from truename.names import ParsedName, claims_of, parse_name
from truename.rules import Decision, Rule, all_rules
from truename.rules.verdict import has_no_weights, judged_claims, softened, verdict_of
from truename.sources import Source, open_source
from truename.suggest import with_suggestion


def check(
    target: str | os.PathLike[str] | Source, *, name: str | None = None, rules: Sequence[Rule] | None = None
) -> ModelReport:
    """Check a model against its name.

    Args:
        target: a folder's path, a model's id on the Hub (``owner/name@revision``), an address, or a source.
        name: the claimed name; without it the source's own (the folder's name, the id).
        rules: the rules to run; all of them by default.

    Raises:
        TargetError: there is no model at the target.
    """
    source = open_source(target) if isinstance(target, (str, os.PathLike)) else target
    parsed = parse_name(name if name is not None else source.name)
    return judge(parsed, gather(source), target=source.target, rules=rules)


def judge(parsed: ParsedName, evidence: Evidence, *, target: str, rules: Sequence[Rule] | None = None) -> ModelReport:
    """Let every rule decide between a name's claims and the evidence."""
    claims = claims_of(parsed)
    decisions = [(rule, rule.check(claims, evidence)) for rule in (all_rules() if rules is None else rules)]
    without_weights = has_no_weights(evidence)
    findings = [
        with_suggestion(softened(finding) if without_weights else finding, claims)
        for _, decision in decisions
        for finding in decision.findings
    ]
    ended = {outcome: [pair for pair in decisions if pair[1].outcome is outcome] for outcome in Outcome}
    judged = judged_claims(claims, decisions)
    return ModelReport(
        target=target,
        name=parsed.name,
        verdict=verdict_of(judged, findings, decisions, evidence),
        claims=judged,
        elements=tuple(ReportedElement(e.kind, e.text, e.value, e.start, e.end) for e in parsed.elements),
        convention=parsed.convention,
        facts=reported(evidence),
        findings=tuple(sorted(findings, key=lambda f: (f.severity.rank, f.claim.start if f.claim else -1, f.code))),
        outcomes=Outcomes(**{outcome.value: len(pairs) for outcome, pairs in ended.items()}),
        confirmed=tuple(one for _, decision in decisions for one in decision.confirmations),
        does_not_apply=_undecided(ended[Outcome.DOES_NOT_APPLY]),
        cannot_tell=_undecided(ended[Outcome.CANNOT_TELL]),
    )


def _undecided(decisions: Iterable[tuple[Rule, Decision]]) -> tuple[Undecided, ...]:
    return tuple(Undecided(rule.code, decision.reason) for rule, decision in decisions if decision.reason is not None)


def reported(evidence: Evidence) -> tuple[ReportedFact, ...]:
    """Every fact of the evidence, by key and then by strength of origin."""
    return tuple(
        ReportedFact(str(fact.key), fact.value, fact.origin, fact.file)
        for key in sorted(evidence.facts)
        for fact in evidence.facts[key]
    )


def select_rules(select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The rules whose code starts with one of ``select`` (all, if empty) and with none of ``ignore``.

    The longest matching prefix wins, as in other linters: ``select=SIZ001, ignore=SIZ`` runs SIZ001.

    Raises:
        UsageError: a prefix matches no rule.
    """
    rules = all_rules()
    wanted, unwanted = tuple(select), tuple(ignore)
    for prefix in (*wanted, *unwanted):
        if prefix != "ALL" and not any(rule.code.startswith(prefix) for rule in rules):
            raise UsageError(f"no rule has a code that starts with {prefix!r}; 'truename rules' lists them")

    return tuple(rule for rule in rules if _strength(wanted or ("ALL",), rule.code) > _strength(unwanted, rule.code))


def _strength(prefixes: tuple[str, ...], code: str) -> int:
    """Length of the longest prefix that matches, 0 for ALL, -1 where none does."""
    return max((0 if p == "ALL" else len(p) for p in prefixes if p == "ALL" or code.startswith(p)), default=-1)
