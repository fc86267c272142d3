"""Hostile text made fit for a terminal, a page or a spreadsheet: none of it moves a cursor, hides, or is run.

Names, cards and file names come from strangers. An escape sequence in one of them could rewrite what the terminal
shows, a bidirectional override could turn a name around, a zero-width character could hide in it. Each such
character is shown by its escape (``\\x1b``, ``\\u202e``) instead.
"""

from __future__ import annotations

from unicodedata import category

_RUN = frozenset("=+-@\t\r")  # a cell of one such character alone is only that character
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    """``text`` with every control, format, surrogate, private and unassigned character as its escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(shown, text))


def shown(char: str) -> str:
    """One character, or its escape."""
    if category(char) not in _UNSAFE:
        return char
    point = ord(char)
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def visible_json(text: str) -> str:
    """JSON with such characters as its own escapes: whoever reads it as JSON reads the same as before."""
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(char if char in "\n\t\r" else _json_shown(char) for char in text)


def _json_shown(char: str) -> str:
    if category(char) not in _UNSAFE:
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def cell(text: str) -> str:
    """A text as a cell of a table that a spreadsheet may open: what it would run as a formula begins with a quote."""
    first = text[:1]
    shown_text = visible(text)
    return f"'{shown_text}" if len(text) > 1 and first in _RUN else shown_text
