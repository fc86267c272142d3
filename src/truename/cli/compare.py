"""``truename compare``: how far two structures lie apart, and where they differ."""

from __future__ import annotations

from typing import Annotated

import typer

from truename.cli.output import Format, Guard, print_text, write_text


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(compare))


def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A model folder, or an id on the Hub.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    format_: Annotated[Format, typer.Option("--format", help="How to write the differences.")] = Format.TEXT,
) -> int:
    """Say how far two structures lie apart and which blocks differ."""
    from truename import api
    from truename.report.identification import Comparison, DifferingBlock, comparison_json

    found = api.compare(first, second)
    said = Comparison(
        first,
        second,
        round(found.overall, 4),
        {"names": found.names, "shapes": found.shapes},
        [DifferingBlock(d.path, d.first or "absent", d.second or "absent") for d in found.differences],
    )
    if format_ is Format.JSON:
        write_text(comparison_json(said))
        return 0
    from truename.report.text.identification import print_comparison

    print_text(lambda page: print_comparison(said, page))
    return 0
