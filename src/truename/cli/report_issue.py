"""``truename report-issue``: a bundle about a finding, to attach to a complaint about it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truename.cli.options import ConfigFile, Isolated
from truename.cli.output import Guard, write_text


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command("report-issue")(guard(report_issue))


def report_issue(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A model folder, or an id on the Hub.")],
    code: Annotated[str, typer.Argument(metavar="CODE", help="The rule whose finding is wrong.")],
    name: Annotated[str | None, typer.Option(help="The claimed name; else the folder's own or the id.")] = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the bundle.")] = Path("truename-issue.zip"),
    config: ConfigFile = None,
    isolated: Isolated = False,
) -> int:
    """Write a bundle about a finding that you think is wrong: documents, headers, report; no weights, no token."""
    from truename.dispute import write_bundle
    from truename.report.visible import visible
    from truename.settings import load_settings

    settings = load_settings(config, targets=[target], isolated=isolated)
    parts = write_bundle(target, code, out, name=name, config=settings.config)
    size = out.stat().st_size
    lines = [
        f"{out}: {size / 1000:,.1f} kB, no weights and no token",
        *(f"  {part}" for part in parts),
        "Look through it, then attach it to an issue about the finding.",
    ]
    write_text("".join(f"{visible(line)}\n" for line in lines))
    return 0
