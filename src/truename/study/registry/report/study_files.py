"""Rows to everything that a study publishes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from truename.errors import MissingExtraError, UsageError
from truename.report.visible import visible_json
from truename.rules import all_rules
from truename.study.registry.checks import checks
from truename.study.registry.manifest import Settings


def check_inputs(survey: Path | None, instrument: Path | None, packages: Sequence[Path]) -> None:
    """Read what a report compares with, so that it is known to be usable before the rows are made.

    Raises:
        UsageError: a file is not there, or is not what it must be, or an instrument has no survey.
        MissingExtraError: the extra ``study`` is not installed.
    """
    for path in (survey, instrument, *packages):
        if path is not None and not path.is_file():
            raise UsageError(f"{path}: there is no such file")
    if survey is None and instrument is not None:
        raise UsageError(f"{instrument}: an instrument says what a survey asked; give its responses with --survey")
    try:
        from truename.study.registry.report.inputs import read_lists
        from truename.study.survey import analyse
    except ModuleNotFoundError as error:
        raise MissingExtraError("the report of a study", "study") from error
    read_lists(packages)
    if survey is not None:
        analyse(survey, instrument)


def write_report(
    rows: Path,
    out: Path,
    *,
    survey: Path | None,
    instrument: Path | None = None,
    packages: Sequence[Path],
    settings: Settings,
) -> None:
    """Write ``report.html``, ``summary.json``, ``tables/`` and ``figures/``; equal inputs give equal bytes.

    Args:
        rows: folder of Parquet parts of the schema in ``columns.py``.
        out: folder to write to; if it holds ``skipped.csv``, the report shows it.
        survey: responses to a survey, to set preference beside practice.
        instrument: what the survey asked; None: the shipped instrument.
        packages: lists of names of packages, to set names of models beside them.
        settings: what the rows were made of.

    Raises:
        UsageError: an input is unusable, there are no rows, or ``out`` is a file.
        MissingExtraError: the extra ``study`` is not installed.
    """
    try:
        from truename.study.publication.figure import write_figure
        from truename.study.publication.table import write_csv
        from truename.study.registry.figures.draw import draw_figures
        from truename.study.registry.report.inputs import open_rows, read_lists
        from truename.study.registry.report.study_page import page
        from truename.study.registry.report.summary import summary
        from truename.study.registry.tables.study_tables import tabulate
        from truename.study.survey import analyse
    except ModuleNotFoundError as error:
        raise MissingExtraError("the report of a study", "study") from error
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: is a file; give a folder to write to")
    opened, lists = open_rows(rows), read_lists(packages)
    answers = None if survey is None else analyse(survey, instrument)
    slugs = {rule.code: rule.slug for rule in all_rules()}
    comparing = [rule.code for rule in checks() if rule.needs and rule.claims]
    tables = tabulate(opened, slugs, comparing, answers, lists).cleaned()
    if not tables.overview["models"][0]:
        raise UsageError(f"{rows}: the parts hold no row; see skipped.csv for what the snapshot's records lack")
    (out / "tables").mkdir(parents=True, exist_ok=True)
    (out / "figures").mkdir(exist_ok=True)
    for name, table in tables.named().items():
        write_csv(table, out / "tables" / f"{name}.csv")
    figures = draw_figures(tables)
    found = summary(tables, settings, answers)
    text = msgspec.json.format(msgspec.json.encode(found), indent=1)
    (out / "summary.json").write_text(visible_json(text.decode()) + "\n", encoding="utf-8")
    (out / "report.html").write_text(page(tables, figures, settings, answers, out / "skipped.csv"), encoding="utf-8")
    for figure in figures:  # last: whatever the renderer does, the rest is published
        write_figure(figure, out / "figures")
