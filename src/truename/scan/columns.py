"""The columns of a scan, declared once."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from pyarrow.json import ParseOptions, ReadOptions, read_json

_TEXT = pa.string()
_TEXTS = pa.list_(_TEXT)
_ELEMENT = pa.struct([("kind", _TEXT), ("text", _TEXT), ("value", _TEXT), ("start", pa.int32()), ("end", pa.int32())])
_FACT = pa.struct([("key", _TEXT), ("value", _TEXT), ("origin", _TEXT), ("file", _TEXT)])
_IDENTIFICATION = pa.struct(
    [
        ("model_type", _TEXTS),  # what it may be, most probable first
        ("architecture", _TEXTS),
        ("task", _TEXTS),
        ("extends", _TEXTS),
        ("error_rate", pa.float64()),  # share of models whose model type is in no such list
        ("reason", _TEXT),  # why one of the first three is missing
    ]
)
_FINDING = pa.struct(
    [
        (column, _TEXT)
        for column in ("code", "severity", "message", "claim", "value", "origin", "file", "detail", "suggestion")
    ]
)

# ``value`` is JSON text everywhere.
SCHEMA = pa.schema(
    [
        pa.field("target", _TEXT, nullable=False),
        pa.field("name", _TEXT, nullable=False),
        pa.field("status", _TEXT, nullable=False),  # checked, error
        pa.field("error_kind", _TEXT),
        pa.field("error", _TEXT),
        pa.field("convention", _TEXT),
        pa.field("elements", pa.list_(_ELEMENT)),
        pa.field("facts", pa.list_(_FACT)),
        pa.field("identification", _IDENTIFICATION),  # null for an error
        pa.field("findings", pa.list_(_FINDING)),
        pa.field("flagged", pa.int16()),
        pa.field("confirmed", pa.int16()),
        pa.field("does_not_apply", pa.int16()),
        pa.field("cannot_tell", pa.int16()),
        pa.field("worst", _TEXT),  # error, warning, note
    ]
)


def table_of(lines: Sequence[bytes]) -> pa.Table:
    """Rows, each as one line of JSON, as a table of ``SCHEMA``.

    From JSON and not from Python's objects: it takes a tenth of the time, and does not import pandas where that is
    installed.
    """
    if not lines:
        return pa.Table.from_batches([], SCHEMA)
    data = b"".join(lines)
    parse = ParseOptions(explicit_schema=SCHEMA, unexpected_field_behavior="error")
    return read_json(pa.BufferReader(data), ReadOptions(use_threads=False, block_size=len(data) + 1), parse)
