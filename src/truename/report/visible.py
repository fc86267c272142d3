"""Hostile text made fit for a terminal: nothing that it prints can move a cursor, hide or reorder characters.

Names, cards and file names come from strangers. An escape sequence in one of them could rewrite what the terminal
shows, a bidirectional override could turn a name around, a zero-width character could hide in it. Each such
character is shown by its escape (``\\x1b``, ``\\u202e``) instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from unicodedata import category

from rich.cells import cell_len

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
ELLIPSIS = "…"


def visible(text: str) -> str:
    """``text`` with every control, format, surrogate, private and unassigned character as its escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(char: str) -> str:
    if category(char) not in _UNSAFE:
        return char
    point = ord(char)
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def shortened(text: str, limit: int) -> str:
    """``text`` made visible and cut to ``limit`` cells."""
    shown = visible(text[: limit + 1])
    if len(text) <= limit and cell_len(shown) <= limit:
        return shown
    while cell_len(shown) > limit - 1:
        shown = shown[:-1]
    return shown + ELLIPSIS


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
        shown = _shown(char)
        room -= cell_len(shown)
        if room < 0:
            break
        taken.append(shown)
    return taken
