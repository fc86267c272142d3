"""Parquet parts, and files that are there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

from truename.errors import UsageError


def targets_of(part: Path) -> list[str]:
    """The targets whose rows a part holds.

    Raises:
        UsageError: the file is no such part.
    """
    return cast(list[str], _read(part, ["target"])["target"].to_pylist())


def drop_errors(part: Path) -> None:
    """Write a part again without its errors.

    Raises:
        UsageError: the file is no such part.
    """
    import pyarrow.compute as pc

    if "error" in _read(part, ["status"])["status"].to_pylist():
        table = _read(part)
        write_table(part, table.filter(pc.not_equal(table["status"], "error")))


def _read(part: Path, columns: list[str] | None = None) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(part) as file:
            return file.read(columns)
    except (pa.ArrowInvalid, KeyError) as error:
        raise UsageError(f"{part} is no part of a scan ({str(error)[:120]}); give another folder") from None


def write_table(path: Path, table: Any) -> None:
    """Write an Arrow table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    partial = path.with_suffix(".partial")
    pq.write_table(table, partial, compression="zstd")
    pa.default_memory_pool().release_unused()
    _settle(partial, path)


def write_whole(path: Path, data: bytes) -> None:
    """Write bytes."""
    partial = path.with_suffix(".partial")
    partial.write_bytes(data)
    _settle(partial, path)


def _settle(partial: Path, path: Path) -> None:
    """Rename a file into its place once its bytes are on disk."""
    with open(partial, "rb") as written:
        os.fsync(written.fileno())
    os.replace(partial, path)
