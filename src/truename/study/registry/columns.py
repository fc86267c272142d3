"""The columns of a study, declared once: a snapshot's, one record a model, and those of the rows made of it."""

from __future__ import annotations

import pyarrow as pa

_TEXT = pa.string()
_TEXTS = pa.list_(_TEXT)


def _needed(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


ROWS_SCHEMA = "truename.rows/2"  # of the rows that are stored; whoever changes a column of ROWS raises it
ELEMENT = pa.struct(
    [
        ("kind", _TEXT),  # one of the 13 letters
        ("role", _TEXT),
        ("text", _TEXT),
        ("start", pa.int32()),  # in characters of the name, end exclusive
        ("end", pa.int32()),
    ]
)
FINDING = pa.struct(
    [
        ("code", _TEXT),  # SIZ001
        ("severity", _TEXT),  # error, warning, note
        ("family", _TEXT),  # of the name, where it claims one
    ]
)

# A snapshot in one form: the Hub's own names of columns, with as much of each as a study reads.
SNAPSHOT = pa.schema(
    [
        ("id", _TEXT),  # owner/name, or a name alone
        ("author", _TEXT),
        ("owner_kind", _TEXT),  # organisation, user
        ("library_name", _TEXT),
        ("pipeline_tag", _TEXT),
        ("createdAt", pa.timestamp("ms", "UTC")),
        ("downloads", pa.int64()),
        ("likes", pa.int64()),
        ("tags", _TEXTS),
        ("baseModels", pa.struct([("relation", _TEXT), ("models", _TEXTS)])),
        ("config", _TEXT),  # JSON
        ("cardData", _TEXT),  # JSON
        ("safetensors", pa.struct([("total", pa.int64()), ("dtypes", _TEXTS)])),  # elements of all tensors, their types
        ("gguf", pa.struct([("architecture", _TEXT), ("total", pa.int64()), ("context_length", pa.int64())])),
        ("siblings", _TEXTS),  # paths of files
    ]
)

ROWS = pa.schema(
    [
        # what the snapshot says
        _needed("id", _TEXT),  # owner/name, or the name alone
        pa.field("owner", _TEXT),
        _needed("name", _TEXT),  # without the owner
        pa.field("owner_kind", _TEXT),  # organisation, user; null where the snapshot does not say
        pa.field("library", _TEXT),
        pa.field("task", _TEXT),  # pipeline tag
        pa.field("created", pa.timestamp("ms", "UTC")),
        pa.field("downloads", pa.int64()),
        pa.field("likes", pa.int64()),
        pa.field("model_type", _TEXT),  # of config.json, else a GGUF file's architecture
        pa.field("parameters", pa.int64()),  # safetensors.total, else a GGUF file's
        _needed("base_models", _TEXTS),
        # how the name is read
        _needed("convention", _TEXT),
        _needed("elements", pa.list_(ELEMENT)),
        _needed("kinds", _TEXT),  # the elements' letters in the order of the name: ASPC
        _needed("separators", _TEXT),  # the signs between words, in order: --_.
        pa.field("family", _TEXT),  # the first architecture family that the name claims
        _needed("length", pa.int32()),  # characters of the name
        _needed("segments", pa.int32()),  # words between the separators
        pa.field("version", _TEXT),  # its own version, else its family's, as it is written
        _needed("version_parts", pa.list_(pa.int64())),  # its numbers, to compare: v1.5 is 1, 5; empty: none
        pa.field("series", _TEXT),  # normalised name with its own version replaced by a mark; null: none
        _needed("key", _TEXT),  # normalised name: near-duplicates share it
        _needed("says_nothing", pa.bool_()),  # NAM001 flags it
        # how the rules end, by what the metadata allows; no weights are read, so no name is found consistent
        _needed("verdict", _TEXT),  # contradicted, defective, not_verified
        _needed("judged_claims", pa.int16()),  # claims of the name that a rule judged
        _needed("confirmed_claims", pa.int16()),
        _needed("declared_only", pa.int16()),  # of the confirmed ones
        _needed("findings", pa.list_(FINDING)),
        _needed("confirmed", _TEXTS),  # codes of rules
        _needed("cannot_tell", _TEXTS),  # of rules that apply, where the fact is missing or decides nothing
        _needed("does_not_apply", pa.int16()),  # how many of the other rules that metadata may decide
    ]
)

SKIPPED = ("what", "count", "examples")  # columns of skipped.csv: what kept records out of the rows
