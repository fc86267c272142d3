"""Counts of every option, with both denominators: who was asked and who answered."""

from __future__ import annotations

import polars as pl

from truename.study.publication.proportions import share
from truename.study.survey.answers import UNRECOGNISED, Reading
from truename.study.survey.instrument import Instrument, Question
from truename.study.survey.option_labels import TEXT

SCHEMA = pl.Schema(
    {
        "section": pl.String,
        "question": pl.String,
        "title": pl.String,
        "option": pl.String,
        "label": pl.String,
        "stands_for": pl.String,  # separated by a space or, for conventions, the whole text
        "count": pl.Int64,
        "answered": pl.Int64,  # who gave the question any answer
        "asked": pl.Int64,  # every participant
        "over_most": pl.Int64,  # who chose more than the question asked for; null where it sets no bound
        "of_answered": pl.Float64,
        "of_answered_low": pl.Float64,  # 95 %, Wilson
        "of_answered_high": pl.Float64,
        "of_asked": pl.Float64,
        "of_asked_low": pl.Float64,
        "of_asked_high": pl.Float64,
    }
)


def count_options(reading: Reading, asked: int, instrument: Instrument) -> pl.DataFrame:
    """One line an option of every question, in the instrument's order; options that nobody chose are there with 0."""
    lines = []
    for question in instrument.questions:
        own = reading.answers.filter(pl.col("question") == question.id)
        answered = own["row"].n_unique()
        over = None if question.most is None else own.group_by("row").len().filter(pl.col("len") > question.most).height
        counts = dict(own.group_by("option").len().iter_rows())
        for option, label, stands_for in _options(question, UNRECOGNISED in counts):
            count = counts.get(option, 0)
            answer, ask = share(count, answered), share(count, asked)
            lines.append(
                (
                    *(question.section, question.id, question.title, option, label, stands_for),
                    *(count, answered, asked, over),
                    *(answer.share, answer.low, answer.high, ask.share, ask.low, ask.high),
                )
            )
    return pl.DataFrame(lines, schema=SCHEMA, orient="row")


def told_over(question: Question, rows: pl.DataFrame) -> str:
    """Who chose more than the question asked for, in words; empty where nobody did.

    Args:
        question: of an instrument.
        rows: its lines of ``count_options``.
    """
    over, answered = rows.select("over_most", "answered").row(0)
    if not over:
        return ""
    more = f"chose more than the {question.most} that were asked for"
    return f"{over} of the {answered} who answered {more}; all their choices count"


def _options(question: Question, strange: bool) -> list[tuple[str, str, str]]:
    if question.kind == "text":
        return [(TEXT, "in their own words", "")]
    options = [(option.id, option.label, " ".join(option.stands_for)) for option in question.options]
    return [*options, (UNRECOGNISED, "not an option of the instrument", "")] if strange else options
