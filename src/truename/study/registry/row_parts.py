"""Parts on disk: a slice of the snapshot becomes one Parquet file, by processes of this machine or by Ray.

Whatever the engine, only the number of a slice comes back.
What was left out of a part stands in the metadata of its file, so that a part that is there needs no second look.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from truename.atomic_files import write_atomically
from truename.engines import Engine, map_with_ray
from truename.names import Role, claims_of, parse_name
from truename.processes import GARBAGE, map_with_processes
from truename.rules.verdict import has_no_weights
from truename.study.registry.cells import canonical
from truename.study.registry.checks import judge_record
from truename.study.registry.columns import ROWS, ROWS_SCHEMA, SNAPSHOT
from truename.study.registry.metadata import BASE_TAG, Record, bases_of_tags, config_of, evidence_of, unread_by
from truename.study.registry.rows import Rows
from truename.study.registry.skips import Skips
from truename.study.registry.slices import Slice, read_slice

NO_ID = "record left out: no id"
NO_NAME = "record left out: an id without a name"
REPEATED = "record left out: its id came before"
NO_JSON = "cell left empty: config is a text that is not a JSON object"
_PACKED = frozenset((Role.QUANTISATION, Role.BITS, Role.PRECISION, Role.PACKAGING))
_LINES = frozenset((Role.FAMILY, Role.BRAND))
_LANGUAGES = frozenset((Role.LANGUAGE, Role.LANGUAGE_PAIR))
# files that tell a model's formats, and whether it is an adapter
_TELLING = (
    r"(?i)\.(safetensors|gguf|ggml|bin|pt|pth|ckpt|onnx|h5|hdf5|keras|msgpack|tflite|npz|mlmodel|nemo|ot|index)$"
    r"|saved_model\.pb$|\.index(\..+)?\.json$|adapter_(model|config)\.|consolidated[.-]"
)


def rows_of(table: pa.Table, columns: Mapping[str, str], repeated: Collection[int] = ()) -> tuple[pa.Table, Skips]:
    """The rows of a part of a snapshot, in its order, and what is missing among them.

    Args:
        table: records of any layout.
        columns: a study's column -> the table's; see ``layouts.match_columns``.
        repeated: places in the table of records whose id came before.
    """
    records, skips = canonical(table, columns)
    rows = Rows()
    left_out = frozenset(repeated)
    missing = unread_by(set(SNAPSHOT.names).difference(columns))
    last = "the start"
    for place, (id_, record) in enumerate(zip(_texts(records.column("id")), _records(records), strict=True)):
        if id_ is None:
            skips.add(NO_ID, f"behind {last}")
            continue
        last = id_
        if place in left_out:
            skips.add(REPEATED, id_)
            continue
        parsed = parse_name(id_)
        if not parsed.model:
            skips.add(NO_NAME, id_)
            continue
        claims = claims_of(parsed)
        if record.config is not None and not record.config.readable:
            skips.add(NO_JSON, id_)
        roles = frozenset([claim.role for claim in claims.items])
        evidence = evidence_of(
            record,
            languages=not _LANGUAGES.isdisjoint(roles),
            base=not _LINES.isdisjoint(roles),
            count=_PACKED.isdisjoint(roles),
            missing=missing,
        )
        without_weights = record.files is not None and has_no_weights(evidence)
        judged = judge_record(claims, roles, evidence, without_weights=without_weights)
        rows.add(place, claims, record, judged)
    return rows.table(records), skips


def _records(records: pa.Table) -> Iterator[Record]:
    """The columns that are evidence, record by record."""
    arrays = {name: column.combine_chunks() for name, column in zip(records.column_names, records.columns, strict=True)}
    bases, tensors = arrays["baseModels"], arrays["safetensors"]
    configs = _texts(arrays["config"])
    relations, models = _texts(pc.struct_field(bases, "relation")), _lists(pc.struct_field(bases, "models"))
    for place, tags in _tagged(arrays["tags"], BASE_TAG).items():
        if not models[place]:
            relation, found = bases_of_tags(tags)
            relations[place], models[place] = relations[place] or relation, [*found]
    columns = (
        _texts(arrays["library_name"]),
        _lists(arrays["tags"]),
        relations,
        models,
        [None if text is None else config_of(text) for text in configs],
        _texts(arrays["cardData"]),
        pc.struct_field(tensors, "total").to_pylist(),
        _lists(pc.struct_field(tensors, "dtypes")),
        arrays["gguf"].to_pylist() if arrays["gguf"].null_count < len(records) else [None] * len(records),
        _telling_files(arrays["siblings"]),
    )
    return map(Record, *columns)


def _texts(column: pa.Array | pa.ChunkedArray) -> list[str | None]:
    """A column of texts; None where a cell is empty."""
    found: list[str | None] = column.to_numpy(zero_copy_only=False).tolist()
    return found


def _lists(column: pa.ListArray) -> list[list[str | None] | None]:
    """A column of lists of texts; None where there is no list."""
    size = len(column)
    if column.null_count == size:
        return [None] * size
    flat = _texts(column.flatten())
    ends = pc.cumulative_sum(pc.fill_null(pc.list_value_length(column), 0)).to_pylist()
    starts = [0, *ends[:-1]]
    if not column.null_count:
        return [flat[start:end] for start, end in zip(starts, ends, strict=True)]
    there = column.is_valid().to_pylist()
    return [flat[start:end] if valid else None for start, end, valid in zip(starts, ends, there, strict=True)]


def _tagged(column: pa.ListArray, prefix: str) -> dict[int, list[str]]:
    """Place -> the tags there that begin with a prefix, less it; places without any are left out."""
    if column.null_count == len(column):
        return {}
    tags, owners = column.flatten(), pc.list_parent_indices(column)
    chosen = pc.fill_null(pc.starts_with(tags, prefix), False)
    found: dict[int, list[str]] = {}
    for owner, tag in zip(owners.filter(chosen).to_pylist(), tags.filter(chosen).to_pylist(), strict=True):
        found.setdefault(owner, []).append(tag[len(prefix) :])
    return found


def _telling_files(column: pa.ListArray) -> list[tuple[str, ...] | None]:
    """Of each list of paths the telling ones, in order; None where there is no list."""
    if column.null_count == len(column):
        return [None] * len(column)
    paths, owners = column.flatten(), pc.list_parent_indices(column)
    telling = pc.fill_null(pc.match_substring_regex(paths, _TELLING), False)
    found: list[list[str]] = [[] for _ in range(len(column))]
    for owner, path in zip(owners.filter(telling).to_pylist(), _texts(paths.filter(telling)), strict=True):
        found[owner].append(path)
    valid = column.is_valid().to_pylist()
    return [tuple(kept) if there else None for kept, there in zip(found, valid, strict=True)]


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
