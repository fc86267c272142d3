"""Records of files that are no Parquet: SQLite, JSON, CSV, lists of names; as Arrow tables of any layout.

Columns of JSON hold whatever their records do, so each cell is text: the JSON of what it was, or the text itself. What
its column cannot ask for is left empty here, since a text no longer tells what it was.
"""

from __future__ import annotations

import csv
import gzip
import sqlite3
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from enum import StrEnum
from io import BufferedReader, BytesIO, TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from truename.errors import UsageError
from truename.json_text import REFUSALS, JsonError, NotUtf8Error, decode_json
from truename.study.registry.cell_values import json_cell
from truename.study.registry.skips import Skips
from truename.study.registry.snapshot_layouts import columns_among, layouts

Tables = Generator[pa.Table, None, None]  # to be closed, so that the file is
Read = Callable[[BufferedReader, str, Skips], Iterator[pa.Table]]

BATCH = 10_000
NO_OBJECT = "record left out: a line that is not a JSON object"
OTHER_WIDTH = "record left out: a row with another number of cells than the header"
NOT_UTF8 = "record left out: a line that is not UTF-8"
MAX_CELL = 64 * 2**20  # characters of a cell in a CSV: a card may be long
MAX_ARRAY = 256 * 2**20  # bytes of a JSON array, which is read whole
_HEAD = 4096  # bytes by which a text is told from something else
_STREAMS = ("-", "/dev/stdin")
_BOM = b"\xef\xbb\xbf"
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])


class Format(StrEnum):
    """What a snapshot is written in."""

    PARQUET = "Parquet"
    SQLITE = "SQLite"
    JSONL = "JSON lines, or a JSON array"
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
    if str(path) in _STREAMS or path.parent == Path("/dev/fd") or (path.exists() and not path.is_file()):
        raise UsageError(f"{path}: a snapshot is read twice and must be a file; write it to one and give that")
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
        return _sqlite(path, skips)
    readers: dict[Format, Read] = {
        Format.JSONL: _json,
        Format.CSV: _csv,
        Format.TSV: _tsv,
        Format.NAMES: _names,
    }
    return _text(path, readers[kind], skips)


def _text(path: Path, read: Read, skips: Skips) -> Tables:
    try:
        with open(path, "rb") as packed:
            file: BufferedReader = BufferedReader(gzip.GzipFile(fileobj=packed)) if path.suffix == ".gz" else packed
            head = file.peek(_HEAD)[:_HEAD]
            if b"\0" in head:
                raise UsageError(f"{path}: not UTF-8 but UTF-16 or no text at all; save it as UTF-8")
            if head.startswith(_BOM):
                file.read(len(_BOM))
            yield from read(file, str(path), skips)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UsageError(f"{path}: the packed file is cut off or damaged ({error}); fetch it again") from None


def _json(file: BufferedReader, where: str, skips: Skips) -> Iterator[pa.Table]:
    if file.peek(_HEAD).lstrip()[:1] != b"[":
        return _records(file, "line", skips)
    data = file.read(MAX_ARRAY + 1)
    if len(data) > MAX_ARRAY:
        raise UsageError(
            f"{where}: a JSON array of more than {MAX_ARRAY >> 20} MiB; write one object a line (jq -c '.[]')"
        )
    try:
        items = _ITEMS.decode(data)  # not as text: an item that is not UTF-8 costs itself and no other
    except REFUSALS:
        return _records(BytesIO(data), "line", skips)  # of which the first is a list
    return _records(map(bytes, items), "item", skips)


def _records(texts: Iterable[bytes], unit: str, skips: Skips) -> Iterator[pa.Table]:
    numbered = enumerate(texts, 1)
    while some := list(islice(numbered, BATCH)):
        records: list[dict[str, Any]] = []
        for number, text in some:
            try:
                record = decode_json(text)
            except NotUtf8Error:
                skips.add(NOT_UTF8, f"{unit} {number}")
                continue
            except JsonError:
                record = None
            if isinstance(record, dict):
                records.append(record)
            elif text.strip():
                skips.add(NO_OBJECT, f"{unit} {number}")
        if records:
            yield records_table(records, skips)


def records_table(records: Sequence[dict[str, Any]], skips: Skips) -> pa.Table:
    """Records of JSON as a table: a column for every key of any of them, empty where no study reads it.

    Args:
        records: as they were decoded.
        skips: where cells are counted that are not what their column asks for.
    """
    names = list(dict.fromkeys(key for record in records for key in record))
    read = columns_among(names)
    ids = [_called(record.get(read.get("id", ""))) for record in records]
    table = {name: pa.nulls(len(records)) for name in names}
    for ours, name in read.items():
        cells = [json_cell(record.get(name), ours, id_, skips) for record, id_ in zip(records, ids, strict=True)]
        table[name] = pa.array(cells, pa.string())
    return pa.table(table)


def _called(value: Any) -> str:
    """An id as it stands, whatever it is, for a person to find it."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _csv(file: BufferedReader, where: str, skips: Skips) -> Iterator[pa.Table]:
    return _delimited(file, where, skips, ",")


def _tsv(file: BufferedReader, where: str, skips: Skips) -> Iterator[pa.Table]:
    return _delimited(file, where, skips, "\t")


def _delimited(file: BufferedReader, where: str, skips: Skips, sign: str) -> Iterator[pa.Table]:
    limit = csv.field_size_limit(MAX_CELL)
    try:
        with TextIOWrapper(file, "utf-8", "surrogateescape", newline="") as text:
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
    if not _is_utf8(*header):
        raise UsageError(f"{where}: its header is not UTF-8; save the file as UTF-8")
    if len(set(header)) < len(header):
        raise UsageError(f"{where}: two columns have one name; rename one")
    while rows := list(islice(reader, BATCH)):
        whole: list[list[str]] = []
        for row in rows:
            if row and (fault := _fault(row, len(header))):
                shown = ", ".join(row).encode("utf-8", "replace").decode()
                skips.add(fault, f"in or before line {reader.line_num}: {shown}")
            elif row:
                whole.append(row)
        columns = zip(*whole, strict=True) if whole else [()] * len(header)
        yield pa.table({name: pa.array(c, pa.string()) for name, c in zip(header, columns, strict=True)})


def _fault(row: list[str], width: int) -> str | None:
    if len(row) != width:
        return OTHER_WIDTH
    return None if _is_utf8(*row) else NOT_UTF8


def _is_utf8(*texts: str) -> bool:
    """Whether texts were UTF-8 in the file: bytes that are none stand for themselves, as surrogates."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return True


def _names(file: BufferedReader, where: str, skips: Skips) -> Iterator[pa.Table]:
    with TextIOWrapper(file, "utf-8", "surrogateescape") as lines:
        names = _names_in(lines, skips)
        while some := list(islice(names, BATCH)):
            yield pa.table({"id": pa.array(some, pa.string())})


def _names_in(lines: Iterable[str], skips: Skips) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        name = line.strip()
        if not _is_utf8(name):
            skips.add(NOT_UTF8, f"line {number}")
        elif name and not name.startswith("#"):
            yield name


# --- PeaTMOSS -------------------------------------------------------------------------------------------------------


def _sqlite(path: Path, skips: Skips) -> Tables:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as base:
            yield from _models(base, path, skips)
    except sqlite3.DatabaseError as error:
        raise UsageError(f"{path}: cannot be read as SQLite ({error}); fetch it again") from None


def _models(base: sqlite3.Connection, path: Path, skips: Skips) -> Iterator[pa.Table]:
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
        columns = {
            ours: [json_cell(row[place], ours, f"{table}.{key} {row[0]}", skips) for row in rows]
            for place, ours in enumerate(("id", *plain), 1)
        }
        for ours, join in joined.items():
            found = _joined(base, join, keys[0], keys[-1])
            cells = (found.get(key, []) for key in keys)
            columns[ours] = [
                msgspec.json.encode(words).decode() if join["all"] else next(iter(words), None) for words in cells
            ]
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
