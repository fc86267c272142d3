"""A snapshot in slices: which rows of a Parquet file make which part. Every run of the same file cuts it alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from truename.errors import UsageError
from truename.study.registry.snapshot_layouts import match_columns

ROWS_A_PART = 25_000
_BATCH = 5_000  # rows that are decoded at a time
_IDS = 65_536


class Slice(msgspec.Struct, frozen=True):
    """Rows of one row group: the records of one part."""

    number: int
    path: str
    row_group: int
    start: int  # in the row group
    count: int
    repeated: tuple[int, ...] = ()  # places in the slice of records whose id came before


class Snapshot(msgspec.Struct, frozen=True):
    """A Parquet file that is known to be a snapshot."""

    path: Path
    columns: Mapping[str, str]  # a study's -> the file's
    rows: int
    slices: tuple[Slice, ...]


def open_snapshot(path: Path) -> Snapshot:
    """Look at a Parquet file's footer, and find the ids that come twice.

    Raises:
        UsageError: it is no Parquet file, its end is missing, or it has no column of ids.
    """
    try:
        with pq.ParquetFile(path) as file:
            columns = match_columns(file.schema_arrow.names, str(path))
            sizes = [file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)]
    except (pa.ArrowException, OSError) as error:
        if not path.exists():
            raise UsageError(f"{path}: there is no such snapshot") from None
        problem = f"{path}: not a whole Parquet file ({str(error)[:120]}); a file that is cut off has lost its footer, "
        raise UsageError(problem + "fetch it again") from None
    slices = [
        Slice(0, str(path), group, start, min(ROWS_A_PART, size - start))
        for group, size in enumerate(sizes)
        for start in range(0, size, ROWS_A_PART)
    ]
    numbered = [msgspec.structs.replace(one, number=number) for number, one in enumerate(slices)]
    return Snapshot(path, columns, sum(sizes), tuple(_without_repeats(path, columns["id"], numbered, sizes)))


def read_slice(one: Slice, columns: Mapping[str, str]) -> Iterator[pa.Table]:
    """The records of a slice, a batch at a time; only the columns that a study reads.

    A row group can only be read from its start, and may hold a million records: where the slice before was of the same
    one, reading goes on from there.

    Raises:
        pyarrow.ArrowException, OSError: the row group cannot be read.
    """
    global _open
    wanted = tuple(dict.fromkeys(columns.values()))
    reading, _open = _open, None
    if reading is None or not reading.is_before(one, wanted):
        reading = _Reading(one, wanted)
    yield from reading.until(one.start, one.start + one.count)
    _open = None if reading.is_done() else reading


class _Reading:
    """A row group that is being read, from its start towards its end."""

    def __init__(self, one: Slice, columns: tuple[str, ...]) -> None:
        self._what = (one.path, one.row_group, columns)
        self._file = pq.ParquetFile(one.path, pre_buffer=False, memory_map=True)
        self._batches = self._file.iter_batches(
            _BATCH, row_groups=[one.row_group], columns=list(columns), use_threads=False
        )
        self._size = self._file.metadata.row_group(one.row_group).num_rows
        self._rest: pa.RecordBatch | None = None  # read, and not asked for yet
        self._at = 0  # the first record of the rest, or of the next batch

    def is_before(self, one: Slice, columns: tuple[str, ...]) -> bool:
        """Whether a slice can be read from here."""
        return self._what == (one.path, one.row_group, columns) and self._at <= one.start

    def is_done(self) -> bool:
        """Whether nothing is left."""
        return bool(self._at >= self._size)

    def until(self, begin: int, end: int) -> Iterator[pa.Table]:
        """The records from one place to another, in batches."""
        while self._at < end:
            batch = next(self._batches, None) if self._rest is None else self._rest
            self._rest = None
            if batch is None:
                return
            first, last = max(begin - self._at, 0), min(end - self._at, len(batch))
            if last < len(batch):
                self._rest = batch.slice(last)
            self._at += last
            if first < last:
                yield pa.Table.from_batches([batch.slice(first, last - first)])


_open: _Reading | None = None  # of this process


def _without_repeats(path: Path, column: str, slices: list[Slice], sizes: list[int]) -> Iterator[Slice]:
    """The slices, each with the places of the records whose id came before it in the file."""
    digests = _digests(path, column, sizes)
    repeated = _repeats(digests)
    starts = np.cumsum([0, *(one.count for one in slices)])
    for one, start in zip(slices, starts.tolist(), strict=False):
        low, high = np.searchsorted(repeated, [start, start + one.count])
        yield msgspec.structs.replace(one, repeated=tuple((repeated[low:high] - start).tolist()))


def _digests(path: Path, column: str, sizes: list[int]) -> np.ndarray:
    """64 bits of every id, zero where there is none or where a row group cannot be read."""
    import polars as pl

    found = np.zeros(sum(sizes), np.uint64)
    with pq.ParquetFile(path, pre_buffer=False, memory_map=True) as file:
        at = 0
        for group, size in enumerate(sizes):
            done = at
            try:
                for batch in file.iter_batches(_IDS, row_groups=[group], columns=[column], use_threads=False):
                    ids = batch.column(0).cast(pa.string()).cast(pa.binary())  # not every text need be UTF-8
                    digest = pl.Series(ids).hash(seed=1).to_numpy().copy()
                    without = pc.fill_null(pc.equal(pc.binary_length(ids), 0), True)
                    digest[without.to_numpy(zero_copy_only=False)] = 0
                    found[done : done + len(batch)] = digest
                    done += len(batch)
            except (pa.ArrowException, OSError):
                pass  # the slices of this row group are counted as unreadable when their turn comes
            at += size
    return found


def _repeats(digests: np.ndarray) -> np.ndarray:
    """The places, in order, whose digest came before; zeros are no digests."""
    order = np.argsort(digests, kind="stable")
    ordered = digests[order]
    again = np.zeros(len(digests), bool)
    again[1:] = (ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)
    return np.sort(order[again])
