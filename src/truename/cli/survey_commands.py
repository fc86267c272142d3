"""The commands on surveys: ``truename survey analyse``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

_Command = Callable[[Callable[..., int]], Callable[..., int]]


def add_survey_commands(app: typer.Typer, command: _Command) -> None:
    """Add the group ``survey`` to ``app``; ``command`` turns what it may run into into a sentence and an exit code."""
    survey: Any = typer.Typer(help="Analyse a survey about names of models.", rich_markup_mode=None)
    survey.callback()(_group)
    survey.command()(command(analyse))
    app.add_typer(survey, name="survey")


def _group() -> None:
    """Analyse a survey about names of models."""


def analyse(
    responses: Annotated[Path, typer.Argument(metavar="RESPONSES", help="The platform's export: .xlsx, .csv, .tsv.")],
    out: Annotated[Path, typer.Option(help="Folder for the report, the summary, tables and figures.")],
    instrument: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The survey's questions as TOML; the study's of 2023 by default."),
    ] = None,
    codes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The workbook in which free answers were coded.")
    ] = None,
) -> int:
    """Count a survey's answers, with intervals, beside what was published of it."""
    from truename.cli.survey import run_analyse

    return run_analyse(responses, out, instrument, codes)
