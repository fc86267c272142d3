"""Traits: what the learned part sees of an element and its place, as text; the trainer and the reader count the same.

A trait belongs to one table: ``words`` of the element's own text; ``before`` and ``after`` of its neighbours; ``names``
of all that the grammar read in the name.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence

from truename.names.elements import Element

LONGEST = 48  # characters of a chunk that are looked at
MOST_ELEMENTS, MOST_OPEN = 8, 4  # counts above these are counted as these
TABLES = ("words", "before", "after", "names")
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|[0-9]+")
_CLASSES = {ord(c): "A" for c in string.ascii_uppercase} | {ord(c): "a" for c in string.ascii_lowercase}
_CLASSES |= {ord(c): "9" for c in string.digits}
_REPEATED, _NUMBER = re.compile(r"(.)(?=\1)", re.DOTALL), re.compile("[0-9]+")

Trait = tuple[str, str]  # table, text


def of_chunk(text: str) -> list[str]:
    """The traits of one text: the word, how it begins and ends; its parts and its shape where they say more."""
    text = text[:LONGEST]
    word = text.lower()
    framed = f"<{word}>"
    found = [framed, framed[:3], framed[:4], framed[:5], framed[-3:], framed[-4:], framed[-5:]]
    if text == word and text.isascii() and text.isalpha():
        return found
    found += PART.findall(text)
    found.append("=" + _REPEATED.sub("", text.translate(_CLASSES)))
    if not word.isalpha() and (numbered := _NUMBER.sub("9", word)) != word:
        found.append("=" + numbered)
    return found


def of_word(text: str, role: str) -> list[str]:
    """The traits of an element whose kind is open.

    Args:
        text: as the name writes it.
        role: what the grammar read in it.
    """
    return [*of_chunk(text), f"#{role}"]


def of_neighbour(text: str, role: str) -> tuple[str, str]:
    """The traits of an element beside it: what the grammar read, and the word."""
    return f"#{role}", text[:LONGEST].lower()


NO_NEIGHBOUR = "#"  # the trait of a border of the name


def of_name(kinds: Sequence[str], elements: int, open_: int) -> Iterator[str]:
    """The traits of a name.

    Args:
        kinds: the kinds that the grammar found in it.
        elements: how many elements it has.
        open_: of how many of them the kind is open.
    """
    kinds = sorted(kinds)
    yield "".join(kinds)
    yield from (f"+{kind}" for kind in kinds)
    yield f"elements {min(elements, MOST_ELEMENTS)}"
    yield f"open {min(open_, MOST_OPEN)}"


def of_place(elements: Sequence[Element], i: int, open_: int) -> Iterator[Trait]:
    """Every trait of element ``i`` of a name, of whose elements ``open_`` have no certain kind."""
    one = elements[i]
    yield from (("words", trait) for trait in of_word(one.text, one.role))
    for table, j in (("before", i - 1), ("after", i + 1)):
        if 0 <= j < len(elements):
            beside = elements[j]
            yield from ((table, trait) for trait in of_neighbour(beside.text, beside.role))
        else:
            yield table, NO_NEIGHBOUR
    kinds = {str(e.kind) for e in elements}
    yield from (("names", trait) for trait in of_name([*kinds], len(elements), open_))
