"""The columns of a scan, declared once."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from pyarrow.json import ParseOptions, ReadOptions, read_json

_TEXT = pa.string()
_TEXTS = pa.list_(_TEXT)
_ELEMENT = pa.struct(
    [*((column, _TEXT) for column in ("kind", "role", "text", "value")), ("start", pa.int32()), ("end", pa.int32())]
)
_FACT = pa.struct([("key", _TEXT), ("value", _TEXT), ("origin", _TEXT), ("file", _TEXT)])
_IDENTIFICATION = pa.struct(
    [
        ("model_type", _TEXTS),  # what it may be, most probable first
        ("architecture", _TEXTS),
        ("task", _TEXTS),
        ("extends", _TEXTS),
        ("error_rate", pa.float64()),  # share of models whose model type is in no such list
        ("unanswered", pa.list_(pa.struct([("question", _TEXT), ("kind", _TEXT), ("text", _TEXT)]))),  # and why
    ]
)
_FINDING = pa.struct(
    [
        *((column, _TEXT) for column in ("code", "rule", "severity", "message", "claim", "claim_kind")),
        ("start", pa.int32()),  # of the claim in the name
        ("end", pa.int32()),
        *((column, _TEXT) for column in ("value", "origin", "file", "detail", "key_path")),
        ("line", pa.int32()),  # of the key in its document
        ("column", pa.int32()),
        ("suggestion", _TEXT),
        ("more", pa.int32()),  # further findings of the rule that this one stands for
        ("about_files", pa.bool_()),  # a fault of the files among themselves, of which the name is not accused
    ]
)
_REASON = pa.struct([("kind", _TEXT), ("text", _TEXT)])
_EVIDENCE = pa.struct([("value", _TEXT), ("origin", _TEXT), ("file", _TEXT), ("detail", _TEXT)])
_CLAIM = pa.struct(
    [
        ("kind", _TEXT),  # one of the 13 letters
        ("role", _TEXT),
        ("text", _TEXT),
        ("value", _TEXT),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("outcome", _TEXT),  # flagged, cannot_tell, confirmed
        ("severity", _TEXT),  # of a flagged one
        ("basis", _TEXT),  # of a confirmed one: measured, declared
        ("codes", _TEXTS),  # of the rules that ended so
        ("evidence", _EVIDENCE),
        ("reason", _REASON),  # of one that is not decided
    ]
)
_PART = pa.struct(
    [
        ("name", _TEXT),
        ("file", _TEXT),
        ("format", _TEXT),
        ("tensors", pa.int64()),
        ("parameters", pa.int64()),
        ("judged", pa.bool_()),  # the claims are compared with this one
        ("graph", pa.bool_()),
        ("reason", _REASON),  # why it is not counted
    ]
)
_UNDECIDED = pa.struct([("code", _TEXT), ("kind", _TEXT), ("text", _TEXT)])

# ``value`` is JSON text everywhere. The four counts are of rules; whoever changes a column raises ``SCAN_SCHEMA``.
SCHEMA = pa.schema(
    [
        pa.field("target", _TEXT, nullable=False),
        pa.field("name", _TEXT, nullable=False),
        pa.field("status", _TEXT, nullable=False),  # checked, error
        pa.field("error_kind", _TEXT),
        pa.field("error", _TEXT),
        pa.field("revision", _TEXT),  # commit on a hub
        pa.field("fingerprint", _TEXT),  # SHA-256 of the tensors' names, types and shapes
        pa.field("verdict", _TEXT),  # contradicted, defective, not_verified, consistent; null for an error
        pa.field("verdict_reason", _REASON),  # of not_verified
        pa.field("claims", pa.list_(_CLAIM)),
        pa.field("confirmed_claims", pa.int16()),
        pa.field("declared_only", pa.int16()),  # of the confirmed ones
        pa.field("by_documents", pa.bool_()),  # there are no weights; null for an error
        pa.field("convention", _TEXT),
        pa.field("elements", pa.list_(_ELEMENT)),
        pa.field("facts", pa.list_(_FACT)),
        pa.field("identification", _IDENTIFICATION),  # null for an error
        pa.field("findings", pa.list_(_FINDING)),
        pa.field("flagged", pa.int16()),
        pa.field("confirmed", pa.int16()),
        pa.field("does_not_apply", pa.int16()),
        pa.field("cannot_tell", pa.int16()),
        pa.field("cannot_tell_reasons", pa.list_(_UNDECIDED)),
        pa.field("unsettled", pa.int16()),  # claims of the name that the files do not settle
        pa.field("worst", _TEXT),  # error, warning, note
        pa.field("parts", pa.list_(_PART)),  # of a model of several
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
