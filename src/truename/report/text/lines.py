"""Lines of a text report, wrapped by words and without blanks at their end, and the console that they go to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text


def put(console: Console, line: Text, *, indent: int = 0) -> None:
    """Print one line as it is."""
    console.print(Text(" " * indent) + line if indent else line, soft_wrap=True)


def wrapped(console: Console, text: Text, *, indent: int, hanging: int = 0) -> Iterator[Text]:
    """``text`` in lines of the console's width, each indented; those after the first by ``hanging`` more."""
    width = max(console.width - indent - hanging, 20)
    for number, line in enumerate(text.wrap(console, width, overflow="fold")):
        line.rstrip()
        yield Text(" " * (indent + (hanging if number else 0))) + line


def labelled(console: Console, label: str, value: Text, *, indent: int, column: int) -> Iterator[Text]:
    """``label`` in a column of its own; a long value wraps beside it."""
    for number, line in enumerate(wrapped(console, value, indent=indent + column)):
        if number:
            yield line
        else:
            yield (
                Text(" " * indent)
                + Text(label + " " * (column - cell_len(label)), style="dim")
                + line[indent + column :]
            )


MAX_WIDTH = 100
PLAIN_WIDTH = 80


def terminal(stream: TextIO) -> Console:
    """A console on ``stream``. NO_COLOR and anything that is no terminal mean plain text, 80 columns wide."""
    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=False)
    console.width = min(max(console.width, 40), MAX_WIDTH) if console.is_terminal else PLAIN_WIDTH
    return console
