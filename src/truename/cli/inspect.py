"""``truename inspect``: what a model's files hold, without a look at its name."""

from __future__ import annotations

from typing import Annotated

import typer

from truename.cli.options import Sample
from truename.cli.output import Format, Guard, print_text, write_text


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(inspect))


def inspect(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A model folder, or an id on the Hub.")],
    format_: Annotated[Format, typer.Option("--format", help="How to write what is there.")] = Format.TEXT,
    sample: Sample = False,
) -> int:
    """Show what a model's files hold: facts and the tree of blocks."""
    from truename import api
    from truename.report.inspection import inspection_json

    found = api.inspect(target, sample=sample)
    if format_ is Format.JSON:
        write_text(inspection_json(found))
        return 0
    from truename.report.text.inspection import print_inspection

    print_text(lambda page: print_inspection(found, page))
    return 0
