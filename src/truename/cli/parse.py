"""``truename parse``: names into their elements, from the call, from standard input or from files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from truename.cli.names_in import names_in
from truename.cli.progress import watched
from truename.cli.streams import complain, print_text, write_text
from truename.errors import TruenameError
from truename.findings import ReportedElement
from truename.names import ParsedName, parse_name
from truename.report.reading import Reading, reading_line, readings_json

_BATCH = 64 * 1024  # characters that are written at once


def run_parse(names: Sequence[str], format_: str, inputs: Sequence[Path] = (), column: str | None = None) -> int:
    """Read every name and write the readings as they come.

    Args:
        names: names of the call; ``-`` stands for the lines of standard input.
        format_: text, json or jsonl.
        inputs: files with names.
        column: the column of the names in tables.

    Raises:
        UsageError: standard input is a terminal, or something is no list of names.
    """
    failed = False

    def readings() -> Iterator[Reading]:
        nonlocal failed
        total = len(names) if not inputs and "-" not in names else None
        for name in watched(names_in(names, inputs, column), "names", total):
            try:
                yield reading(parse_name(name))
            except TruenameError as error:
                failed = True
                complain(str(error))

    if format_ == "jsonl":
        _write(map(reading_line, readings()))
    elif format_ == "json":
        _write(readings_json(readings()))
    else:
        _print(readings())
    return 2 if failed else 0


def reading(parsed: ParsedName) -> Reading:
    """A parsed name as a report's noun."""
    elements = tuple(ReportedElement(e.kind, e.text, e.value, e.start, e.end) for e in parsed.elements)
    return Reading(parsed.name, parsed.owner, parsed.model, parsed.revision, parsed.convention, elements)


def _write(texts: Iterator[str]) -> None:
    """Write texts in batches; what was read before a fault is written too."""
    batch: list[str] = []
    size = 0
    try:
        for text in texts:
            batch.append(text)
            size += len(text)
            if size > _BATCH:
                write_text("".join(batch))
                batch, size = [], 0
    finally:
        write_text("".join(batch))


def _print(readings: Iterator[Reading]) -> None:
    from truename.report.text.reading import print_readings

    print_text(lambda console: print_readings(readings, console))
