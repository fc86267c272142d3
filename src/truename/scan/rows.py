"""The columns of a scan, declared once."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from truename.scan.kernel import Row

_TEXT = pa.string()

SCHEMA = pa.schema(
    [
        pa.field("target", _TEXT, nullable=False),
        pa.field("name", _TEXT, nullable=False),
        pa.field("status", _TEXT, nullable=False),  # checked, error
        pa.field("error_kind", _TEXT),
        pa.field("error", _TEXT),
        pa.field("convention", _TEXT),
        pa.field(
            "elements",
            pa.list_(
                pa.struct(
                    [("kind", _TEXT), ("text", _TEXT), ("value", _TEXT), ("start", pa.int32()), ("end", pa.int32())]
                )
            ),
        ),
        pa.field("facts", pa.list_(pa.struct([("key", _TEXT), ("value", _TEXT), ("origin", _TEXT), ("file", _TEXT)]))),
        pa.field(
            "findings",
            pa.list_(
                pa.struct(
                    [
                        (column, _TEXT)
                        for column in (
                            "code",
                            "severity",
                            "message",
                            "claim",
                            "value",
                            "origin",
                            "file",
                            "detail",
                            "suggestion",
                        )
                    ]
                )
            ),
        ),
        pa.field("flagged", pa.int16()),
        pa.field("clean", pa.int16()),
        pa.field("cannot_tell", pa.int16()),
        pa.field("worst", _TEXT),  # error, warning, note
    ]
)


def table_of(rows: Sequence[Row]) -> pa.Table:
    """Rows as a table of ``SCHEMA``."""
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)
