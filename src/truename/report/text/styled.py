"""Text with styles in it, as reports are built of: rich's words for styles, without rich."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, Self

from truename.report.text.cells import cell_len, chopped

if TYPE_CHECKING:
    from rich.style import Style

_NOT_SHOWN = str.maketrans("", "", "\a\b\v\f\r")  # what would move a terminal's cursor
_WORD = re.compile(r"\s*\S+\s*")


class Span(NamedTuple):
    """The style of ``text[start:end]``."""

    start: int
    end: int
    style: str | Style


class Text:
    """A text, and the styles of its parts.

    Args:
        plain: the text.
        style: of all of it.
    """

    def __init__(self, plain: str = "", style: str | Style = "") -> None:
        self.plain = plain if plain.isprintable() else plain.translate(_NOT_SHOWN)
        self.spans = [Span(0, len(self.plain), style)] if style and plain else []

    @classmethod
    def assemble(cls, *parts: str | Text | tuple[str, str | Style]) -> Self:
        """The parts in a row, each a text or a text and its style."""
        whole = cls()
        for part in parts:
            if isinstance(part, tuple):
                whole.append(*part)
            else:
                whole.append(part)
        return whole

    def append(self, more: str | Text, style: str | Style = "") -> Self:
        """Add ``more`` at the end; returns the text itself."""
        added = more if isinstance(more, Text) else Text(more, style)
        at = len(self.plain)
        self.plain += added.plain
        self.spans += [Span(start + at, end + at, style) for start, end, style in added.spans]
        return self

    def stylize(self, style: str | Style, start: int, end: int) -> None:
        """Give ``text[start:end]`` a style."""
        self.spans.append(Span(start, end, style))

    def cut(self, start: int, end: int | None = None) -> Text:
        """``text[start:end]`` with its styles."""
        end = len(self.plain) if end is None else end
        part = Text(self.plain[start:end])
        for span in self.spans:
            first, last = max(span.start, start), min(span.end, end)
            if first < last:
                part.spans.append(Span(first - start, last - start, span.style))
        return part

    def stripped(self) -> Text:
        """The text without blanks at its end."""
        return self.cut(0, len(self.plain.rstrip()))

    def wrap(self, width: int) -> Iterator[Text]:
        """Lines of at most ``width`` cells, broken between words where that is possible."""
        start = 0
        for line in self.plain.split("\n"):
            ends = [start + at for at in _breaks(line, width)]
            for begin, end in zip([start, *ends], [*ends, start + len(line)], strict=True):
                yield self.cut(begin, end).stripped()
            start += len(line) + 1

    def __add__(self, other: Text) -> Text:
        return Text().append(self).append(other)

    @property
    def cell_len(self) -> int:
        """The cells that it takes on a line."""
        return cell_len(self.plain)


def joined(lines: Iterable[Text]) -> Text:
    """The lines as one text."""
    whole = Text()
    for number, line in enumerate(lines):
        whole.append("\n" if number else "").append(line)
    return whole


def _breaks(line: str, width: int) -> list[int]:
    """Where to break a line: before words that no longer fit, and inside of those that fit no line."""
    breaks: list[int] = []
    used = 0
    for found in _WORD.finditer(line):
        word, start = found[0], found.start()
        needed = cell_len(word.rstrip())
        if needed <= width - used:
            used += cell_len(word)
        elif needed > width:
            pieces = chopped(word, width)
            for piece in pieces:
                if start:
                    breaks.append(start)
                start += len(piece)
            used = cell_len(pieces[-1])
        elif used and start:
            breaks.append(start)
            used = cell_len(word)
    return breaks
