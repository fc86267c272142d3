"""``truename rule`` and ``truename rules``: what is checked, and why."""

from __future__ import annotations

import sys

from truename.cli.rule_page import rule_page, summary
from truename.cli.streams import print_text, write_text
from truename.errors import UsageError
from truename.rules import Rule, all_rules


def run_rule(code: str) -> int:
    """Print the page of one rule.

    Raises:
        UsageError: there is no such rule.
    """
    page = rule_page(_find(code))
    if not sys.stdout.isatty():
        write_text(page)
        return 0
    from rich.markdown import Markdown

    print_text(lambda console: console.print(Markdown(page)))
    return 0


def run_rules() -> int:
    """Print one line a rule."""
    rules = all_rules()
    slug = max((len(rule.slug) for rule in rules), default=0)
    write_text("".join(f"{rule.code}  {rule.slug.ljust(slug)}  {summary(rule)}\n" for rule in rules))
    return 0


def _find(code: str) -> Rule:
    for rule in all_rules():
        if code.strip().upper() == rule.code or code.strip().lower() == rule.slug:
            return rule
    from difflib import get_close_matches

    codes = [rule.code for rule in all_rules()]
    near = [c for c in codes if code and c.startswith(code.upper())] or get_close_matches(code.upper(), codes, n=1)
    hint = f"did you mean {near[0]}?" if near else "'truename rules' lists them"
    raise UsageError(f"no rule has the code {code!r}; {hint}")
