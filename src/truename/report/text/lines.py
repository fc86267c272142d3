"""Lines of a text report, wrapped by words and without blanks at their end, and the page that they go to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from truename.report.text.cells import cell_len
from truename.report.text.styled import Text

if TYPE_CHECKING:
    from rich.console import Console

MAX_WIDTH = 100
PLAIN_WIDTH = 80


class Page:
    """Plain text on a stream.

    Args:
        stream: where the lines go.

    Attributes:
        width: cells of a line.
        is_terminal: whether styles are shown.
    """

    is_terminal = False

    def __init__(self, stream: TextIO) -> None:
        self.width = PLAIN_WIDTH
        self._stream = stream

    def put(self, line: Text) -> None:
        """Print one line as it is."""
        self._stream.write(f"{line.plain}\n")

    def markdown(self, text: str) -> None:
        """Print a page of Markdown."""
        self._stream.write(text)

    def written(self, print_it: Callable[[Page], None]) -> str:
        """What ``print_it`` prints on such a page, as a text."""
        text = StringIO()
        page = Page(text)
        page.width = self.width
        print_it(page)
        return text.getvalue()

    def console(self) -> Console:
        """What rich measures and draws on."""
        from rich.console import Console

        return Console(file=self._stream, width=self.width, highlight=False, markup=False, emoji=False)


class Terminal(Page):
    """A terminal with its colours; of those rich takes care."""

    is_terminal = True

    def __init__(self, console: Console) -> None:
        super().__init__(console.file)  # type: ignore[arg-type]
        self.width = console.width = min(max(console.width, 40), MAX_WIDTH)
        self._console = console

    def put(self, line: Text) -> None:
        """Print one line as it is, in its colours."""
        from rich.text import Span
        from rich.text import Text as Shown

        spans = [Span(*span) for span in line.spans]
        self._console.print(Shown(line.plain, spans=spans), soft_wrap=True)

    def markdown(self, text: str) -> None:
        """Print a page of Markdown as it is meant to look."""
        from rich.markdown import Markdown

        self._console.print(Markdown(text))

    def written(self, print_it: Callable[[Page], None]) -> str:
        """What ``print_it`` prints on such a page, as a text with the terminal's signs for colours."""
        with self._console.capture() as shown:
            print_it(self)
        return shown.get()

    def console(self) -> Console:
        """What rich measures and draws on."""
        return self._console


def page_on(stream: TextIO) -> Page:
    """A page on ``stream``. NO_COLOR and anything that is not a terminal mean plain text, 80 columns wide.

    rich is imported only for a terminal, or where the environment may ask to be treated like one.
    """
    asked = os.environ.get("FORCE_COLOR") or os.environ.get("TTY_COMPATIBLE") == "1"
    if not asked and not stream.isatty():
        return Page(stream)
    from rich.console import Console

    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=False)
    return Terminal(console) if console.is_terminal else Page(stream)


def put(page: Page, line: Text, *, indent: int = 0) -> None:
    """Print one line as it is."""
    page.put(Text(" " * indent) + line if indent else line)


def blank(page: Page) -> None:
    """Print an empty line."""
    page.put(Text())


def wrapped(page: Page, text: Text, *, indent: int, hanging: int = 0) -> Iterator[Text]:
    """``text`` in lines of the page's width, each indented; those after the first by ``hanging`` more."""
    width = max(page.width - indent - hanging, 20)
    for number, line in enumerate(text.wrap(width)):
        yield Text(" " * (indent + (hanging if number else 0))) + line


def labelled(page: Page, label: str, value: Text, *, indent: int, column: int) -> Iterator[Text]:
    """``label`` in a column of its own; a long value wraps beside it."""
    for number, line in enumerate(wrapped(page, value, indent=indent + column)):
        if number:
            yield line
        else:
            name = Text(label + " " * (column - cell_len(label)), style="dim")
            yield Text(" " * indent) + name + line.cut(indent + column)
