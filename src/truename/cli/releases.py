"""``truename releases``: tables of known releases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truename.cli.output import Guard, write_text


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the group of commands to ``app``."""
    group = typer.Typer(help="Tables of known releases.", no_args_is_help=True)
    group.command()(guard(build))
    app.add_typer(group, name="releases")


def build(
    snapshot: Annotated[
        Path,
        typer.Argument(metavar="SNAPSHOT", help="A folder of 'truename scan', or a snapshot: .parquet or .jsonl."),
    ],
    out: Annotated[Path, typer.Option(help="The table to write.")] = Path("releases.json"),
) -> int:
    """Make a table of a registry's own releases from its snapshot or scan."""
    from truename.releases.build import releases_of, write_table
    from truename.rules.shared.release_names import reading

    table = releases_of(snapshot, reading)
    write_table(table, out)
    write_text(f"{out}: {len(table.releases):,} releases, {table.date}\n")
    return 0
