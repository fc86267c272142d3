"""How many cells of a terminal a text takes: wide characters count two, combining ones none.

What is printable ASCII, as nearly every report is, is counted without rich, whose import takes a tenth of a cold check.
"""

from __future__ import annotations


def cell_len(text: str) -> int:
    """The cells that ``text`` takes."""
    if text.isascii() and text.isprintable():
        return len(text)
    from rich.cells import cell_len as measured

    return measured(text)


def chopped(text: str, width: int) -> list[str]:
    """``text`` in pieces of at most ``width`` cells."""
    if text.isascii() and text.isprintable():
        return [text[at : at + width] for at in range(0, len(text), width)]
    from rich.cells import chop_cells

    return chop_cells(text, width)
