"""An export of responses: its header rows, its columns, and one line a response."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import msgspec

from truename.errors import UsageError
from truename.study.survey.instrument import Instrument, Question, folded
from truename.study.survey.option_labels import Labels
from truename.study.survey.spreadsheet import Rows, read_rows, sheet_names

_IMPORT_ID = re.compile(r'^\{\s*"ImportId"')
_RESPONSE_ID = re.compile(r"R_[A-Za-z0-9]+")  # as Qualtrics gives them
_FINISHED = re.compile(r"true|false|0|1", re.IGNORECASE)


class Response(msgspec.Struct, frozen=True):
    """One line of an export that is no header."""

    row: int  # as a spreadsheet counts: the first line is 1
    cells: dict[str, str]  # column → text; only what is not empty


class Export(msgspec.Struct, frozen=True):
    """What an export holds, before anything is left out."""

    path: str
    columns: tuple[str, ...]
    responses: tuple[Response, ...]
    notes: tuple[str, ...] = ()  # what a reader of the results should know
    unread: tuple[str, ...] = ()  # columns that the instrument does not know


def read_export(path: Path, instrument: Instrument) -> Export:
    """Read an export whose columns are those of the instrument.

    Raises:
        UsageError: the file is unusable, or columns are missing or given twice.
    """
    rows = read_rows(path)
    if len(rows) < instrument.header_rows:
        raise UsageError(f"{path}: holds {len(rows)} rows, fewer than the {instrument.header_rows} rows of its header")
    columns = rows[0]
    _require(path, columns, instrument)
    twice = [column for column, count in Counter(filter(None, columns)).items() if count > 1]
    if twice:
        raise UsageError(f"{path}: the column '{twice[0]}' is there twice; leave one out")
    start, notes = _first_response(columns, rows, instrument)
    wordings = dict(zip(columns, rows[1], strict=False)) if start > 1 else {}
    known = _known(columns, instrument)
    return Export(
        path=path.name,
        columns=tuple(filter(None, columns)),
        responses=tuple(_responses(columns, rows, start)),
        notes=(*notes, *_reworded(wordings, instrument), *_nameless(columns, rows, start)),
        unread=tuple(column for column in columns if column and column not in known),
    )


def _first_response(columns: tuple[str, ...], rows: Rows, instrument: Instrument) -> tuple[int, list[str]]:
    """The place of the first row that is no header, and a note where that is earlier than the instrument says."""
    for place in range(1, instrument.header_rows):
        found = _answer_in(dict(zip(columns, rows[place], strict=False)), instrument)
        if found:
            column, cell = found
            told = (
                f"row {place + 1} holds answers and no questions (column {column} has '{cell[:80]}') and is a response"
            )
            return place, [told]
    start = instrument.header_rows
    ids = len(rows) > start and any(_IMPORT_ID.match(cell) for cell in rows[start])
    return start + ids, []


def _answer_in(cells: dict[str, str], instrument: Instrument) -> tuple[str, str] | None:
    """A column and its cell that only a response has; None where a row may be a header."""
    asked = [(question, cells.get(question.column, "")) for question in instrument.questions]
    if any(question.wording and folded(cell).startswith(folded(question.wording)) for question, cell in asked):
        return None
    data = instrument.metadata
    for column, form in ((data.id, _RESPONSE_ID), (data.finished, _FINISHED)):
        if form.fullmatch(cells.get(column, "")):
            return column, cells[column]
    status = cells.get(data.status, "")
    if folded(status) in {folded(text) for text in data.previews}:
        return data.status, status
    for screen in instrument.screens:
        cell = cells.get(screen.column, "")
        if any(folded(cell).startswith(folded(text)) for text in screen.keep):
            return screen.column, cell
    for question, cell in asked:
        if question.options and cell:
            chosen, strange = Labels(question).read(cell)
            if chosen and not strange:
                return question.column, cell
    return None


def _responses(columns: tuple[str, ...], rows: Rows, start: int) -> list[Response]:
    return [
        Response(number, {column: cell for column, cell in zip(columns, cells, strict=False) if column and cell})
        for number, cells in enumerate(rows[start:], start + 1)
    ]


def choice_columns(question: Question, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a question: its own, or one a choice where the export was split so; none where it is missing."""
    if question.column in columns:
        return (question.column,)
    if question.kind != "many":
        return ()
    split = re.compile(re.escape(question.column) + r"_\d+")
    return tuple(column for column in columns if split.fullmatch(column))


def _require(path: Path, columns: tuple[str, ...], instrument: Instrument) -> None:
    asked = [q for q in instrument.questions if not q.optional]
    missing = [q.column for q in asked if not choice_columns(q, columns)]
    missing += [screen.column for screen in instrument.screens if screen.column not in columns]
    if missing:
        found = ", ".join(filter(None, columns[:12])) or "none"
        names = sheet_names(path)
        others = f"; the first sheet, '{names[0]}', was read and not {', '.join(names[1:])}" if names[1:] else ""
        raise UsageError(
            f"{path}: lacks the columns {', '.join(dict.fromkeys(missing))} of the instrument '{instrument.title}'; "
            f"its first row has {found}{' ...' if len(columns) > 12 else ''}{others}; give --instrument another file"
        )


def _known(columns: tuple[str, ...], instrument: Instrument) -> set[str]:
    known = {column for question in instrument.questions for column in choice_columns(question, columns)}
    known |= {question.other_column for question in instrument.questions}
    known |= {screen.column for screen in instrument.screens}
    data = instrument.metadata
    return known | {data.id, data.status, data.finished, *data.ignored}


def _reworded(wordings: dict[str, str], instrument: Instrument) -> list[str]:
    return [
        f"column {q.column} asks something else than the instrument's question '{q.title}': it begins "
        f"'{wordings[q.column][:80]}'"
        for q in instrument.questions
        if q.wording and q.column in wordings and not folded(wordings[q.column]).startswith(folded(q.wording))
    ]


def _nameless(columns: tuple[str, ...], rows: Rows, start: int) -> list[str]:
    lost = sum(
        bool(cell) and (place >= len(columns) or not columns[place])
        for cells in rows[start:]
        for place, cell in enumerate(cells)
    )
    return [f"{lost} cells stand in columns without a name and were not read"] if lost else []
