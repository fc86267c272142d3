"""The commands on whole registries: ``truename study snapshot`` and ``truename study run``."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

_Command = Callable[[Callable[..., int]], Callable[..., int]]


class StudyEngine(StrEnum):
    """Where a study runs."""

    LOCAL = "local"
    RAY = "ray"


def add_study_commands(app: typer.Typer, command: _Command) -> None:
    """Add the group ``study`` to ``app``; ``command`` turns what it may run into into a sentence and an exit code."""
    study: Any = typer.Typer(help="Study the names of a whole registry.", rich_markup_mode=None)
    study.callback()(_group)
    study.command()(command(snapshot))
    study.command()(command(run))
    app.add_typer(study, name="study")


def _group() -> None:
    """Study the names of a whole registry."""


def snapshot(
    out: Annotated[Path, typer.Option(metavar="FILE", help="The snapshot to write, a Parquet file.")],
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="A ready one: Parquet, PeaTMOSS's SQLite, .jsonl, .csv, names; else the Hub."
        ),
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Only this owner's models on the Hub.")] = None,
    search: Annotated[str | None, typer.Option(help="Only models on the Hub that this search finds.")] = None,
    filter_: Annotated[list[str] | None, typer.Option("--filter", help="Only models with this tag.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many models of the list.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the list that was begun for --out.")] = False,
) -> int:
    """List a registry with its metadata, or bring a ready list into one form."""
    from truename.cli.study import SnapshotCall, run_snapshot

    return run_snapshot(SnapshotCall(out, source, owner, search, tuple(filter_ or ()), limit, resume))


def run(
    snapshot: Annotated[
        Path, typer.Argument(metavar="SNAPSHOT", help="A snapshot of any layout, or the study.toml of a study.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for rows, tables, figures and the report.")],
    engine: Annotated[StudyEngine, typer.Option(help="Processes of this machine, or Ray.")] = StudyEngine.LOCAL,
    survey: Annotated[
        Path | None, typer.Option(metavar="RESPONSES", help="Answers of a survey, to compare with the names.")
    ] = None,
    instrument: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="That survey's questions as TOML; the study's of 2023 by default."),
    ] = None,
    packages: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Names of traditional packages, to compare with; can be given again."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the study that lies in --out.")] = False,
) -> int:
    """Read every name of a snapshot, check it by its metadata, and report."""
    from truename.cli.study import RunCall, run_study

    return run_study(RunCall(snapshot, out, engine.value, survey, instrument, tuple(packages or ()), resume))
