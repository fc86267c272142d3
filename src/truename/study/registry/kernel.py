"""The kernel of every engine: an Arrow table of a snapshot's records in, an Arrow table of rows out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from truename.names import Role, claims_of, parse_name
from truename.study.registry.cells import canonical
from truename.study.registry.checks import judge_record
from truename.study.registry.columnar import lists, tagged, telling_files, texts
from truename.study.registry.metadata import BASE_TAG, Record, bases_of_tags, config_of, evidence_of
from truename.study.registry.rows import Rows
from truename.study.registry.skips import Skips

NO_ID = "record left out: no id"
NO_NAME = "record left out: an id without a name"
REPEATED = "record left out: its id came before"
NO_JSON = "cell left empty: config is a text that is no JSON object"
_PACKED = frozenset((Role.QUANTISATION, Role.BITS, Role.PRECISION, Role.PACKAGING))
_LINES = frozenset((Role.FAMILY, Role.BRAND))
_LANGUAGES = frozenset((Role.LANGUAGE, Role.LANGUAGE_PAIR))


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
    last = "the start"
    for place, (id_, record) in enumerate(zip(texts(records.column("id")), _records(records), strict=True)):
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
        )
        rows.add(place, claims, record, judge_record(claims, roles, evidence))
    return rows.table(records), skips


def _records(records: pa.Table) -> Iterator[Record]:
    """The columns that are evidence, record by record."""
    arrays = {name: column.combine_chunks() for name, column in zip(records.column_names, records.columns, strict=True)}
    bases, tensors = arrays["baseModels"], arrays["safetensors"]
    configs = texts(arrays["config"])
    relations, models = texts(pc.struct_field(bases, "relation")), lists(pc.struct_field(bases, "models"))
    for place, tags in tagged(arrays["tags"], BASE_TAG).items():
        if not models[place]:
            relation, found = bases_of_tags(tags)
            relations[place], models[place] = relations[place] or relation, [*found]
    columns = (
        texts(arrays["library_name"]),
        lists(arrays["tags"]),
        relations,
        models,
        [None if text is None else config_of(text) for text in configs],
        texts(arrays["cardData"]),
        pc.struct_field(tensors, "total").to_pylist(),
        lists(pc.struct_field(tensors, "dtypes")),
        arrays["gguf"].to_pylist() if arrays["gguf"].null_count < len(records) else [None] * len(records),
        telling_files(arrays["siblings"]),
    )
    return map(Record, *columns)
