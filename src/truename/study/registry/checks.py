"""How the rules end for one record: those that metadata may decide and whose claim its name makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

import msgspec

from truename.evidence.evidence import Evidence
from truename.facts import Key
from truename.findings import Finding, Outcome, Reason, ReasonKind, Verdict, VerdictKind
from truename.names import Claims, Role
from truename.rules import Decision, Rule, all_rules
from truename.rules.verdict import softened, tally_by_documents, verdict_of
from truename.study.registry.metadata import METADATA_KEYS

Decide = Callable[[Claims, Evidence], Decision]

_CONFIRMED, _FLAGGED, _CANNOT_TELL = Outcome.CONFIRMED, Outcome.FLAGGED, Outcome.CANNOT_TELL


_NOT_VERIFIED = Verdict(
    VerdictKind.NOT_VERIFIED, reason=Reason(ReasonKind.UNREAD_WEIGHTS, "a study reads no weights, only metadata")
)


class Judgement(msgspec.Struct, frozen=True):
    """How the rules ended for one record."""

    findings: Sequence[Finding]
    confirmed: Sequence[str]  # codes
    cannot_tell: Sequence[str]  # no fact is there, or what is there decides nothing
    does_not_apply: int  # how many of the other checks
    verdict: Verdict


@cache
def checks() -> tuple[Rule, ...]:
    """The rules about names that a registry's metadata may decide, by code.

    They need no fact, or one that metadata has.
    """
    running = (rule for rule in all_rules() if not (rule.preview or rule.about_files or rule.needs_files))
    return tuple(rule for rule in running if not rule.needs or not rule.needs.isdisjoint(METADATA_KEYS))


@lru_cache(maxsize=65_536)
def checks_for(roles: frozenset[Role]) -> tuple[Rule, ...]:
    """The checks of a name that makes claims of these roles."""
    return tuple(rule for rule in checks() if not rule.claims or not roles.isdisjoint(rule.claims))


@lru_cache(maxsize=65_536)
def plan_for(roles: frozenset[Role], facts: frozenset[Key[Any]]) -> tuple[tuple[Rule, Decide], ...]:
    """Which rules run for names with claims of these roles, where facts with these keys are there; each with its check.

    A rule without a fact runs too where the name lets one expect it: it may say that it does not apply after all.
    """
    return tuple(
        (rule, rule.check)
        for rule in checks_for(roles)
        if not rule.needs or not rule.needs.isdisjoint(facts) or expects(rule, roles)
    )


def expects(rule: Rule, roles: frozenset[Role]) -> bool:
    """Whether a name with claims of these roles lets one expect a fact that the rule needs."""
    return not roles.isdisjoint(rule.expected_with or rule.claims)


def judge_record(
    claims: Claims, roles: frozenset[Role], evidence: Evidence, *, without_weights: bool = False
) -> Judgement:
    """Let every rule that the name and the metadata allow decide.

    Args:
        claims: the name's.
        roles: of its claims.
        evidence: the metadata's.
        without_weights: the model is known to hold none, so that only documents speak.
    """
    findings: list[Finding] = []
    confirmed: list[str] = []
    flagged = 0
    open_: list[str] = []
    decisions: list[tuple[Rule, Decision]] = []
    for rule, decide in plan_for(roles, frozenset(evidence.facts)):
        decision = decide(claims, evidence)
        if without_weights:
            decision = softened(rule, decision)
        outcome = decision.outcome
        if outcome is _CONFIRMED:
            confirmed.append(rule.code)
        elif outcome is _FLAGGED:
            flagged += 1
            findings += decision.findings
        elif outcome is _CANNOT_TELL:
            open_.append(rule.code)
        else:
            continue
        decisions.append((rule, decision))
    ended = flagged + len(confirmed) + len(open_)
    verdict = _verdict(claims, findings, decisions, evidence)
    return Judgement(findings, confirmed, open_, len(checks()) - ended, verdict)


def _verdict(
    claims: Claims, findings: Sequence[Finding], decisions: Sequence[tuple[Rule, Decision]], evidence: Evidence
) -> Verdict:
    """The verdict by the metadata: no weights are read, so a name that nothing contradicts is not verified."""
    # what a registry says of files that were not read is a declaration too
    tally = tally_by_documents(claims, decisions)
    if not tally.judged and not findings:
        return _NOT_VERIFIED
    return verdict_of(tally, findings, decisions, evidence)
