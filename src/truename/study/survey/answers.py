"""Cells to chosen options."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import polars as pl

from truename.study.survey.export import Response, choice_columns
from truename.study.survey.instrument import Instrument, folded
from truename.study.survey.option_labels import Labels

SCHEMA = pl.Schema({"row": pl.Int64, "question": pl.String, "option": pl.String})
UNRECOGNISED = "(unrecognised)"  # an answer in words that are no option's


class Unread(msgspec.Struct, frozen=True):
    """Texts of cells that are no option: a placeholder, or an answer that the instrument does not know."""

    question: str
    text: str
    count: int
    rows: tuple[int, ...]
    placeholder: bool


class Reading(msgspec.Struct, frozen=True):
    """Every answer, and every text that is none."""

    answers: pl.DataFrame  # SCHEMA: one line a chosen option
    unread: tuple[Unread, ...]


def read_answers(responses: Sequence[Response], columns: tuple[str, ...], instrument: Instrument) -> Reading:
    """Read every question of every participant.

    Args:
        responses: the participants' lines.
        columns: the export's columns.
        instrument: what was asked.
    """
    lines: list[tuple[int, str, str]] = []
    unread: dict[tuple[str, str, bool], list[int]] = {}
    placeholders = {folded(text) for text in instrument.placeholders}
    for question in instrument.questions:
        own = choice_columns(question, columns)
        labels = Labels(question)
        for response in responses:
            cell = ",".join(response.cells[column] for column in own if column in response.cells)
            if not cell:
                continue
            chosen, strange = ((), (cell,)) if folded(cell) in placeholders else labels.read(cell)
            options = list(chosen)
            for text in strange:
                placeholder = folded(text) in placeholders
                unread.setdefault((question.id, text, placeholder), []).append(response.row)
                if not placeholder:
                    options.append(UNRECOGNISED)
            lines += [(response.row, question.id, option) for option in dict.fromkeys(options)]
    return Reading(
        pl.DataFrame(lines, schema=SCHEMA, orient="row"),
        tuple(Unread(q, text, len(rows), tuple(rows), is_) for (q, text, is_), rows in unread.items()),
    )
