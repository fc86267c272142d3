"""``truename rule`` and ``truename rules``: what is checked, and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from truename.cli.output import Guard, print_text, write_text

if TYPE_CHECKING:
    pass


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add both commands to ``app``."""
    app.command()(guard(rule))
    app.command()(guard(rules))


def rule(code: Annotated[str, typer.Argument(metavar="CODE", help="A rule's code or name.")]) -> int:
    """Explain one rule: what is wrong, why it matters, examples."""
    from truename.cli.rule_page import rule_page
    from truename.rules.selection import known_rule

    page = rule_page(known_rule(code))
    if not sys.stdout.isatty():
        write_text(page)
        return 0
    print_text(lambda paper: paper.markdown(page))
    return 0


def rules() -> int:
    """List every rule."""
    from truename.cli.rule_page import known_rules, mark, summary

    known = known_rules()
    slug = max((len(rule.slug) for rule in known), default=0)
    write_text("".join(f"{rule.code}  {rule.slug.ljust(slug)}  {summary(rule)}{mark(rule)}\n" for rule in known))
    return 0
