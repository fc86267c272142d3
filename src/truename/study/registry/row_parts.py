"""Parts on disk: a slice of the snapshot becomes one Parquet file, by processes of this machine or by Ray.

Whatever the engine, only the number of a slice comes back.
What was left out of a part stands in the metadata of its file, so that a part that is there needs no second look.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from truename.atomic_files import write_atomically
from truename.engines import Engine, map_with_ray
from truename.processes import GARBAGE, map_with_processes
from truename.study.registry.columns import ROWS, ROWS_SCHEMA
from truename.study.registry.kernel import rows_of
from truename.study.registry.skips import Skips
from truename.study.registry.slices import Slice, read_slice

UNREADABLE = "record left out: its row group cannot be read"
_SKIPPED, _SCHEMA = b"truename.skipped", b"truename.schema"
_ROWS_A_GROUP = 25_000


def part_path(folder: Path, number: int) -> Path:
    """Where a part lies."""
    return folder / f"part-{number:05}.parquet"


def make_parts(
    slices: Sequence[Slice], columns: Mapping[str, str], folder: Path, engine: Engine, workers: int | None = None
) -> Iterator[Slice]:
    """Make the part of every slice; yields each slice when its part is there.

    Args:
        slices: what to make.
        columns: a study's column -> the snapshot's.
        folder: where to; with Ray on several machines one that all of them share.
        engine: processes of this machine, or Ray Data.
        workers: how many processes; by default one a core that this process may use; 0 works in this process.

    Raises:
        MissingExtraError: Ray is asked for and not installed.
        UsageError: a process ended before its work.
    """
    make = partial(make_part, columns=dict(columns), folder=folder.resolve())
    if engine is Engine.RAY:
        yield from _with_ray(slices, make, workers)
    elif workers == 0:
        for one in slices:
            make(one)
            yield one
    else:
        yield from map_with_processes(slices, make, workers or len(os.sched_getaffinity(0)))


def _with_ray(slices: Sequence[Slice], make: partial[None], workers: int | None) -> Iterator[Slice]:
    items = [{"slice": msgspec.json.encode(one)} for one in slices]
    by_number = {one.number: one for one in slices}
    for table in map_with_ray(items, partial(_ray_batch, make=make), batch=1, blocks=len(items), workers=workers):
        yield from (by_number[number] for number in table.column("number").to_pylist())


def _ray_batch(batch: pa.Table, make: partial[None]) -> pa.Table:
    gc.set_threshold(GARBAGE)
    slices = [msgspec.json.decode(item, type=Slice) for item in batch.column("slice").to_pylist()]
    for one in slices:
        make(one)
    return pa.table({"number": pa.array([one.number for one in slices], pa.int64())})


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
    with_skips = table.replace_schema_metadata({_SKIPPED: skips.encoded(), _SCHEMA: ROWS_SCHEMA.encode()})
    with write_atomically(path) as place:
        pq.write_table(with_skips, place, compression="zstd", row_group_size=_ROWS_A_GROUP)
