"""Check one model: read its name, gather its evidence, let every rule decide."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from truename.errors import UsageError
from truename.evidence import Evidence, gather
from truename.findings import (
    Finding,
    ModelReport,
    Outcome,
    Outcomes,
    ReportedElement,
    ReportedFact,
    Undecided,
)
from truename.names import ParsedName, claims_of, parse_name
from truename.rules import Rule, all_rules
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
    findings: list[Finding] = []
    undecided: list[Undecided] = []
    counts = dict.fromkeys(Outcome, 0)
    for rule in all_rules() if rules is None else rules:
        verdict = rule.check(claims, evidence)
        counts[verdict.outcome] += 1
        findings += (with_suggestion(finding, claims) for finding in verdict.findings)
        if verdict.outcome is Outcome.CANNOT_TELL:
            undecided.append(Undecided(rule.code, verdict.reason or "no reason given"))
    return ModelReport(
        target=target,
        name=parsed.name,
        elements=tuple(ReportedElement(e.kind, e.text, e.value, e.start, e.end) for e in parsed.elements),
        convention=parsed.convention,
        facts=reported(evidence),
        findings=tuple(sorted(findings, key=lambda f: (f.severity.rank, f.claim.start if f.claim else -1, f.code))),
        outcomes=Outcomes(counts[Outcome.FLAGGED], counts[Outcome.CLEAN], counts[Outcome.CANNOT_TELL]),
        cannot_tell=tuple(undecided),
    )


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
