"""The figures of a survey: one a question with options, one a sheet of themes."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from truename.study.publication.bars import bars
from truename.study.publication.figure import Figure
from truename.study.survey.coded import ThemeCounts
from truename.study.survey.counts import told_over
from truename.study.survey.instrument import Instrument, Question
from truename.study.survey.passages import told

_MIN_CELLS = 2  # themes that were given less often are in the table only


def draw_figures(instrument: Instrument, counts: pl.DataFrame, themes: Sequence[ThemeCounts]) -> tuple[Figure, ...]:
    """A figure a question with options that anybody answered, one a sheet of themes."""
    figures = []
    for question in instrument.questions:
        rows = counts.filter(pl.col("question") == question.id)
        if question.options and question.figure and rows["answered"][0]:
            figures.append(_options(question, rows))
    figures += [_themes(theme, instrument) for theme in themes if theme.themes.figure and theme.coded]
    return tuple(figures)


def _options(question: Question, rows: pl.DataFrame) -> Figure:
    answered, asked = rows["answered"][0], rows["asked"][0]
    values = rows.select("label", "count", share="of_answered", low="of_answered_low", high="of_answered_high")
    if question.kind == "many":
        values = values.sort("count", descending=True, maintain_order=True)
    choices = ", several could be chosen" if question.kind == "many" else ""
    over = told_over(question, rows)
    return Figure(
        question.id,
        question.section,
        f"Share of the {answered} who answered, of {asked} asked{choices}; 95 % Wilson intervals; "
        f"the number is the count.{f' {over}.' if over else ''}",
        bars(
            values.to_dicts(),
            question.title,
            f"n = {answered} answered of {asked} asked",
            "Share of those who answered",
        ),
    )


def _themes(counts: ThemeCounts, instrument: Instrument) -> Figure:
    kept = counts.table.filter(pl.col("passages") >= _MIN_CELLS)
    values = kept.select("label", count="passages", share="of_coded", low="of_coded_low", high="of_coded_high")
    rare = counts.table.height - kept.height
    return Figure(
        counts.themes.id,
        counts.themes.section,
        f"Share of the {counts.coded} coded passages with a theme; a passage may have several; "
        f"95 % Wilson intervals; {rare} themes that one passage has are in the table only. The sheet has "
        f"{told(counts.themes, counts.passages, counts.sources, instrument)}.",
        bars(
            values.sort("count", descending=True, maintain_order=True).to_dicts(),
            counts.themes.title,
            f"n = {counts.coded} of {counts.passages} coded passages{_of_answers(counts)}",
            "Share of coded passages with a theme",
        ),
    )


def _of_answers(counts: ThemeCounts) -> str:
    return "" if counts.sources is None else f", {counts.sources.answers} answers"
