"""``truename survey``: analyse the answers of a survey, write everything, and say what it came to."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from truename.cli.output import Guard, write_text
from truename.errors import MissingExtraError
from truename.report.visible import visible

if TYPE_CHECKING:
    from truename.study.survey import Analysis


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the group ``survey`` to ``app``."""
    group: Any = typer.Typer(help="Analyse a survey about names of models.", rich_markup_mode=None)
    group.callback()(_group)
    group.command()(guard(analyse))
    app.add_typer(group, name="survey")


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
    from truename.study.survey import analyse as analyse_survey

    analysis = analyse_survey(responses, instrument, codes)
    try:
        from truename.study.survey.survey_files import write_analysis
    except ModuleNotFoundError as error:
        raise MissingExtraError("the analysis of a survey", "study") from error
    write_analysis(analysis, out)
    write_text(_summary(analysis, out))
    return 0


def _summary(analysis: Analysis, out: Path) -> str:
    people = analysis.participants
    lines = [f"{people.total} responses, {len(people.responses)} participants"]
    lines += [f"  left out: {skip.count}: {skip.reason}" for skip in people.skips]
    lines += [
        f"  {'no answer, a placeholder' if text.placeholder else 'not an option of the instrument'}: "
        f"{text.count} in '{text.question}': {text.text[:80]}"
        for text in analysis.reading.unread
    ]
    lines += [f"  note: {note}" for note in analysis.notes]
    if analysis.comparisons:
        given = [c for c in analysis.comparisons if c.difference is not None]
        equal = sum(c.difference == 0 for c in given)
        lines.append(f"published counts: {equal} of {len(given)} are the data's own")
        lines += [
            f"  {c.of}, {c.what}: published {c.published}, the data gives {c.reproduced}" for c in given if c.difference
        ]
        if len(given) < len(analysis.comparisons):
            lines.append(f"  {len(analysis.comparisons) - len(given)} have nothing to compare with; see --codes")
    told = [part for line in lines for part in _wrapped(visible(line))]
    return "\n".join([*told, visible(f"report: {out / 'report.html'}")]) + "\n"


def _wrapped(line: str) -> list[str]:
    return wrap(line, 79, subsequent_indent="    ", break_on_hyphens=False)
