"""Count the model types of a snapshot: the prior of a registry of one's own."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from truename.dara.prior import Prior, counted_prior
from truename.errors import UsageError
from truename.json_text import JsonError, decode_json

_COLUMN = "model_type"


def prior_of_snapshot(path: Path) -> Prior:
    """The model types of a snapshot, counted and smoothed.

    Args:
        path: JSON lines or a table with commas. A row has a column ``model_type``, or ``config`` with one inside.

    Raises:
        UsageError: there is no such file, it cannot be read, or no row has a model type.
    """
    if path.suffix not in (".jsonl", ".ndjson", ".csv"):
        raise UsageError(f"{path}: a prior is 'releases', 'uniform', or a snapshot as .jsonl or .csv")
    counts: Counter[str] = Counter()
    try:
        for row in _rows(path):
            if (found := _model_type(row)) is not None:
                counts[found] += 1
    except (OSError, UnicodeDecodeError, csv.Error, JsonError) as error:
        raise UsageError(f"{path}: cannot be read ({error})") from error
    if not counts:
        raise UsageError(f"{path}: no row has a model type")
    return counted_prior(counts, f"{sum(counts.values())} models of {path.name}")


def _rows(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8", newline="") as lines:
        if path.suffix == ".csv":
            yield from csv.DictReader(lines)
        else:
            yield from (decode_json(line.encode()) for line in lines if line.strip())


def _model_type(row: Any) -> str | None:
    if not isinstance(row, dict):
        return None
    value = row.get(_COLUMN)
    if value is None and isinstance(row.get("config"), dict):
        value = row["config"].get(_COLUMN)
    return value if isinstance(value, str) and value else None
