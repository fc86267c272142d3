"""Records of files that are no Parquet: SQLite, JSON lines, CSV, lists of names; as Arrow tables of any layout.

Columns of JSON hold whatever their records do, so each cell is text: the JSON of what it was, or the text itself.
"""

from __future__ import annotations

import csv
import gzip
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from enum import StrEnum
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, Any

import msgspec
import pyarrow as pa

from truename.errors import UsageError
from truename.study.layouts import layouts
from truename.study.skips import Skips

Tables = Generator[pa.Table, None, None]  # to be closed, so that the file is
Read = Callable[[IO[bytes], str, Skips], Iterator[pa.Table]]

BATCH = 10_000
NO_OBJECT = "record left out: a line that is no JSON object"
OTHER_WIDTH = "record left out: a row with another number of cells than the header"
MAX_CELL = 64 * 2**20  # characters of a cell in a CSV: a card may be long


class Format(StrEnum):
    """What a snapshot is written in."""

    PARQUET = "Parquet"
    SQLITE = "SQLite"
    JSONL = "JSON lines"
    CSV = "CSV"
    TSV = "TSV"
    NAMES = "a list of names"


_SUFFIXES = {
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".json": Format.JSONL,
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".txt": Format.NAMES,
    ".list": Format.NAMES,
    "": Format.NAMES,
}


def format_of(path: Path) -> Format:
    """What a file is, by its first bytes or else its ending.

    Raises:
        UsageError: it is not there, or of no format that is known.
    """
    if not path.is_file():
        raise UsageError(f"{path}: there is no such snapshot")
    with open(path, "rb") as file:
        head = file.read(16)
    if head[:4] == b"PAR1" or path.suffix == ".parquet":
        return Format.PARQUET
    if head == b"SQLite format 3\0":
        return Format.SQLITE
    suffix = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    if (found := _SUFFIXES.get(suffix.lower())) is None:
        raise UsageError(
            f"{path}: no known format of a snapshot; give Parquet, SQLite, .jsonl, .csv, .tsv or a list of names (.txt)"
        )
    return found


def tables_in(path: Path, skips: Skips) -> Tables:
    """The records of a file that is no Parquet, some thousands at a time.

    Args:
        path: the file; text may be packed with gzip.
        skips: where what cannot be read is counted.

    Raises:
        UsageError: the file cannot be read as what it seems to be.
    """
    kind = format_of(path)
    if kind is Format.SQLITE:
        return _sqlite(path)
    readers: dict[Format, Read] = {
        Format.JSONL: _jsonl,
        Format.CSV: _csv,
        Format.TSV: _tsv,
        Format.NAMES: _names,
    }
    return _text(path, readers[kind], skips)


def _text(path: Path, read: Read, skips: Skips) -> Tables:
    try:
        with open(path, "rb") as packed:
            file: IO[bytes] = gzip.GzipFile(fileobj=packed) if path.suffix == ".gz" else packed  # type: ignore[assignment]
            yield from read(file, str(path), skips)
    except (EOFError, gzip.BadGzipFile) as error:
        raise UsageError(f"{path}: the packed file is cut off or damaged ({error}); fetch it again") from None


def _jsonl(file: IO[bytes], where: str, skips: Skips) -> Iterator[pa.Table]:
    numbered = enumerate(file, 1)
    while lines := list(islice(numbered, BATCH)):
        records: list[dict[str, Any]] = []
        for number, line in lines:
            try:
                record = msgspec.json.decode(line)
            except (msgspec.DecodeError, RecursionError):
                record = None
            if isinstance(record, dict):
                records.append(record)
            elif line.strip():
                skips.add(NO_OBJECT, f"line {number}")
        if records:
            yield records_table(records)


def records_table(records: list[dict[str, Any]]) -> pa.Table:
    """Records of JSON as a table; a column for every key of any of them."""
    names = dict.fromkeys(key for record in records for key in record)
    return pa.table({name: pa.array([_cell(r.get(name)) for r in records], pa.string()) for name in names})


def _cell(value: Any) -> str | None:
    """A text as it is; anything else as JSON, which says what it was."""
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def _csv(file: IO[bytes], where: str, skips: Skips) -> Iterator[pa.Table]:
    return _delimited(file, where, skips, ",")


def _tsv(file: IO[bytes], where: str, skips: Skips) -> Iterator[pa.Table]:
    return _delimited(file, where, skips, "\t")


def _delimited(file: IO[bytes], where: str, skips: Skips, sign: str) -> Iterator[pa.Table]:
    limit = csv.field_size_limit(MAX_CELL)
    try:
        with TextIOWrapper(file, "utf-8-sig", "replace", newline="") as text:
            yield from _rows(text, where, skips, sign)
    except csv.Error as error:
        raise UsageError(f"{where}: cannot be read as a table ({error})") from None
    finally:
        csv.field_size_limit(limit)


def _rows(text: TextIOWrapper, where: str, skips: Skips, sign: str) -> Iterator[pa.Table]:
    reader = csv.reader(text, delimiter=sign)
    header = next(reader, None)
    if header is None:
        raise UsageError(f"{where}: the file is empty")
    if len(set(header)) < len(header):
        raise UsageError(f"{where}: two columns have one name; rename one")
    while rows := list(islice(reader, BATCH)):
        whole = [row for row in rows if len(row) == len(header)]
        for row in rows:
            if row and len(row) != len(header):
                skips.add(OTHER_WIDTH, f"in or before line {reader.line_num}: {', '.join(row)}")
        columns = zip(*whole, strict=True) if whole else [()] * len(header)
        yield pa.table({name: pa.array(c, pa.string()) for name, c in zip(header, columns, strict=True)})


def _names(file: IO[bytes], where: str, skips: Skips) -> Iterator[pa.Table]:
    with TextIOWrapper(file, "utf-8-sig", "replace") as lines:
        names = (name for line in lines if (name := line.strip()) and not name.startswith("#"))
        while some := list(islice(names, BATCH)):
            yield pa.table({"id": pa.array(some, pa.string())})


# --- PeaTMOSS -------------------------------------------------------------------------------------------------------


def _sqlite(path: Path) -> Tables:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as base:
            yield from _models(base, path)
    except sqlite3.DatabaseError as error:
        raise UsageError(f"{path}: cannot be read as SQLite ({error}); fetch it again") from None


def _models(base: sqlite3.Connection, path: Path) -> Iterator[pa.Table]:
    layout = layouts()["sqlite"]
    table, key, names = layout["table"], layout["key"], layout["names"]
    there = _columns(base, table)
    if missing := [column for column in (key, names) if column not in there]:
        tables = ", ".join(sorted(_tables(base))) or "none"
        raise UsageError(
            f"{path}: not PeaTMOSS's layout: the table {table!r} lacks {' and '.join(missing)}; its tables are {tables}"
        )
    plain = {ours: column for ours, column in layout["optional"].items() if column in there}
    joined = {ours: join for ours, join in layout["joined"].items() if _can_join(base, join)}
    select = ", ".join(f'"{column}"' for column in (key, names, *plain.values()))
    cursor = base.execute(f'SELECT {select} FROM "{table}" ORDER BY "{key}"')
    while rows := cursor.fetchmany(BATCH):
        keys = [row[0] for row in rows]
        columns = {"id": [_cell(row[1]) for row in rows]}
        for place, ours in enumerate(plain, 2):
            columns[ours] = [_cell(row[place]) for row in rows]
        for ours, join in joined.items():
            found = _joined(base, join, keys[0], keys[-1])
            cells = (found.get(key, []) for key in keys)
            columns[ours] = [_cell(words if join["all"] else next(iter(words), None)) for words in cells]
        yield pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _joined(base: sqlite3.Connection, join: dict[str, Any], first: Any, last: Any) -> dict[Any, list[str]]:
    """The words of the models from one key to another, in the order of their pairs."""
    found: dict[Any, list[str]] = {}
    query = (
        f'SELECT p.model_id, t.name FROM "{join["pairs"]}" p JOIN "{join["table"]}" t ON t.id = p."{join["column"]}" '
        "WHERE p.model_id BETWEEN ? AND ? ORDER BY p.model_id, t.id"
    )
    for model, word in base.execute(query, (first, last)):
        if isinstance(word, str) and word:
            found.setdefault(model, []).append(word)
    return found


def _can_join(base: sqlite3.Connection, join: dict[str, Any]) -> bool:
    return {"id", "name"} <= _columns(base, join["table"]) and {"model_id", join["column"]} <= _columns(
        base, join["pairs"]
    )


def _tables(base: sqlite3.Connection) -> Iterable[str]:
    return [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]


def _columns(base: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in base.execute(f'PRAGMA table_info("{table}")')}
