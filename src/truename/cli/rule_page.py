"""The page of a rule in Markdown: the terminal shows it, and docs/rules holds it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from inspect import getdoc
from typing import Any

from truename.facts import Fact
from truename.findings import RuleText
from truename.names import claims_of, parse_name
from truename.report.visible import visible
from truename.rules import Case, Rule, all_rules
from truename.rules.policy import EXAMPLE, policy_rules


def summary(rule: Rule) -> str:
    """What is wrong, in one line."""
    return _documentation(rule)[0]


def known_rules() -> tuple[Rule, ...]:
    """Every rule, by code; those of a policy are made for the example of one."""
    return tuple(sorted((*all_rules(), *policy_rules(EXAMPLE)), key=lambda rule: rule.code))


def described(code: str) -> RuleText:
    """What the rule of a code says of itself, for reports that explain their findings."""
    rule = next(one for one in known_rules() if one.code == code)
    first, rest = _documentation(rule)
    return RuleText(code, rule.slug, first, rest)


def mark(rule: Rule) -> str:
    """Behind the summary of a rule that is off by default."""
    return " (preview)" if rule.preview else " (policy)" if rule.of_policy else ""


def rule_page(rule: Rule, note: str = "") -> str:
    """The whole page, made from the rule's documentation and from what the rule says to its own examples.

    Args:
        rule: the rule.
        note: a paragraph to put below the heading.
    """
    first, rest = _documentation(rule)
    parts = [
        f"# {rule.code} {rule.slug}",
        note,
        first,
        f"Checks what the name says about {rule.topic}. Since version {rule.since}.",
        "A preview: off unless it is selected by its code, or with ``--preview``." if rule.preview else "",
        "Runs where the settings have a naming policy that asks for it; the examples are of a policy that asks for "
        f"`{_policy(rule)}`."
        if rule.of_policy
        else "",
        f"## Why\n\n{rest}" if rest else "",
        _cases("Flagged", rule, rule.flagged),
        _cases("Confirmed", rule, rule.confirmed),
        _cases("Cannot tell", rule, rule.undecided),
        _cases("Does not apply", rule, rule.not_applicable),
        _dispute(rule.code),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _dispute(code: str) -> str:
    """What to do about a wrong finding."""
    return (
        "## If a finding is wrong\n\n"
        f"`truename explain TARGET {code}` shows what was weighed. `truename report-issue TARGET {code}`\n"
        "writes what is needed to look into it, without weights and tokens."
    )


def _policy(rule: Rule) -> str:
    """The key of the example's policy that a rule is about, as TOML."""
    key = next(key for key in EXAMPLE.__struct_fields__ if f"``{key.replace('_', '-')}``" in (getdoc(type(rule)) or ""))
    value = getattr(EXAMPLE, key)
    shown = list(value) if isinstance(value, tuple) else value
    return f"{key.replace('_', '-')} = {json.dumps(shown)}"


def _documentation(rule: Rule) -> tuple[str, str]:
    """First line and rest of the class's docstring."""
    head, _, rest = (getdoc(type(rule)) or "").partition("\n")
    return head.strip(), rest.strip()


def _cases(title: str, rule: Rule, cases: Sequence[Case]) -> str:
    return f"## {title}\n\n" + "\n".join(_case(rule, case) for case in cases) if cases else ""


def _case(rule: Rule, case: Case) -> str:
    facts = ", ".join(f"{fact.key.replace('_', ' ')} {_code(_value(fact))}" for fact in case.facts)
    decision = rule.check(claims_of(parse_name(case.name, learned=False)), case.evidence())
    told = [f"**{finding.severity.value}**: {visible(finding.message)}" for finding in decision.findings]
    suggested = [f"suggested name {_code(f.suggestion)}" for f in decision.findings if f.suggestion]
    line = f"- {_code(case.name)} with {facts or 'nothing known of its files'}"
    if outcome := "; ".join([*told, *suggested]) or (decision.reason and decision.reason.text):
        line += f"\n  {outcome}"
    return line


def _code(text: str) -> str:
    shown = visible(text).replace("`", "'")
    return f"`{shown}`" if shown else "an empty name"


def _value(fact: Fact[Any]) -> str:
    return _words(fact.value)


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and abs(value) >= 10_000:
        return f"{value:,}"
    if isinstance(value, tuple | list):
        return ", ".join(map(_words, value)) or "none"
    return str(value)
