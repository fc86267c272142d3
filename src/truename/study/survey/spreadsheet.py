"""Rows of text from a spreadsheet: .xlsx, .csv or .tsv, within bounds."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from truename.errors import MissingExtraError, UsageError

MAX_BYTES = 256 << 20  # of the file, and of what a workbook unpacks to
MAX_ROWS = 1 << 20
MAX_COLUMNS = 4096
_HEADER = 1 << 20  # characters in which the first row is looked for

Rows = list[tuple[str, ...]]
_Read = TypeVar("_Read")


def read_rows(path: Path, sheet: str | None = None) -> Rows:
    """Every row of a sheet as stripped text, an empty text for an empty cell; line 1 is ``rows[0]``.

    Rows need not be equally long.

    Args:
        path: the file; its suffix says its kind.
        sheet: the sheet of a workbook, None for the first one.

    Raises:
        UsageError: the file is not there, of no kind that is read, broken or too large, or has no such sheet.
        MissingExtraError: a workbook, and no library to read it.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: larger than {MAX_BYTES >> 20} MiB; no survey is")
        suffix = path.suffix.lower()
        if suffix == ".xlsx":
            return _workbook(path, lambda book: _sheet(book, sheet, path))
        if suffix in (".csv", ".tsv"):
            if sheet is not None:
                raise UsageError(f"{path}: a text file has no sheet '{sheet}'; give the workbook (.xlsx) that has it")
            return _text(path, "\t" if suffix == ".tsv" else None)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    raise UsageError(f"{path}: responses are read from .xlsx, .csv and .tsv; export them as one of these")


def sheet_names(path: Path) -> tuple[str, ...]:
    """The sheets of a workbook in their order, none for a text file.

    Raises:
        UsageError: the workbook is unusable.
        MissingExtraError: there is no library to read it.
    """
    return _workbook(path, _names) if path.suffix.lower() == ".xlsx" else ()


def _text(path: Path, delimiter: str | None) -> Rows:
    data = path.read_bytes()
    # Excel's own "Unicode text" is UTF-16 with a mark
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text), strict=True)
        return _bounded(lines, path)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: no UTF-8 at byte {error.start}; export it as UTF-8") from error
    except csv.Error as error:
        raise UsageError(f"{path}: no table: {error}") from error


def _delimiter(text: str) -> str:
    """Where a comma is the decimal sign, Excel puts semicolons between the columns of its .csv."""
    first = re.sub(r'"[^"]*"', "", text[:_HEADER]).partition("\n")[0]
    return ";" if ";" in first and "," not in first else ","


def _workbook(path: Path, read: Callable[[Any], _Read]) -> _Read:
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ModuleNotFoundError as error:
        raise MissingExtraError("reading .xlsx", "study") from error
    # the last three are what openpyxl runs into in XML that is not a sheet's, and zipfile in an encrypted member
    broken = (zipfile.BadZipFile, zlib.error, EOFError, InvalidFileException, LookupError, ValueError, SyntaxError)
    strange = (AttributeError, TypeError, RuntimeError)
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
                raise UsageError(f"{path}: unpacks to more than {MAX_BYTES >> 20} MiB; no survey does")
        with warnings.catch_warnings():  # of styles and extensions, which do not concern the text
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=True)
            try:
                return read(book)
            finally:
                book.close()
    except (*broken, *strange) as error:
        raise UsageError(f"{path}: not a readable .xlsx workbook; open it and save it again, or export .csv") from error


def _names(book: Any) -> tuple[str, ...]:
    return tuple(each.title for each in book.worksheets)


def _sheet(book: Any, sheet: str | None, path: Path) -> Rows:
    names = _names(book)
    if not names:
        raise UsageError(f"{path}: the workbook has no sheet of cells")
    if sheet is not None and sheet not in names:
        raise UsageError(f"{path}: has no sheet '{sheet}'; it has {', '.join(names)}")
    page = book[sheet or names[0]]
    page.reset_dimensions()  # some platforms write a wrong one, and cells beyond it would not be read
    return _bounded(page.iter_rows(values_only=True), path)


def _bounded(lines: Iterable[Iterable[Any]], path: Path) -> Rows:
    rows: Rows = []
    for line in lines:
        if len(rows) >= MAX_ROWS:
            raise UsageError(f"{path}: more than {MAX_ROWS} rows")
        cells = [_plain(cell) for cell in line]
        if len(cells) > MAX_COLUMNS:
            while cells and not cells[-1]:
                cells.pop()
            if len(cells) > MAX_COLUMNS:
                raise UsageError(f"{path}: more than {MAX_COLUMNS} columns")
        rows.append(tuple(cells))
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _plain(cell: Any) -> str:
    """A cell's text; a whole number that the workbook keeps as a float is written whole."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
