"""Cells to chosen options. A label may hold commas, so a cell is read by the known labels and never split blindly."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
import polars as pl

from truename.survey.export import Response, choice_columns
from truename.survey.instrument import Instrument, Question, folded, plain

SCHEMA = pl.Schema({"row": pl.Int64, "question": pl.String, "option": pl.String})
UNRECOGNISED = "(unrecognised)"  # an answer in words that are no option's
TEXT = "(text)"  # an answer in the respondent's own words


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


class Labels:
    """The labels of one question, compiled to read its cells."""

    def __init__(self, question: Question) -> None:
        self._kind = question.kind
        self._ids = {folded(text): option.id for option in question.options for text in option.spellings}
        longest_first = sorted(self._ids, key=len, reverse=True)
        any_ = "|".join(map(re.escape, longest_first))
        self._label = re.compile(f"(?:{any_})(?= ?(?:,|$))", re.IGNORECASE) if any_ else None

    def read(self, cell: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The ids of the options in a cell, and the parts of it that are none."""
        text = plain(cell)
        if self._label is None:
            return (TEXT,), ()
        if self._kind == "one":
            id_ = self._ids.get(folded(text))
            return ((id_,), ()) if id_ else ((), (text,))
        chosen, strange, place = [], [], 0
        while place < len(text):
            found = self._label.match(text, place)
            if found:
                chosen.append(self._ids[folded(found.group())])
                place = found.end()
            else:
                end = text.find(",", place)
                end = len(text) if end < 0 else end
                strange.append(text[place:end].strip())
                place = end
            place = _past_comma(text, place)
        return tuple(dict.fromkeys(chosen)), tuple(part for part in strange if part)


def _past_comma(text: str, place: int) -> int:
    while place < len(text) and text[place] in ", ":
        place += 1
    return place
