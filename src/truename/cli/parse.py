"""``truename parse``: names into their elements, from the call, from standard input or from files."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from truename.cli.output import UNUSABLE, Guard, complain, print_text, write_text
from truename.errors import TruenameError

if TYPE_CHECKING:
    from truename.names import ParsedName
    from truename.report.reading import Reading

_BATCH = 64 * 1024  # characters that are written at once


class ParseFormat(StrEnum):
    """How readings of names are written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(parse))


def parse(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Names; none or '-' reads standard input, one a line.")
    ] = None,
    format_: Annotated[ParseFormat, typer.Option("--format", help="How to write the readings.")] = ParseFormat.TEXT,
    input_: Annotated[
        list[Path] | None,
        typer.Option("--input", metavar="FILE", help="A list of names: lines, .csv, .tsv, .jsonl or .parquet."),
    ] = None,
    column: Annotated[str | None, typer.Option(help="The column of the names in a table; 'name' by default.")] = None,
    learned: Annotated[
        bool,
        typer.Option("--learned/--no-learned", help="Whether a learned part decides what the grammar leaves open."),
    ] = True,
) -> int:
    """Read names into their naming elements."""
    from truename.cli.name_lists import read_names
    from truename.cli.progress import watched
    from truename.names import parse_name
    from truename.report.reading import reading_line, readings_json

    given, inputs = names or ([] if input_ else ["-"]), input_ or []
    failed = False

    def readings() -> Iterator[Reading]:
        nonlocal failed
        total = len(given) if not inputs and "-" not in given else None
        for name in watched(read_names(given, inputs, column), "names", total):
            try:
                yield _reading(parse_name(name, learned=learned))
            except TruenameError as error:
                failed = True
                complain(str(error))

    if format_ is ParseFormat.JSONL:
        _write(map(reading_line, readings()))
    elif format_ is ParseFormat.JSON:
        _write(readings_json(readings()))
    else:
        _print(readings())
    return UNUSABLE if failed else 0


def _reading(parsed: ParsedName) -> Reading:
    """A parsed name as a report's noun."""
    from truename.findings import ReportedElement
    from truename.report.reading import Reading

    elements = tuple(ReportedElement(e.kind, e.role, e.text, e.value, e.start, e.end) for e in parsed.elements)
    return Reading(parsed.name, parsed.owner, parsed.model, parsed.revision, parsed.convention, elements)


def _write(texts: Iterator[str]) -> None:
    """Write texts in batches as long as somebody reads; what was read before a fault is written too."""
    batch: list[str] = []
    size = 0
    try:
        for text in texts:
            batch.append(text)
            size += len(text)
            if size > _BATCH:
                if not write_text("".join(batch)):
                    return
                batch, size = [], 0
    finally:
        write_text("".join(batch))


def _print(readings: Iterator[Reading]) -> None:
    from truename.report.text.reading import print_readings

    print_text(lambda page: print_readings(readings, page))
