"""``truename parse``: names into their elements, from the call or from standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from truename.cli.streams import complain, print_text, write_text
from truename.errors import TruenameError, UsageError
from truename.findings import ReportedElement
from truename.names import ParsedName, parse_name
from truename.report.reading import Reading, reading_line, readings_json

LONGEST_LINE = 100_000  # bytes; the longest names of any registry have a few hundred
_BATCH = 64 * 1024  # characters of JSON lines that are written at once


def run_parse(names: Sequence[str], format_: str) -> int:
    """Read each of ``names`` (``-``: the lines of standard input) and write the readings as they come.

    Raises:
        UsageError: standard input is a terminal, or no list of names.
    """
    failed = False

    def readings() -> Iterator[Reading]:
        nonlocal failed
        for name in _names(names):
            try:
                yield reading(parse_name(name))
            except TruenameError as error:
                failed = True
                complain(str(error))

    if format_ == "jsonl":
        _write_lines(readings())
    elif format_ == "json":
        write_text(readings_json(tuple(readings())))
    else:
        _print(readings())
    return 2 if failed else 0


def reading(parsed: ParsedName) -> Reading:
    """A parsed name as a report's noun."""
    elements = tuple(ReportedElement(e.kind, e.text, e.value, e.start, e.end) for e in parsed.elements)
    return Reading(parsed.name, parsed.owner, parsed.model, parsed.revision, parsed.convention, elements)


def _write_lines(readings: Iterator[Reading]) -> None:
    batch: list[str] = []
    size = 0
    for one in readings:
        batch.append(reading_line(one))
        size += len(batch[-1])
        if size > _BATCH:
            write_text("".join(batch))
            batch, size = [], 0
    write_text("".join(batch))


def _print(readings: Iterator[Reading]) -> None:
    from truename.report.text.reading import print_reading

    for number, one in enumerate(readings):
        if number:
            write_text("\n")
            sys.stdout.flush()
        print_text(lambda console, one=one: print_reading(one, console))  # type: ignore[misc]


def _names(given: Sequence[str]) -> Iterator[str]:
    for name in given:
        if name == "-":
            yield from _lines()
        elif not name.strip():
            raise UsageError("a name is empty")
        else:
            yield name


def _lines() -> Iterator[str]:
    """The lines of standard input, blank ones left out."""
    if sys.stdin.isatty():
        raise UsageError("no names: give some, or pipe them in, one a line; see 'truename parse --help'")
    stream = sys.stdin.buffer
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise UsageError(f"standard input, line {number}: longer than {LONGEST_LINE:,} bytes, so no name")
        if name := line.decode("utf-8", "surrogateescape").strip():
            yield name
