"""An export of responses: its header rows, its columns, and one line a response."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import msgspec

from truename.errors import UsageError
from truename.survey.cells import Rows, read_rows
from truename.survey.instrument import Instrument, Question, folded

_IMPORT_ID = re.compile(r'^\{\s*"ImportId"')


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
    twice = [column for column, count in Counter(filter(None, columns)).items() if count > 1]
    if twice:
        raise UsageError(f"{path}: the column '{twice[0]}' is there twice; leave one out")
    _require(path, columns, instrument)
    start = instrument.header_rows
    if len(rows) > start and any(_IMPORT_ID.match(cell) for cell in rows[start]):
        start += 1
    wordings = dict(zip(columns, rows[1], strict=False)) if instrument.header_rows > 1 else {}
    known = _known(columns, instrument)
    return Export(
        path=path.name,
        columns=tuple(filter(None, columns)),
        responses=tuple(_responses(columns, rows, start)),
        notes=tuple(_reworded(wordings, instrument)) + tuple(_nameless(columns, rows, start)),
        unread=tuple(column for column in columns if column and column not in known),
    )


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
        raise UsageError(
            f"{path}: lacks the columns {', '.join(dict.fromkeys(missing))} of the instrument '{instrument.title}'; "
            f"its first row has {found}{' ...' if len(columns) > 12 else ''}; give --instrument another file"
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
