"""How a name was read, and its JSON form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import indent

import msgspec

from truename.findings import ReportedElement
from truename.report.json import document_json, line_json

PARSE_SCHEMA = "truename.parse/1"


class Reading(msgspec.Struct, frozen=True):
    """One name as it was read. Spans count from the start of ``name``."""

    name: str
    owner: str | None
    model: str
    revision: str | None
    convention: str
    elements: Sequence[ReportedElement]


class _Readings(msgspec.Struct, frozen=True):
    schema: str
    names: Sequence[Reading]


def readings_json(readings: Iterable[Reading]) -> Iterator[str]:
    """All readings as one indented JSON document, in pieces: no more than one reading is held at a time."""
    before, mark, after = document_json(_Readings(PARSE_SCHEMA, ())).partition("[]")
    written = False
    for reading in readings:
        yield f"{',' if written else f'{before}['}\n{indent(document_json(reading).rstrip(), '    ')}"
        written = True
    yield f"\n  ]{after}" if written else f"{before}{mark}{after}"


def reading_line(reading: Reading) -> str:
    """One reading as one line of JSON."""
    return line_json(reading)
