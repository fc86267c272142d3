"""An analysis as files: tables, figures, a summary for machines and a report for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from truename import __version__
from truename.errors import MissingExtraError, UsageError
from truename.report.visible import visible_json
from truename.study.publication.proportions import CONFIDENCE
from truename.study.survey.analysis import Analysis
from truename.study.survey.coded import THEMES_SCHEMA, Agreement
from truename.study.survey.kappa import Kappa

SCHEMA = "truename.survey/1"


def write_analysis(analysis: Analysis, out: Path) -> None:
    """Write ``report.html``, ``summary.json``, ``tables/`` and ``figures/``; equal inputs give equal bytes.

    Raises:
        UsageError: ``out`` is a file, or a folder that holds anything.
        MissingExtraError: the extra ``study`` is not installed.
    """
    try:
        from truename.study.publication.figure import write_figure
        from truename.study.publication.table import write_csv
        from truename.study.survey.survey_figures import draw_figures
        from truename.study.survey.survey_page import page
    except ModuleNotFoundError as error:
        raise MissingExtraError("figures and the report of a survey", "study") from error
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: is a file; give a folder to write to")
    if out.exists() and any(out.iterdir()):  # what an earlier analysis left would seem to be of this one
        raise UsageError(f"{out} holds files already; give another folder")
    (out / "tables").mkdir(parents=True, exist_ok=True)
    (out / "figures").mkdir(exist_ok=True)
    for name, table in tables(analysis).items():
        write_csv(table, out / "tables" / f"{name}.csv")
    text = msgspec.json.format(msgspec.json.encode(summary(analysis)), indent=1)
    (out / "summary.json").write_text(visible_json(text.decode()) + "\n", encoding="utf-8")
    figures = draw_figures(analysis.instrument, analysis.counts, analysis.themes)
    drawn = [(figure, write_figure(figure, out / "figures")) for figure in figures]  # the page holds what was drawn
    (out / "report.html").write_text(page(analysis, drawn), encoding="utf-8")


def tables(analysis: Analysis) -> dict[str, pl.DataFrame]:
    """Every table by the name of its file."""
    participants, reading = analysis.participants, analysis.reading
    found = {
        "counts": analysis.counts,
        "answers": reading.answers,
        "published": pl.DataFrame([msgspec.structs.asdict(c) for c in analysis.comparisons], infer_schema_length=None),
        "left_out": pl.DataFrame(
            [(skip.reason, row) for skip in participants.skips for row in skip.rows],
            schema={"reason": pl.String, "row": pl.Int64},
            orient="row",
        ),
        "no_option": pl.DataFrame(
            [(u.question, u.text, u.placeholder, row) for u in reading.unread for row in u.rows],
            schema={"question": pl.String, "text": pl.String, "placeholder": pl.Boolean, "row": pl.Int64},
            orient="row",
        ),
    }
    if analysis.themes:
        found["themes"] = pl.concat([pl.DataFrame(schema=THEMES_SCHEMA), *(counts.table for counts in analysis.themes)])
    if analysis.agreements:
        found["agreement"] = pl.DataFrame(
            [line for agreement in analysis.agreements for line in agreement_lines(agreement)], infer_schema_length=None
        )
    return found


def agreement_lines(agreement: Agreement) -> list[dict[str, Any]]:
    """One line a code and one for all decisions together."""

    def line(code: str, value: Kappa) -> dict[str, Any]:
        return {"agreement": agreement.id, "code": code, **msgspec.structs.asdict(value)}

    return [*(line(code, value) for code, value in agreement.codes.items()), line("(all codes)", agreement.pooled)]


def summary(analysis: Analysis) -> dict[str, Any]:
    """What the report says, for a machine; documented in docs/survey.md."""
    people = analysis.participants
    return {
        "schema": SCHEMA,
        "truename": __version__,
        "title": analysis.instrument.title,
        "inputs": analysis.inputs,
        "confidence": CONFIDENCE,
        "responses": people.total,
        "participants": len(people.responses),
        "left_out": people.skips,
        "no_option": analysis.reading.unread,
        "notes": analysis.notes,
        "questions": [_question(rows) for rows in analysis.counts.partition_by("question", maintain_order=True)],
        "themes": [
            {
                "id": counts.themes.id,
                "title": counts.themes.title,
                "passages": counts.passages,
                "coded": counts.coded,
                "sources": counts.sources,
                "themes": counts.table.drop("themes", "coded").to_dicts(),
            }
            for counts in analysis.themes
        ],
        "agreement": analysis.agreements,
        "published": analysis.comparisons,
    }


def _question(rows: pl.DataFrame) -> dict[str, Any]:
    shared = rows.select("question", "title", "section", "asked", "answered", "over_most").row(0, named=True)
    return {**shared, "options": rows.drop(*shared).to_dicts()}
