"""``truename rule`` and ``truename rules``: what is checked, and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from truename.cli.output import Guard, print_text, write_text
from truename.errors import UsageError

if TYPE_CHECKING:
    from truename.rules import Rule


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add both commands to ``app``."""
    app.command()(guard(rule))
    app.command()(guard(rules))


def rule(code: Annotated[str, typer.Argument(metavar="CODE", help="A rule's code or name.")]) -> int:
    """Explain one rule: what is wrong, why it matters, examples."""
    from truename.cli.rule_page import rule_page

    page = rule_page(_find(code))
    if not sys.stdout.isatty():
        write_text(page)
        return 0
    from rich.markdown import Markdown

    print_text(lambda console: console.print(Markdown(page)))
    return 0


def rules() -> int:
    """List every rule."""
    from truename.cli.rule_page import known_rules, mark, summary

    known = known_rules()
    slug = max((len(rule.slug) for rule in known), default=0)
    write_text("".join(f"{rule.code}  {rule.slug.ljust(slug)}  {summary(rule)}{mark(rule)}\n" for rule in known))
    return 0


def _find(code: str) -> Rule:
    from truename.cli.rule_page import known_rules

    for rule in known_rules():
        if code.strip().upper() == rule.code or code.strip().lower() == rule.slug:
            return rule
    from difflib import get_close_matches

    codes = [rule.code for rule in known_rules()]
    near = [c for c in codes if code and c.startswith(code.upper())] or get_close_matches(code.upper(), codes, n=1)
    hint = f"did you mean {near[0]}?" if near else "'truename rules' lists them"
    raise UsageError(f"no rule has the code {code!r}; {hint}")
