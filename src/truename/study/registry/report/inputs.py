"""What a report is made of: rows, and lists of names of packages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from truename.errors import UsageError
from truename.study.registry.columns import ROWS

_MAX_BYTES = 256 << 20
_COLUMN = "name"


def open_rows(folder: Path) -> pl.LazyFrame:
    """The rows of a study, to be read when they are needed.

    Raises:
        UsageError: there are none, or a part cannot be read or lacks columns.
    """
    parts = sorted(folder.glob("*.parquet"))
    if not parts:
        raise UsageError(f"{folder}: holds no rows (*.parquet); make them with 'truename study run'")
    for part in parts:
        try:
            names = set(pq.read_schema(part).names)
        except (pa.ArrowException, OSError) as error:
            raise UsageError(f"{part}: not a readable Parquet file; make the rows again") from error
        if missing := [name for name in ROWS.names if name not in names]:
            raise UsageError(f"{part}: lacks the columns {', '.join(missing)}; make the rows again with this version")
    return pl.scan_parquet(parts)


def read_lists(paths: Sequence[Path]) -> dict[str, pl.LazyFrame]:
    """Names of packages by the title of their list, which is its file's name without endings.

    A list is text (.txt: one name a line) or a table with the column ``name`` (.csv, also .csv.gz). Of a scoped name
    (``@scope/name``) the name counts, as with models.

    Raises:
        UsageError: a list cannot be read, has no such column or no name, or two have one title.
    """
    lists: dict[str, pl.LazyFrame] = {}
    for path in paths:
        title = path.name.split(".")[0]
        if title in lists:
            raise UsageError(f"{path}: two lists have the title '{title}'; rename one")
        names = _read(path).str.split("/").list.last().str.strip_chars()
        names = names.filter(names.is_not_null() & (names != ""))
        if names.is_empty():
            raise UsageError(f"{path}: holds no name")
        lists[title] = pl.LazyFrame({_COLUMN: names})
    return lists


def _read(path: Path) -> pl.Series:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UsageError(f"{path}: larger than {_MAX_BYTES >> 20} MiB; a list of names is not")
        if path.suffix == ".txt":
            return pl.Series(_COLUMN, path.read_text(encoding="utf-8").splitlines(), pl.String)
        if ".csv" in path.suffixes:
            table = pl.read_csv(path, infer_schema=False)
            if _COLUMN in table.columns:
                return table[_COLUMN]
            raise UsageError(f"{path}: has no column '{_COLUMN}'; it has {', '.join(table.columns[:12])}")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise UsageError(f"{path}: no list of names in UTF-8: {error}") from error
    raise UsageError(f"{path}: lists of names are read from .txt, .csv and .csv.gz")
