"""Cells of any layout in a snapshot's one form: by column where the types are known, else cell by cell.

A cell that is not what its column asks for stays empty and is counted. An empty cell is no fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truename.study.registry.cell_values import (
    MOST,
    MOST_TIMES,
    WrongCellError,
    bases_of,
    gguf_of,
    json_of,
    moment_of,
    owner_of,
    paths_of,
    text_of,
    times_of,
    total_of,
    whole_of,
    words_of,
)
from truename.study.registry.columns import SNAPSHOT
from truename.study.registry.skips import Skips


def canonical(table: pa.Table, columns: Mapping[str, str]) -> tuple[pa.Table, Skips]:
    """A table of any layout as one of ``SNAPSHOT``, and the cells that were left empty.

    Args:
        table: as it was read.
        columns: a study's column -> the table's.
    """
    skips = Skips()
    ids = _column(table, columns["id"], "id", None, skips)
    named = _texts_of(ids, "id", ids, skips)
    made = {"id": named}
    for ours in SNAPSHOT.names[1:]:
        kind = SNAPSHOT.field(ours).type
        if (theirs := columns.get(ours)) is None:
            made[ours] = pa.nulls(table.num_rows, kind)
        else:
            array = _column(table, theirs, ours, named, skips)
            made[ours] = (
                array
                if array.type == kind and ours in _AS_THEY_ARE and _is_whole(array)
                else _READ[ours](array, ours, named, skips)
            )
    return pa.table([made[name] for name in SNAPSHOT.names], schema=SNAPSHOT), skips


def _column(table: pa.Table, name: str, ours: str, ids: pa.Array | None, skips: Skips) -> pa.Array:
    column = table.column(name).combine_chunks()
    column = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        if not _is_text(column.type):
            raise
        return _readable(column, ours, ids, skips)
    return column


def _readable(texts: pa.Array, ours: str, ids: pa.Array | None, skips: Skips) -> pa.Array:
    """Parquet's own readers take the bytes of a text on trust: those that are none are left empty and counted."""
    found: list[str | None] = []
    for place, value in enumerate(texts.cast(pa.large_binary()).to_pylist()):
        try:
            found.append(None if value is None else value.decode("utf-8"))
        except UnicodeDecodeError:
            where = value.decode("utf-8", "replace") if ids is None else str(ids[place].as_py())
            skips.add(f"cell left empty: {ours} is a text that is not UTF-8", where)
            found.append(None)
    return pa.array(found, pa.string())


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_whole(array: pa.Array) -> bool:
    """Whether no list has a gap in it."""
    lists = pc.struct_field(array, "models") if pa.types.is_struct(array.type) else array
    return not lists.flatten().null_count


Read = Callable[[Any], Any]


def _each(read: Read) -> Callable[[pa.Array, str, pa.Array, Skips], pa.Array]:
    """A reader of columns out of one of cells."""

    def column(array: pa.Array, name: str, ids: pa.Array, skips: Skips) -> pa.Array:
        return pa.array(_cells(array, read, name, ids, skips), SNAPSHOT.field(name).type)

    return column


def _cells(array: pa.Array, read: Read, name: str, ids: pa.Array, skips: Skips) -> list[Any]:
    found: list[Any] = []
    for index, value in enumerate(array.to_pylist()):
        try:
            found.append(None if value is None or value == "" else read(value))
        except WrongCellError as error:
            skips.add(f"cell left empty: {name} is {error}", str(ids[index].as_py()))
            found.append(None)
    return found


def _texts_of(array: pa.Array, name: str, ids: pa.Array, skips: Skips) -> pa.Array:
    if not _is_text(array.type):
        return _each(text_of)(array, name, ids, skips)
    trimmed = pc.utf8_trim_whitespace(array.cast(pa.string()))
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _times_of(array: pa.Array, name: str, ids: pa.Array, skips: Skips) -> pa.Array:
    return _wholes_of(array, name, ids, skips, MOST_TIMES, times_of)


def _wholes_of(
    array: pa.Array, name: str, ids: pa.Array, skips: Skips, most: int = MOST, read: Read = whole_of
) -> pa.Array:
    if pa.types.is_null(array.type):
        return array.cast(pa.int64())
    if pa.types.is_integer(array.type):
        ends = pc.min_max(array).as_py()
        if (ends["min"] or 0) >= 0 and (ends["max"] or 0) <= most:
            return array.cast(pa.int64())
    return _each(read)(array, name, ids, skips)


def _moments_of(array: pa.Array, name: str, ids: pa.Array, skips: Skips) -> pa.Array:
    kind = SNAPSHOT.field(name).type
    if pa.types.is_timestamp(array.type) or pa.types.is_date(array.type):
        zone = array.type.tz if pa.types.is_timestamp(array.type) else None
        return array.cast(pa.timestamp("ms", zone), safe=False).cast(kind)
    return _each(moment_of)(array, name, ids, skips)


def _jsons_of(array: pa.Array, name: str, ids: pa.Array, skips: Skips) -> pa.Array:
    if _is_text(array.type):  # looked into only where a rule asks for it
        blank = pc.or_(pc.equal(array, ""), pc.utf8_is_space(array))
        texts = array.cast(pa.string())
        return pc.if_else(blank, pa.scalar(None, pa.string()), texts) if pc.any(blank).as_py() else texts
    return _each(json_of)(array, name, ids, skips)


def _totals_of(array: pa.Array, name: str, ids: pa.Array, skips: Skips) -> pa.Array:
    kind = array.type
    if not pa.types.is_struct(kind) or kind.get_field_index("total") < 0:
        return _each(total_of)(array, name, ids, skips)
    if kind.get_field_index("parameters") >= 0 and pa.types.is_struct(kind.field("parameters").type):
        dtypes = _dtypes_of(pc.struct_field(array, "parameters"))
    elif kind.get_field_index("dtypes") >= 0:
        dtypes = pc.struct_field(array, "dtypes")
    else:
        dtypes = pa.nulls(len(array), pa.list_(pa.string()))
    totals = _wholes_of(pc.struct_field(array, "total"), f"{name}.total", ids, skips)
    return _struct(array, name, {"total": totals, "dtypes": dtypes})


def _dtypes_of(parameters: pa.StructArray) -> pa.Array:
    """The types with elements, most elements first, of a struct that has a field for every type of any record."""
    names = sorted(field.name for field in parameters.type if pa.types.is_integer(field.type))
    if not names:
        return pa.array([[]] * len(parameters), pa.list_(pa.string()))
    columns = [pc.fill_null(pc.struct_field(parameters, name), 0) for name in names]
    counts = np.stack([column.to_numpy(zero_copy_only=False) for column in columns], axis=1)
    most_first = np.argsort(-counts, axis=1, kind="stable")  # of equal counts in the order of their names
    there = np.take_along_axis(counts, most_first, axis=1) != 0
    ends = np.cumsum([0, *there.sum(axis=1)])
    chosen = pa.array(names).take(pa.array(most_first[there]))
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), chosen)


def _ggufs_of(array: pa.Array, name: str, ids: pa.Array, skips: Skips) -> pa.Array:
    if not pa.types.is_struct(array.type):
        return _each(gguf_of)(array, name, ids, skips)
    parts = {}
    for field in SNAPSHOT.field(name).type:
        there = array.type.get_field_index(field.name) >= 0
        part = pc.struct_field(array, field.name) if there else pa.nulls(len(array), field.type)
        read = _texts_of if pa.types.is_string(field.type) else _wholes_of
        parts[field.name] = read(part, f"{name}.{field.name}", ids, skips) if there else part
    return _struct(array, name, parts)


def _struct(array: pa.Array, name: str, parts: Mapping[str, pa.Array]) -> pa.Array:
    fields = list(SNAPSHOT.field(name).type)
    return pa.StructArray.from_arrays([parts[f.name] for f in fields], fields=fields, mask=array.is_null())


def _bases_of(array: pa.Array, name: str, ids: pa.Array, skips: Skips) -> pa.Array:
    found = _struct_bases(array)
    return _each(bases_of)(array, name, ids, skips) if found is None else found


def _struct_bases(array: pa.Array) -> pa.Array | None:
    """A column of ``{"relation": ..., "models": [{"id": ...}]}`` without gaps in it, None for any other."""
    kind = array.type
    if not pa.types.is_struct(kind) or {kind.field(i).name for i in range(kind.num_fields)} != {"relation", "models"}:
        return None
    models, relation = pc.struct_field(array, "models"), pc.struct_field(array, "relation")
    if not pa.types.is_string(relation.type) or not pa.types.is_list(models.type):
        return None
    if models.null_count != array.null_count:
        return None
    ids = models.flatten()
    if pa.types.is_struct(ids.type) and ids.type.get_field_index("id") >= 0:
        ids = pc.struct_field(ids, "id")
    if not pa.types.is_string(ids.type) or ids.null_count or pc.any(pc.equal(ids, "")).as_py():
        return None
    ends = pc.cumulative_sum(pc.fill_null(pc.list_value_length(models), 0))
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    lists = pa.ListArray.from_arrays(offsets, ids)
    return _struct(array, "baseModels", {"relation": relation, "models": lists})


def _files_of(array: pa.Array, name: str, ids: pa.Array, skips: Skips) -> pa.Array:
    paths = _struct_paths(array)
    if paths is not None:
        return pa.ListArray.from_arrays(array.offsets, paths, mask=array.is_null() if array.null_count else None)
    return _each(paths_of)(array, name, ids, skips)


def _struct_paths(array: pa.Array) -> pa.Array | None:
    """The paths in a column of lists of ``{"rfilename": ...}``, None for any other column."""
    if not pa.types.is_list(array.type) or not pa.types.is_struct(array.type.value_type) or array.offset:
        return None
    if array.type.value_type.get_field_index("rfilename") < 0:
        return None
    paths = pc.struct_field(array.values, "rfilename")
    return paths if pa.types.is_string(paths.type) else None


_READ: Mapping[str, Callable[[pa.Array, str, pa.Array, Skips], pa.Array]] = {
    "author": _texts_of,
    "owner_kind": _each(owner_of),
    "library_name": _texts_of,
    "pipeline_tag": _texts_of,
    "createdAt": _moments_of,
    "downloads": _times_of,
    "likes": _times_of,
    "tags": _each(words_of),
    "baseModels": _bases_of,
    "config": _jsons_of,
    "cardData": _jsons_of,
    "safetensors": _totals_of,
    "gguf": _ggufs_of,
    "siblings": _files_of,
}
_AS_THEY_ARE = frozenset(("tags", "baseModels", "siblings"))  # in this type nothing can be wrong
