"""Which rules run on one record: those whose claim its name makes and whose fact its metadata has."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources

import msgspec

from truename.evidence.evidence import Evidence
from truename.findings import Finding, Outcome
from truename.names import Claims, Role
from truename.rules import Rule, Verdict, all_rules

Decide = Callable[[Claims, Evidence], Verdict]

_CLEAN, _FLAGGED = Outcome.CLEAN, Outcome.FLAGGED


class Check(msgspec.Struct, frozen=True):
    """A rule that metadata may decide."""

    rule: Rule
    claims: frozenset[Role]  # the name must make one of them; empty: any name
    facts: frozenset[str]  # one of them must be there; empty: none is needed
    missed: frozenset[Role]  # where none is, the rule applies only to names that make one of these claims as well
    no_claim: str  # how the rule says that the name claims nothing after all


class Plan(msgspec.Struct, frozen=True):
    """What is to be done for names that make claims of the same roles, of models of which the same facts are there."""

    run: tuple[tuple[str, Decide, str], ...]  # code, check, how it says that the name claims nothing after all
    open: tuple[str, ...]  # codes of the rules that apply and lack a fact


class Judgement(msgspec.Struct, frozen=True):
    """How the rules ended for one record; a rule that does not apply to it is in none of the lists."""

    findings: Sequence[Finding]
    clean: Sequence[str]  # codes
    cannot_tell: Sequence[str]  # no fact is there, or what is there decides nothing


@cache
def checks() -> tuple[Check, ...]:
    """Every rule of ``checks.toml``, by code."""
    table = tomllib.loads(resources.files(__package__).joinpath("checks.toml").read_text("utf-8"))
    rules: Mapping[str, Rule] = {rule.code: rule for rule in all_rules()}
    return tuple(
        Check(
            rules[code],
            frozenset(map(Role, entry["claims"])),
            frozenset(entry["facts"]),
            frozenset(map(Role, entry.get("missed", entry["claims"]))),
            rules[code].no_claim().reason or "",
        )
        for code, entry in sorted(table.items())
    )


@lru_cache(maxsize=65_536)
def checks_for(roles: frozenset[Role]) -> tuple[Check, ...]:
    """The checks of a name that makes claims of these roles."""
    return tuple(check for check in checks() if not check.claims or not roles.isdisjoint(check.claims))


@lru_cache(maxsize=65_536)
def plan_for(roles: frozenset[Role], facts: frozenset[str]) -> Plan:
    """Which rules run for names with claims of these roles, where facts with these keys are there."""
    found = checks_for(roles)
    lacking = [check for check in found if check.facts and check.facts.isdisjoint(facts)]
    return Plan(
        tuple((check.rule.code, check.rule.check, check.no_claim) for check in found if check not in lacking),
        tuple(check.rule.code for check in lacking if not roles.isdisjoint(check.missed)),
    )


def judge_record(claims: Claims, roles: frozenset[Role], evidence: Evidence) -> Judgement:
    """Let every rule that the name and the metadata allow decide.

    Args:
        claims: the name's.
        roles: of its claims.
        evidence: the metadata's.
    """
    findings: list[Finding] = []
    clean: list[str] = []
    plan = plan_for(roles, frozenset(evidence.facts))
    open_ = list(plan.open)
    for code, decide, no_claim in plan.run:
        verdict = decide(claims, evidence)
        outcome = verdict.outcome
        if outcome is _CLEAN:
            clean.append(code)
        elif outcome is _FLAGGED:
            findings += verdict.findings
        elif verdict.reason != no_claim:
            open_.append(code)
    open_.sort()
    return Judgement(findings, clean, open_)
