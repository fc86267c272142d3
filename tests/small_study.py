"""Rows of a study, made by hand: what a test does not say is the plainest that can be."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from truename.study.registry.columns import ROWS

PLAIN: dict[str, Any] = {
    "owner": "ann",
    "convention": "implementation",
    "kinds": "A",
    "separators": "",
    "segments": 1,
    "says_nothing": False,
    "base_models": [],
    "elements": [],
    "version_parts": [],
    "findings": [],
    "verdict": "not_verified",
    "judged_claims": 0,
    "confirmed_claims": 0,
    "declared_only": 0,
    "confirmed": [],
    "cannot_tell": [],
    "does_not_apply": 0,
}


def row(name: str, **given: Any) -> dict[str, Any]:
    """One row; findings are given by the codes of their rules, ``created`` as the text of a day."""
    values = {**dict.fromkeys(ROWS.names), **PLAIN, "name": name, "key": name.lower(), "length": len(name), **given}
    values["id"] = name if values["owner"] is None else f"{values['owner']}/{name}"
    values["findings"] = [{"code": code, "severity": "error", "family": None} for code in values["findings"]]
    if values["created"] is not None:
        values["created"] = datetime.datetime.fromisoformat(values["created"]).replace(tzinfo=datetime.UTC)
    return values


def rows(*given: dict[str, Any]) -> pl.LazyFrame:
    """Rows as the tables take them."""
    frame = pl.from_arrow(pa.Table.from_pylist(list(given), schema=ROWS))
    assert isinstance(frame, pl.DataFrame)
    return frame.lazy()


def write_rows(folder: Path, given: Sequence[dict[str, Any]], per_part: int = 1000) -> Path:
    """Rows as a study leaves them: a folder of parts."""
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, max(1, len(given)), per_part):
        table = pa.Table.from_pylist(list(given[start : start + per_part]), schema=ROWS)
        pq.write_table(table, folder / f"part-{start // per_part:05d}.parquet")
    return folder


def varied(number: int) -> list[dict[str, Any]]:
    """Rows that have something of everything."""
    kinds = ("AS", "APT", "AD", "O", "TL", "AVO", "ASCFT", "PARH")
    tasks = ("text-generation", "fill-mask", None)
    made = []
    for n in range(number):
        version = f"v{n % 4}" if "V" in kinds[n % len(kinds)] else None
        made.append(
            row(
                f"model-{n // 2}_{n % 3}",
                owner=f"owner{n % 7}",
                owner_kind=("user", "organisation")[n % 2],
                library=("transformers", "diffusers", None)[n % 3],
                task=tasks[n % 3],
                created=f"202{2 + n % 3}-{1 + n % 12:02d}-{1 + n % 28:02d}",
                downloads=(0, 5, 70, 1200, 40_000, 2_000_000)[n % 6],
                likes=n % 9,
                convention=("implementation", "other", "application or task")[n % 3],
                kinds=kinds[n % len(kinds)],
                separators=("-", "_", "-_", "")[n % 4],
                segments=1 + n % 6,
                family=("bert", "llama", None)[n % 3],
                version=version,
                version_parts=[n % 4] if version else [],
                series=f"model-{n % 11}-*" if version else None,
                key=f"model{n // 2}",
                says_nothing=n % 10 == 3,
                findings=["SIZ001"] if n % 6 == 0 else [],
                confirmed=["ARC001"] if n % 2 else ["SIZ001"],
                cannot_tell=["CTX001"] if n % 4 == 0 else [],
            )
        )
    return made
