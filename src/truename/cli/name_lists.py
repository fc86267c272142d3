"""Names from the call, standard input and files: lines, CSV, JSON lines and Parquet, read as they are needed."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from truename.errors import UsageError
from truename.json_text import JsonError, decode_json
from truename.report.visible import visible

if TYPE_CHECKING:
    from gzip import GzipFile

LONGEST_LINE = 100_000  # bytes; the longest names of any registry have a few hundred
LONGEST_RECORD = 10_000_000  # bytes of a line of CSV or JSON, whose other columns may be long
COLUMNS = ("name", "model_name", "model", "id", "modelId", "model_id", "repo_id")  # where none is given
_SHOWN = 8  # columns that a sentence lists
_BATCH = 8192  # rows of Parquet that are in memory at one time


def read_names(given: Sequence[str], inputs: Sequence[Path], column: str | None) -> Iterator[str]:
    """Every name, in order: those of the call (``-``: standard input), then those of the files.

    Args:
        given: names, or ``-``.
        inputs: files; their ending says how they are read (``.csv``, ``.tsv``, ``.jsonl``, ``.parquet``, else lines),
            each but Parquet also with ``.gz`` behind it.
        column: the column of a table; without it the first of ``COLUMNS`` that is there, or the only one.

    Raises:
        UsageError: a name is empty, standard input is a terminal, or a file is no list of names.
    """
    for name in given:
        if name == "-":
            yield from _standard_input()
        elif not name.strip():
            raise UsageError("a name is empty")
        else:
            yield name
    for path in inputs:
        yield from _of_file(path, column)


def _standard_input() -> Iterator[str]:
    """The lines of standard input, blank ones left out; bytes that are no UTF-8 are kept as escapes."""
    if sys.stdin.isatty():
        raise UsageError("no names: give some, or pipe them in, one a line; see 'truename parse --help'")
    for _, line in _lines(sys.stdin.buffer, "standard input", LONGEST_LINE):
        if name := line.decode("utf-8", "surrogateescape").strip():
            yield name


def _of_file(path: Path, column: str | None) -> Iterator[str]:
    """The names of one file.

    Raises:
        UsageError: it cannot be read, or holds no names.
    """
    ending = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    read = _READERS.get(ending, _of_lines)
    if column is not None and read is _of_lines:
        raise UsageError(f"{path}: has no columns; --column is for .csv, .tsv, .jsonl and .parquet")
    empty = True
    try:
        for name in read(path, column):
            if name := name.strip():
                empty = False
                yield name
    except (EOFError, OSError) as error:
        raise UsageError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if empty:
        raise UsageError(f"{path}: holds no names")


def _open(path: Path) -> BinaryIO | GzipFile:
    if path.name.lower().endswith(".gz"):
        import gzip

        return gzip.open(path, "rb")
    return path.open("rb")


def _lines(stream: BinaryIO | GzipFile, place: str, longest: int) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(longest + 1):
        number += 1
        if len(line) > longest:
            raise UsageError(f"{place}, line {number}: longer than {longest:,} bytes, so no name")
        yield number, line


def _text_lines(path: Path, longest: int) -> Iterator[tuple[int, str]]:
    with _open(path) as stream:
        for number, line in _lines(stream, str(path), longest):
            try:
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                byte = line[error.start]
                raise UsageError(f"{path}, line {number}: byte 0x{byte:02x} is no UTF-8; save it as UTF-8") from error


def _of_lines(path: Path, _: str | None) -> Iterator[str]:
    for _number, line in _text_lines(path, LONGEST_LINE):
        yield line


def _of_csv(path: Path, column: str | None) -> Iterator[str]:
    delimiter = "\t" if ".tsv" in path.suffixes else ","
    rows = csv.reader((line for _, line in _text_lines(path, LONGEST_RECORD)), delimiter=delimiter)
    try:
        head = next(rows, None)
        if head is None:
            return
        index = head.index(_column(path, head, column))
        for row in rows:
            if len(row) > index:
                yield row[index]
    except csv.Error as error:
        raise UsageError(f"{path}, line {rows.line_num}: no CSV ({error})") from error


def _of_jsonl(path: Path, column: str | None) -> Iterator[str]:
    for number, line in _text_lines(path, LONGEST_RECORD):
        if not line.strip():
            continue
        try:
            row = decode_json(line)
        except JsonError as error:
            raise UsageError(f"{path}, line {number}: no JSON ({error})") from error
        if isinstance(row, dict):
            column = column if column in row else _column(path, list(map(str, row)), column)
            row = row[column]
        if row is not None and not isinstance(row, str):
            raise UsageError(f"{path}, line {number}: the name is no text")
        yield row or ""


def _of_parquet(path: Path, column: str | None) -> Iterator[str]:
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        raise UsageError(f"{path}: Parquet needs pyarrow; pip install 'truename[parquet]'") from None
    try:
        with parquet.ParquetFile(path) as file:
            chosen = _column(path, file.schema_arrow.names, column)
            kind = file.schema_arrow.field(chosen).type
            kind = kind.value_type if arrow.types.is_dictionary(kind) else kind
            if not (arrow.types.is_string(kind) or arrow.types.is_large_string(kind)):
                raise UsageError(f"{path}: the column {chosen!r} holds {kind}, no text")
            place = 0
            for batch in file.iter_batches(batch_size=_BATCH, columns=[chosen]):
                texts = batch.column(0)
                texts = texts.dictionary_decode() if arrow.types.is_dictionary(texts.type) else texts
                for name in texts.cast(arrow.large_binary()).to_pylist():
                    yield _text_of_row(path, place := place + 1, name or b"")
    except arrow.ArrowException as error:
        raise UsageError(f"{path}: no Parquet ({visible(str(error).splitlines()[0][:120])})") from error


def _text_of_row(path: Path, row: int, name: bytes) -> str:
    """Arrow takes the bytes of a text on trust."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}, row {row}: byte 0x{name[error.start]:02x} is no UTF-8; save it as UTF-8") from None


def _column(path: Path, there: list[str], wanted: str | None) -> str:
    """The column to read.

    Raises:
        UsageError: it is not there, or none was given and none is called a name.
    """
    if wanted is not None:
        found = wanted if wanted in there else None
    else:
        found = next((c for c in COLUMNS if c in there), there[0] if len(there) == 1 else None)
    if found is None:
        listed = ", ".join(map(repr, there[:_SHOWN])) + (" ..." if len(there) > _SHOWN else "")
        fault = f"has no column {wanted!r}" if wanted is not None else "has no column 'name'; give one with --column"
        raise UsageError(f"{path}: {fault}; there are {listed or 'none'}")
    return found


_READERS: dict[str, Callable[[Path, str | None], Iterator[str]]] = {
    "csv": _of_csv,
    "tsv": _of_csv,
    "jsonl": _of_jsonl,
    "ndjson": _of_jsonl,
    "parquet": _of_parquet,
}
