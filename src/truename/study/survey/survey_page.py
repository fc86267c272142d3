"""The report: one HTML file that needs no other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from truename import __version__
from truename.study.publication.figure import Figure
from truename.study.publication.html_page import percent, template
from truename.study.survey.analysis import Analysis
from truename.study.survey.coded import Agreement, ThemeCounts
from truename.study.survey.counts import told_over
from truename.study.survey.instrument import Question
from truename.study.survey.kappa import Kappa
from truename.study.survey.option_labels import TEXT
from truename.study.survey.passages import told

Table = dict[str, Any]
_TEXTS = ("Option", "Stands for", "Theme", "Code")  # heads of columns that hold no numbers
_PAGE = Path(__file__).with_name("page.html")


def page(analysis: Analysis, drawn: Sequence[tuple[Figure, str]]) -> str:
    """The report of an analysis with its figures, each given with its SVG."""
    comparisons = analysis.comparisons
    people = analysis.participants
    return template(_PAGE).render(
        title=analysis.instrument.title,
        source=analysis.instrument.source,
        participants=len(people.responses),
        total=people.total,
        sections=_sections(analysis, drawn),
        texts=_TEXTS,
        names=_names(analysis),
        published=comparisons,
        equal=sum(comparison.difference == 0 for comparison in comparisons),
        skips=people.skips,
        unread=analysis.reading.unread,
        notes=analysis.notes,
        inputs=analysis.inputs,
        version=__version__,
    )


def _names(analysis: Analysis) -> dict[str | tuple[str, str], str]:
    """The titles and labels of what published counts refer to by ids."""
    asked = analysis.instrument
    names: dict[str | tuple[str, str], str] = {
        part.id: part.title for parts in (asked.questions, asked.themes, asked.coders) for part in parts
    }
    for row in analysis.counts.iter_rows(named=True):
        names[row["question"], row["option"]] = row["label"]
    for counts in analysis.themes:
        for row in counts.table.iter_rows(named=True):
            names[counts.themes.id, row["theme"]] = row["label"]
    return names


def _sections(analysis: Analysis, drawn: Sequence[tuple[Figure, str]]) -> list[dict[str, Any]]:
    figures = {figure.name: {"caption": figure.caption, "svg": svg} for figure, svg in drawn}
    questions = {question.id: question for question in analysis.instrument.questions}
    sections: list[dict[str, Any]] = []
    for id_, title in analysis.instrument.sections.items():
        rows = analysis.counts.filter(pl.col("section") == id_)
        tables = [
            _counts(own, questions[own["question"][0]]) for own in rows.partition_by("question", maintain_order=True)
        ]
        tables += [_themes(counts, analysis) for counts in analysis.themes if counts.themes.section == id_]
        if tables:
            sections.append({"id": id_, "title": title, "tables": tables})
    if analysis.agreements:
        agreements = [_agreement(agreement, analysis) for agreement in analysis.agreements]
        sections.append({"id": "agreement", "title": "Agreement between coders", "tables": agreements})
    for table in (table for section in sections for table in section["tables"]):
        table["figure"] = figures.get(table["id"])
    return sections


def _counts(rows: pl.DataFrame, question: Question) -> Table:
    over = told_over(question, rows)
    first = rows.row(0, named=True)
    free = first["option"] == TEXT
    lines = [
        (
            row["label"],
            row["count"],
            percent(row["of_answered"], row["of_answered_low"], row["of_answered_high"]),
            percent(row["of_asked"], row["of_asked_low"], row["of_asked_high"]),
            row["stands_for"],
        )
        for row in rows.iter_rows(named=True)
        if not free
    ]
    named = any(line[-1] for line in lines)
    heads = ("Option", "Count", "Of answered, 95 %", "Of asked, 95 %", "Stands for")
    return {
        "id": first["question"],
        "title": first["title"],
        "note": f"{first['answered']} answered of {first['asked']} asked{', in their own words' if free else ''}."
        f"{f' {over}.' if over else ''}",
        "heads": heads if named else heads[:-1],
        "rows": lines if named else [line[:-1] for line in lines],
    }


def _themes(counts: ThemeCounts, analysis: Analysis) -> Table:
    about = told(counts.themes, counts.passages, counts.sources, analysis.instrument)
    return {
        "id": counts.themes.id,
        "title": counts.themes.title,
        "note": f"{counts.coded} coded passages have a theme; a cell is one theme given. The sheet has {about}.",
        "heads": ("Theme", "Cells", "Passages", "Of passages with a theme, 95 %"),
        "rows": [
            (
                row["label"],
                row["cells"],
                row["passages"],
                percent(row["of_coded"], row["of_coded_low"], row["of_coded_high"]),
            )
            for row in counts.table.iter_rows(named=True)
        ],
    }


def _agreement(agreement: Agreement, analysis: Analysis) -> Table:
    coders = next(each for each in analysis.instrument.coders if each.id == agreement.id)
    about = told(coders, agreement.passages, agreement.sources, analysis.instrument)
    kinds = agreement.kinds
    equal = kinds["same"] + kinds["neither"]
    share = f" ({100 * equal / agreement.passages:.1f} %)" if agreement.passages else ""
    return {
        "id": agreement.id,
        "title": agreement.title,
        "note": f"{agreement.passages} coded passages: {kinds['same']} with the same codes, {kinds['overlap']} with a "
        f"code in common, {kinds['different']} with none in common, {kinds['neither']} that neither coded, "
        f"{kinds['one']} that only one did; {equal} equal{share}. Below, each code as given or not given. The sheet "
        f"has {about}.",
        "heads": ("Code", "Both", "First only", "Second only", "Neither", "Equal", "Cohen's kappa, 95 %"),
        "rows": [_kappa(code, value) for code, value in (*agreement.codes.items(), ("all codes", agreement.pooled))],
    }


def _kappa(code: str, value: Kappa) -> tuple[object, ...]:
    equal = "-" if value.equal is None else f"{100 * value.equal:.1f} %"
    beyond = "-" if value.kappa is None else f"{value.kappa:.2f} ({value.low:.2f} to {value.high:.2f})"
    return (code, value.both, value.first_only, value.second_only, value.neither, equal, beyond)
