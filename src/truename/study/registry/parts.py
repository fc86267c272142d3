"""Parts on disk: a slice of the snapshot becomes one Parquet file, written beside its place and renamed when whole.

What was left out of a part stands in the metadata of its file, so that a part that is there needs no second look.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from truename.study.registry.columns import ROWS
from truename.study.registry.kernel import rows_of
from truename.study.registry.skips import Skips
from truename.study.registry.slices import Slice, read_slice

UNREADABLE = "record left out: its row group cannot be read"
_SKIPPED = b"truename.skipped"
_ROWS_A_GROUP = 25_000


def part_path(folder: Path, number: int) -> Path:
    """Where a part lies."""
    return folder / f"part-{number:05}.parquet"


def make_part(one: Slice, columns: Mapping[str, str], folder: Path) -> None:
    """Make the rows of a slice. A row group that cannot be read is counted, not its readable beginning kept."""
    tables: list[pa.Table] = []
    skips = Skips()
    at = 0
    try:
        for records in read_slice(one, columns):
            inside = [place - at for place in one.repeated if at <= place < at + records.num_rows]
            rows, skipped = rows_of(records, columns, inside)
            tables.append(rows)
            skips.merge(skipped)
            at += records.num_rows
    except (pa.ArrowException, OSError) as error:
        tables, skips = [], Skips()
        skips.add(UNREADABLE, f"row group {one.row_group} of {Path(one.path).name}: {error}", one.count)
    _write(pa.concat_tables(tables) if tables else ROWS.empty_table(), skips, part_path(folder, one.number))


def skips_of(path: Path) -> Skips:
    """What was left out of a part."""
    return Skips.decoded(pq.read_schema(path).metadata[_SKIPPED])


def rows_in(path: Path) -> int:
    """How many rows a part holds."""
    return int(pq.read_metadata(path).num_rows)


def _write(table: pa.Table, skips: Skips, path: Path) -> None:
    partial = path.with_suffix(f".{os.getpid()}.partial")
    with_skips = table.replace_schema_metadata({_SKIPPED: skips.encoded()})
    pq.write_table(with_skips, partial, compression="zstd", row_group_size=_ROWS_A_GROUP)
    with open(partial, "rb") as written:
        os.fsync(written.fileno())
    os.replace(partial, path)
