"""A table as it is published: no text of a stranger moves a cursor, hides, or is run by a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from truename.report.visible import cell, visible


def cleaned(table: pl.DataFrame) -> pl.DataFrame:
    """A table with control, bidirectional and other invisible characters of its texts as their escapes."""
    return _mapped(table, visible)


def write_csv(table: pl.DataFrame, path: Path) -> None:
    """Write a table that people open in spreadsheets; a text that would be run as a formula begins with a quote."""
    _mapped(table, cell).write_csv(path)


def _mapped(table: pl.DataFrame, change: Callable[[str], str]) -> pl.DataFrame:
    columns = []
    for column in table.iter_columns():
        if column.dtype == pl.String:
            texts = column.to_list()
            changed = [None if text is None else change(text) for text in texts]
            if changed != texts:
                columns.append(pl.Series(column.name, changed, pl.String))
    return table.with_columns(columns) if columns else table
