"""``truename explain``: every step of one rule's decision on one model."""

from __future__ import annotations

from typing import Annotated

import typer

from truename.cli.options import ConfigFile, Isolated
from truename.cli.output import Format, Guard, print_text, write_text


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(explain))


def explain(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A model folder, or an id on the Hub.")],
    code: Annotated[str, typer.Argument(metavar="CODE", help="A rule's code or name.")],
    name: Annotated[str | None, typer.Option(help="The claimed name; else the folder's own or the id.")] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    config: ConfigFile = None,
    isolated: Isolated = False,
) -> int:
    """Show what one rule weighed for a model, step by step, and why it decided so."""
    from truename.explanation import explain as explain_decision
    from truename.settings import load_settings

    settings = load_settings(config, targets=[target], isolated=isolated)
    found = explain_decision(target, code, name=name, config=settings.config)
    if format_ is Format.JSON:
        from truename.report.json import document_json

        write_text(document_json(found))
        return 0
    from truename.report.text.explanation import print_explanation

    print_text(
        lambda page: print_explanation(
            heading=f"{found.code} {found.rule} on {found.target}",
            summary=found.summary,
            name=found.name,
            claims=found.claims,
            facts=found.facts,
            missing=found.missing,
            outcome=found.outcome,
            findings=found.findings,
            confirmed=found.confirmed,
            reason=found.reason,
            page=page,
        )
    )
    return 0
