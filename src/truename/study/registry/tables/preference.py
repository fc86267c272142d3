"""What people want in names beside what names have: the answers of a survey and the rows of a registry."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from truename.study.publication.proportions import Difference, difference, holm
from truename.study.registry.labels import labels
from truename.study.registry.statistics import with_shares
from truename.study.registry.tables.profile import has
from truename.study.survey import Analysis
from truename.study.survey.instrument import Question

_COUNTS = {
    "question": pl.String,
    "title": pl.String,
    "several": pl.Boolean,  # a participant could choose several
    "preference": pl.Boolean,  # who chose it wants it; else nothing is tested
    "measure": pl.String,  # element, convention
    "what": pl.String,  # letters or the convention
    "label": pl.String,
    "wanted": pl.Int64,  # participants
    "answered": pl.Int64,
    "models": pl.Int64,
    "of": pl.Int64,
}
_COMPARED = ("difference", "difference_low", "difference_high", "p", "p_holm")
_UNTESTED = [pl.lit(None, pl.Float64).alias(name) for name in _COMPARED]


def preference(analysis: Analysis, counts: pl.DataFrame) -> pl.DataFrame:
    """Each element and convention that a question offers: share of participants that want it, share of names with it.

    Columns: those of ``_COUNTS``, ``wanted_share`` and ``share`` with their intervals, and ``difference`` (wanted less
    found) with its Newcombe interval, ``p`` and ``p_holm``, corrected for the comparisons of the question (Holm); these
    are null for a question that is of no preference, such as what one would notice.
    A participant who chose any option that stands for it wants it; options that stand for several elements are
    compared with the names that have any of them.

    Args:
        analysis: of a survey whose instrument says what options stand for.
        counts: of ``profile``.
    """
    lines = [line for question in analysis.instrument.questions for line in _lines(analysis, question, counts)]
    frame = pl.DataFrame(lines, schema=_COUNTS, orient="row").filter((pl.col("answered") > 0) & (pl.col("of") > 0))
    shares = with_shares(with_shares(frame, "wanted", "answered", "wanted_"))
    parts = [_compared(part) for part in shares.partition_by("question", maintain_order=True)]
    return pl.concat(parts) if parts else shares.with_columns(_UNTESTED)


def _lines(analysis: Analysis, question: Question, counts: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    answers = analysis.reading.answers.filter(pl.col("question") == question.id)
    answered = answers["row"].n_unique()
    standing: dict[str, list[str]] = {}
    for option in question.options:
        if option.stands_for:
            standing.setdefault(" ".join(option.stands_for), []).append(option.id)
    total = counts["models"].sum()
    for what, options in standing.items():
        measure, label, condition = _found(what)
        wanted = answers.filter(pl.col("option").is_in(options))["row"].n_unique()
        models = counts.filter(condition)["models"].sum()
        several = question.kind == "many"
        asked = (question.id, question.title, several, question.preference)
        yield (*asked, measure, what, label, wanted, answered, models, total)


def _found(what: str) -> tuple[str, str, pl.Expr]:
    """What an option stands for: measure, label and the condition on a name."""
    known = labels()
    if what in known.conventions:
        return "convention", known.conventions[what], pl.col("convention") == what
    letters = what.split()
    label = ", ".join(known.elements[letter] for letter in letters).capitalize()
    return "element", label, pl.any_horizontal(map(has, letters))


def _compared(frame: pl.DataFrame) -> pl.DataFrame:
    if not frame["preference"][0]:
        return frame.with_columns(_UNTESTED)
    columns = ("wanted", "answered", "models", "of")
    found: list[Difference] = [difference((a, b), (c, d)) for a, b, c, d in frame.select(columns).iter_rows()]
    corrected = holm([each.p for each in found])
    lines = [(each.difference, each.low, each.high, each.p, p) for each, p in zip(found, corrected, strict=True)]
    return frame.hstack(pl.DataFrame(lines, schema=dict.fromkeys(_COMPARED, pl.Float64), orient="row"))
