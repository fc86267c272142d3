"""Text cut to fit a line, measured in terminal cells: wide characters count two, combining ones none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from truename.report.text.cells import cell_len
from truename.report.visible import shown, visible

ELLIPSIS = "…"


def shortened(text: str, limit: int) -> str:
    """``text`` made visible and cut to ``limit`` cells."""
    cut = visible(text[: limit + 1])
    if len(text) <= limit and cell_len(cut) <= limit:
        return cut
    while cell_len(cut) > limit - 1:
        cut = cut[:-1]
    return cut + ELLIPSIS


class Excerpt(NamedTuple):
    """A stretch of a name that fits a line, and where the marked span lies in it."""

    text: str
    start: int  # in characters of ``text``
    end: int
    offset: int  # the same in terminal cells
    length: int


def excerpt(text: str, start: int, end: int, width: int) -> Excerpt:
    """As much of ``text`` around ``text[start:end]`` as fits ``width`` cells, visible, cut ends marked by an ellipsis.

    Wide characters count two cells and combining ones none, so that a mark under the span meets it.
    """
    start = max(0, min(start, len(text)))
    end = max(start, min(end, len(text)))
    room = max(width - 2, 1)  # an ellipsis at either end
    span = _fitting(text[start : min(end, start + room + 1)], room)
    room -= cell_len("".join(span))
    cut = start + len(span) < end

    # What one side does not need goes to the other.
    needs_right = 0 if cut else cell_len("".join(_fitting(text[end : end + room + 1], room)))
    before = _fitting(reversed(text[max(0, start - room - 1) : start]), max(room // 2, room - needs_right))[::-1]
    after = [] if cut else _fitting(text[end : end + room + 1], room - cell_len("".join(before)))

    lead = (ELLIPSIS if len(before) < start else "") + "".join(before)
    tail = "".join(after) + (ELLIPSIS if cut or len(after) < len(text) - end else "")
    marked = "".join(span)
    return Excerpt(lead + marked + tail, len(lead), len(lead) + len(marked), cell_len(lead), max(cell_len(marked), 1))


def _fitting(chars: Iterable[str], room: int) -> list[str]:
    """The longest run of leading characters, each visible, that fits ``room`` cells."""
    taken: list[str] = []
    for char in chars:
        text = shown(char)
        room -= cell_len(text)
        if room < 0:
            break
        taken.append(text)
    return taken
