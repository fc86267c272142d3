"""The zoo's file: one row an entry, zstd Parquet, the tensors as columns of lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from truename.atomic_files import write_atomically
from truename.errors import DeclaredError, MissingExtraError
from truename.lab.zoo.entry import Entry, TensorRow
from truename.lab.zoo.unit import Failure

SCHEMA = "truename.zoo/1"
_PLAIN = ("library", "library_version", "class_name", "model_type", "architecture", "task", "layout")
_BATCH = 256  # entries of a row group that are read at once


def write_entries(path: Path, entries: Iterable[Entry], failures: Iterable[Failure] = (), **metadata: str) -> None:
    """Write a part: entries as rows, failures in the file's metadata. It appears whole or not at all."""
    arrow, parquet = _pyarrow()
    table = arrow.Table.from_pylist([_row(entry) for entry in entries], schema=_schema(arrow))
    notes = {"truename.schema": SCHEMA, "truename.failures": msgspec.json.encode(list(failures)).decode(), **metadata}
    with write_atomically(path) as partial:
        parquet.write_table(table.replace_schema_metadata(notes), partial, compression="zstd", compression_level=9)


def merge(parts: Iterable[Path], path: Path, **metadata: str) -> tuple[int, list[Failure]]:
    """Write the rows of ``parts`` into one file, one part in memory at a time; returns entries and failures."""
    arrow, parquet = _pyarrow()
    failures: list[Failure] = []
    total = 0
    several = list(parts)
    for part in several:
        failures += read_failures(part)
    notes = {"truename.schema": SCHEMA, "truename.failures": msgspec.json.encode(failures).decode(), **metadata}
    schema = _schema(arrow).with_metadata(notes)
    with (
        write_atomically(path) as partial,
        parquet.ParquetWriter(partial, schema, compression="zstd", compression_level=9) as writer,
    ):
        for batch in _regrouped(arrow, parquet, several):
            total += batch.num_rows
            writer.write_table(batch.replace_schema_metadata(notes))
    return total, failures


def read_entries(path: Path, where: Any = None) -> Iterator[Entry]:
    """The entries of ``path``, a batch in memory at a time.

    Args:
        path: a file that ``build`` wrote.
        where: a filter in pyarrow's words, such as ``[("library", "=", "timm")]``.

    Raises:
        DeclaredError: ``path`` is no such file.
        MissingExtraError: pyarrow is not installed.
    """
    _, parquet = _pyarrow()
    if metadata(path).get("truename.schema") != SCHEMA:
        raise DeclaredError(str(path), f"is no zoo of the schema {SCHEMA}; build it again with 'truename zoo build'")
    if where is not None:
        for row in parquet.read_table(path, filters=where).to_pylist():
            yield _entry(row)
        return
    for batch in parquet.ParquetFile(path).iter_batches(batch_size=_BATCH):
        for row in batch.to_pylist():
            yield _entry(row)


def metadata(path: Path) -> dict[str, str]:
    """The notes of the file: schema, failures, how it was built.

    Raises:
        DeclaredError: ``path`` is no Parquet file.
    """
    arrow, parquet = _pyarrow()
    try:
        notes = parquet.read_schema(path).metadata or {}
    except (OSError, arrow.ArrowException) as error:
        raise DeclaredError(str(path), "cannot be read as Parquet") from error
    return {key.decode(): value.decode() for key, value in notes.items()}


def read_failures(path: Path) -> list[Failure]:
    """What could not be built, from the file's metadata."""
    return msgspec.json.decode(metadata(path).get("truename.failures", "[]"), type=list[Failure])


def _regrouped(arrow: Any, parquet: Any, parts: list[Path]) -> Iterator[Any]:
    """The parts' tables, small ones together: a row group of some hundred entries compresses better."""
    waiting: list[Any] = []
    for part in parts:
        waiting.append(parquet.read_table(part).replace_schema_metadata(None))
        if sum(t.num_rows for t in waiting) >= 2000:
            yield arrow.concat_tables(waiting)
            waiting = []
    if waiting:
        yield arrow.concat_tables(waiting)


def _row(entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {key: getattr(entry, key) for key in _PLAIN}
    row |= {"config_id": entry.config_id, "seed": entry.seed, "config": json.dumps(entry.config, sort_keys=True)}
    row |= {"parameters": entry.parameters, "tensors": entry.tensors}
    row["templates"] = [r.template for r in entry.rows]
    row["dtypes"] = [r.dtype for r in entry.rows]
    row["shapes"] = [list(r.shape) for r in entry.rows]
    row["counts"] = [r.count for r in entry.rows]
    row["indices"] = [r.indices for r in entry.rows]
    return row


def _entry(row: dict[str, Any]) -> Entry:
    rows = tuple(
        TensorRow(template, dtype, tuple(shape), indices)
        for template, dtype, shape, indices in zip(
            row["templates"], row["dtypes"], row["shapes"], row["indices"], strict=True
        )
    )
    plain = {key: row[key] for key in (*_PLAIN, "config_id", "seed")}
    return Entry(**plain, config=json.loads(row["config"]), rows=rows)


def _schema(arrow: Any) -> Any:
    text, whole = arrow.string(), arrow.int64()
    return arrow.schema(
        [(key, text) for key in _PLAIN]
        + [("config_id", arrow.int32()), ("seed", whole), ("config", text), ("parameters", whole), ("tensors", whole)]
        + [("templates", arrow.list_(text)), ("dtypes", arrow.list_(text))]
        + [("shapes", arrow.list_(arrow.list_(whole))), ("counts", arrow.list_(whole)), ("indices", arrow.list_(text))]
    )


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError("a zoo of architectures", "zoo") from error
    return pyarrow, pyarrow.parquet
