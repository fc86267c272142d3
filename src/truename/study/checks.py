"""Which rules run on one record: those whose claim its name makes and whose fact its metadata has."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

import msgspec

from truename.evidence.evidence import Evidence
from truename.findings import Finding, Outcome
from truename.names import Claims, Role
from truename.rules import Rule, all_rules


class Check(msgspec.Struct, frozen=True):
    """A rule that metadata may decide."""

    rule: Rule
    claims: frozenset[Role]  # the name must make one of them; empty: any name
    facts: frozenset[str]  # one of them must be there; empty: none is needed
    no_claim: str | None  # how the rule says that the name claims nothing after all


class Judgement(msgspec.Struct, frozen=True):
    """How the rules ended for one record; a rule whose claim the name does not make is in none of the lists."""

    findings: tuple[Finding, ...]
    clean: tuple[str, ...]  # codes
    cannot_tell: tuple[str, ...]


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
            rules[code].no_claim().reason,
        )
        for code, entry in sorted(table.items())
    )


@lru_cache(maxsize=65_536)
def checks_for(roles: frozenset[Role]) -> tuple[Check, ...]:
    """The checks of a name that makes claims of these roles."""
    return tuple(check for check in checks() if not check.claims or not roles.isdisjoint(check.claims))


def judge_record(claims: Claims, roles: frozenset[Role], evidence: Evidence) -> Judgement:
    """Let every rule that the name and the metadata allow decide.

    Args:
        claims: the name's.
        roles: of its claims.
        evidence: the metadata's.
    """
    findings: list[Finding] = []
    clean: list[str] = []
    open_: list[str] = []
    there = evidence.facts
    for check in checks_for(roles):
        rule = check.rule
        if check.facts and check.facts.isdisjoint(there):
            if check.claims:
                open_.append(rule.code)
            continue
        verdict = rule.check(claims, evidence)
        outcome = verdict.outcome
        if outcome is Outcome.CLEAN:
            clean.append(rule.code)
        elif outcome is Outcome.FLAGGED:
            findings += verdict.findings
        elif verdict.reason != check.no_claim:
            open_.append(rule.code)
    return Judgement(tuple(findings), tuple(clean), tuple(open_))
