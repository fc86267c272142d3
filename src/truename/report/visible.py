"""Hostile text made fit for a terminal: nothing that it prints can move a cursor, hide or reorder characters.

Names, cards and file names come from strangers. An escape sequence in one of them could rewrite what the terminal
shows, a bidirectional override could turn a name around, a zero-width character could hide in it. Each such
character is shown by its escape (``\\x1b``, ``\\u202e``) instead.
"""

from __future__ import annotations

from unicodedata import category

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
