"""Snapshots in one form: a file of any layout, or a registry's list, as one Parquet file of ``columns.SNAPSHOT``."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from truename.atomic_files import write_atomically
from truename.errors import UsageError
from truename.study.registry.cells import canonical
from truename.study.registry.columns import SNAPSHOT
from truename.study.registry.record_files import Format, format_of, tables_in
from truename.study.registry.skips import Skips
from truename.study.registry.slices import ROWS_A_PART, open_snapshot, read_slice
from truename.study.registry.snapshot_layouts import match_columns

SKIPPED = b"truename.skipped"
HELD = b"truename.columns"  # those that the source had: the others are there, and empty


class Taken(msgspec.Struct, frozen=True):
    """What a snapshot came to."""

    path: Path
    records: int
    skips: Skips


def take_snapshot(source: Path, out: Path) -> Taken:
    """Write a snapshot of any layout in the one form. Ids are kept as they are, those too that come twice.

    Raises:
        UsageError: the source cannot be read, or has no column of ids.
    """
    skips = Skips()
    held: set[str] = set()
    with closing(_canonical_tables(source, skips, held)) as tables:
        return write_snapshot(tables, out, skips, held)


def write_snapshot(tables: Iterable[pa.Table], out: Path, skips: Skips, held: set[str]) -> Taken:
    """Write tables of ``SNAPSHOT`` as one file, beside its place first; skips and columns stand in its metadata.

    Args:
        tables: read as they are needed.
        out: where to.
        skips: may grow until the last table was given.
        held: the columns that the source has; may grow too.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    records = 0
    with write_atomically(out) as partial, pq.ParquetWriter(partial, SNAPSHOT, compression="zstd") as writer:
        for table in _in_groups(tables):
            writer.write_table(table, row_group_size=ROWS_A_PART)
            records += table.num_rows
        columns = ",".join(name for name in SNAPSHOT.names if name in held)
        writer.add_key_value_metadata({SKIPPED.decode(): skips.encoded().decode(), HELD.decode(): columns})
    return Taken(out, records, skips)


def skips_of_snapshot(path: Path) -> Skips:
    """What was left out when a snapshot was taken; nothing of a file that is somebody else's."""
    metadata = pq.read_metadata(path).metadata or {}
    return Skips.decoded(metadata[SKIPPED]) if SKIPPED in metadata else Skips()


def columns_of_snapshot(path: Path) -> frozenset[str] | None:
    """The columns that the source of a snapshot had; None of a file that is somebody else's."""
    metadata = pq.read_metadata(path).metadata or {}
    return frozenset(metadata[HELD].decode().split(",")) if HELD in metadata else None


def _in_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows, as many at a time as a row group holds."""
    waiting = SNAPSHOT.empty_table()
    for table in tables:
        waiting = pa.concat_tables([waiting, table])
        while waiting.num_rows >= ROWS_A_PART:
            yield waiting.slice(0, ROWS_A_PART)
            waiting = waiting.slice(ROWS_A_PART).combine_chunks()
    if waiting.num_rows:
        yield waiting


def _canonical_tables(source: Path, skips: Skips, held: set[str]) -> Generator[pa.Table, None, None]:
    if format_of(source) is Format.PARQUET:
        yield from _of_parquet(source, skips, held)
    else:
        with closing(tables_in(source, skips)) as tables:
            yield from _of_tables(tables, source, skips, held)


def _of_tables(tables: Iterable[pa.Table], source: Path, skips: Skips, held: set[str]) -> Iterator[pa.Table]:
    known: dict[str, None] = {}  # records of JSON need not all have every key
    for table in tables:
        known |= dict.fromkeys(table.column_names)
        columns = match_columns(known, str(source))
        held.update(columns)
        for name in {*columns.values()} - {*table.column_names}:
            table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
        found, skipped = canonical(table, columns)
        skips.merge(skipped)
        yield found


def _of_parquet(source: Path, skips: Skips, held: set[str]) -> Iterator[pa.Table]:
    snapshot = open_snapshot(source)
    held.update(snapshot.columns)
    for one in snapshot.slices:
        try:
            for table in read_slice(one, snapshot.columns):
                found, skipped = canonical(table, snapshot.columns)
                skips.merge(skipped)
                yield found
        except (pa.ArrowException, OSError) as error:
            where = f"row group {one.row_group}"
            raise UsageError(f"{source}: {where} cannot be read ({str(error)[:120]}); fetch the file again") from None
