"""Which rules run on one record: those whose claim its name makes and whose fact its metadata has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

import msgspec

from truename.evidence.evidence import Evidence
from truename.facts import Key
from truename.findings import Finding, Outcome
from truename.names import Claims, Role
from truename.rules import Decision, Rule, all_rules
from truename.study.registry.metadata import METADATA_KEYS

Decide = Callable[[Claims, Evidence], Decision]

_CONFIRMED, _FLAGGED, _CANNOT_TELL = Outcome.CONFIRMED, Outcome.FLAGGED, Outcome.CANNOT_TELL


class Plan(msgspec.Struct, frozen=True):
    """What is to be done for names that make claims of the same roles, of models of which the same facts are there."""

    run: tuple[tuple[str, Decide], ...]  # code, check
    open: tuple[str, ...]  # codes of the rules that apply and lack a fact


class Judgement(msgspec.Struct, frozen=True):
    """How the rules ended for one record; a rule that does not apply to it is in none of the lists."""

    findings: Sequence[Finding]
    confirmed: Sequence[str]  # codes
    cannot_tell: Sequence[str]  # no fact is there, or what is there decides nothing


@cache
def checks() -> tuple[Rule, ...]:
    """The rules that a registry's metadata may decide, by code: those that need no fact, or one that metadata has."""
    return tuple(rule for rule in all_rules() if not rule.needs or not rule.needs.isdisjoint(METADATA_KEYS))


@lru_cache(maxsize=65_536)
def checks_for(roles: frozenset[Role]) -> tuple[Rule, ...]:
    """The checks of a name that makes claims of these roles."""
    return tuple(rule for rule in checks() if not rule.claims or not roles.isdisjoint(rule.claims))


@lru_cache(maxsize=65_536)
def plan_for(roles: frozenset[Role], facts: frozenset[Key[Any]]) -> Plan:
    """Which rules run for names with claims of these roles, where facts with these keys are there."""
    found = checks_for(roles)
    lacking = [rule for rule in found if rule.needs and rule.needs.isdisjoint(facts)]
    return Plan(
        tuple((rule.code, rule.check) for rule in found if rule not in lacking),
        tuple(rule.code for rule in lacking if expects(rule, roles)),
    )


def expects(rule: Rule, roles: frozenset[Role]) -> bool:
    """Whether a name with claims of these roles lets one expect a fact that the rule needs."""
    return not roles.isdisjoint(rule.expected_with or rule.claims)


def judge_record(claims: Claims, roles: frozenset[Role], evidence: Evidence) -> Judgement:
    """Let every rule that the name and the metadata allow decide.

    Args:
        claims: the name's.
        roles: of its claims.
        evidence: the metadata's.
    """
    findings: list[Finding] = []
    confirmed: list[str] = []
    plan = plan_for(roles, frozenset(evidence.facts))
    open_ = list(plan.open)
    for code, decide in plan.run:
        decision = decide(claims, evidence)
        outcome = decision.outcome
        if outcome is _CONFIRMED:
            confirmed.append(code)
        elif outcome is _FLAGGED:
            findings += decision.findings
        elif outcome is _CANNOT_TELL:
            open_.append(code)
    open_.sort()
    return Judgement(findings, confirmed, open_)
