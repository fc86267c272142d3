"""Lines of a text report: wrapped by words, indented, without blanks at their end."""

from __future__ import annotations

from collections.abc import Iterator

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
            yield Text(" " * indent) + Text(label.ljust(column), style="dim") + line[indent + column :]
