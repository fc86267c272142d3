"""Traits: what the learned part sees of a name, as text; the trainer and the reader count the same ones.

A trait belongs to one table: ``chunks`` of the text; ``elements`` and ``steps`` (an element after another) of what the
grammar read; ``sets`` of the whole name.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from truename.names.elements import Element, Kind, Role

LONGEST = 48  # characters of a chunk that are looked at
SHORTEST_RUN = 3  # characters of a run; runs have three or four, the borders of the chunk among them
MOST_CHUNKS, MOST_UNKNOWN = 8, 4  # counts above these are counted as these
BEGIN, END = ("^", ""), ("", "$")  # the borders of a name, as elements
UNKNOWN = (Kind.OTHER, Role.OTHER)  # what the grammar knows nothing of
TABLES = ("chunks", "elements", "steps", "sets")
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|[0-9]+")
_CLASSES = {ord(c): "A" for c in string.ascii_uppercase} | {ord(c): "a" for c in string.ascii_lowercase}
_CLASSES |= {ord(c): "9" for c in string.digits}
_REPEATED, _NUMBER = re.compile(r"(.)(?=\1)", re.DOTALL), re.compile("[0-9]+")

Trait = tuple[str, str]  # table, text


def of_chunk(text: str) -> list[str]:
    """The traits of one chunk: the word and its runs of characters; its parts and its shape where they say more."""
    text = text[:LONGEST]
    word = text.lower()
    framed = f"<{word}>"
    end = len(framed)
    found = [framed]
    if end > SHORTEST_RUN:
        found += [framed[i : i + 3] for i in range(end - 2)]
        found += [framed[i : i + 4] for i in range(end - 3)] if end > SHORTEST_RUN + 1 else []
    if text == word and text.isascii() and text.isalpha():
        return found
    found += PART.findall(text)
    found.append("=" + _REPEATED.sub("", text.translate(_CLASSES)))
    if not word.isalpha() and (numbered := _NUMBER.sub("9", word)) != word:
        found.append("=" + numbered)
    return found


def code(kind: str, role: str) -> str:
    """What the grammar read in an element."""
    return f"{kind}{role}"


def of_kinds(kinds: Sequence[str]) -> Iterator[str]:
    """The traits of the kinds that the grammar found in a name: all together, and two by two."""
    kinds = sorted(kinds)
    yield "".join(kinds)
    for a, b in combinations(kinds, 2):
        yield f"{a}+{b}"


def of_counts(chunks: int, strange: int) -> Iterator[str]:
    """The traits of how many chunks a name has, and how many elements that the grammar knows nothing of."""
    yield f"chunks {min(chunks, MOST_CHUNKS)}"
    yield f"unknown {min(strange, MOST_UNKNOWN)}"


def of_sequence(chunks: int, sorts: Sequence[tuple[str, str]]) -> Iterator[Trait]:
    """The traits of what the grammar read.

    Args:
        chunks: how many chunks the name has.
        sorts: kind and role of each element.
    """
    codes = [code(*sort) for sort in sorts]
    yield from (("elements", one) for one in codes)
    yield from (("steps", f"{a} {b}") for a, b in pairwise((code(*BEGIN), *codes, code(*END))))
    strange = sorts.count(UNKNOWN)
    yield from (("sets", one) for one in of_kinds([str(k) for k in {kind for kind, _ in sorts}]))
    yield from (("sets", one) for one in of_counts(chunks, strange))


def of_name(texts: Sequence[str], elements: Sequence[Element]) -> Iterator[Trait]:
    """Every trait of a name.

    Args:
        texts: its chunks.
        elements: what the grammar read.
    """
    yield from (("chunks", one) for text in texts for one in of_chunk(text))
    yield from of_sequence(len(texts), [(e.kind, e.role) for e in elements])
