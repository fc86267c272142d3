"""Traits: what the learned part sees of a name, as text; the trainer and the reader count the same ones.

A trait belongs to one table: ``words``, ``parts``, ``shapes`` and ``grams`` of a chunk; ``elements`` and ``steps``
(an element after another) of what the grammar read; ``sets`` of the whole name.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from truename.names.elements import Element, Kind, Role

LONGEST = 48  # characters of a chunk that are looked at
MOST_CHUNKS, MOST_UNKNOWN = 8, 4  # counts above these are counted as these
BEGIN, END = "^", "$"
OF_CHUNK = ("words", "parts", "shapes", "grams")
TABLES = (*OF_CHUNK, "elements", "steps", "sets")
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|[0-9]+")
_CLASSES = {ord(c): "A" for c in string.ascii_uppercase} | {ord(c): "a" for c in string.ascii_lowercase}
_CLASSES |= {ord(c): "9" for c in string.digits}
_RUN, _NUMBER = re.compile(r"(.)\1+", re.DOTALL), re.compile("[0-9]+")

Trait = tuple[str, str]  # table, text


def of_chunk(text: str) -> tuple[list[str], list[str], list[str], list[str]]:
    """The traits of one chunk in the order of ``OF_CHUNK``: word, parts, shapes, runs of two to four characters."""
    text = text[:LONGEST]
    word = text.lower()
    if text.isascii() and text.isalpha() and (text == word or text == text.title()):
        parts, shapes = [text], ["a" if text == word else "Aa" if len(text) > 1 else "A"]
    else:
        parts, shapes = PART.findall(text), [_RUN.sub(r"\1", text.translate(_CLASSES))]
        numbered = _NUMBER.sub("9", word)
        if numbered != word or "9" in word:
            shapes.append("=" + numbered)
    framed = f"<{word}>"
    end = len(framed)
    grams = [framed[i : i + 2] for i in range(end - 1)]
    grams += [framed[i : i + 3] for i in range(end - 2)]
    grams += [framed[i : i + 4] for i in range(end - 3)]
    return [word], parts, shapes, grams


def code(kind: Kind, role: Role, claims: bool) -> str:
    """What the grammar read in an element: kind, role, and whether it claims."""
    return f"{kind}{role}{'!' if claims else ''}"


def step(before: str, after: str) -> str:
    """An element after another, or at a border of the name."""
    return f"{before} {after}"


def is_unknown(kind: Kind, role: Role) -> bool:
    """Whether the grammar knows nothing of an element."""
    return role is Role.OTHER and kind is Kind.OTHER


def of_set(kinds: Sequence[str], chunks: int, strange: int) -> Iterator[str]:
    """The traits of the whole name: the kinds that the grammar found, how many chunks, how many unknown elements."""
    kinds = sorted(kinds)
    yield "".join(kinds)
    for a, b in combinations(kinds, 2):
        yield f"{a}+{b}"
    yield f"chunks {min(chunks, MOST_CHUNKS)}"
    yield f"unknown {min(strange, MOST_UNKNOWN)}"


def of_name(texts: Sequence[str], elements: Sequence[Element]) -> Iterator[Trait]:
    """Every trait of a name.

    Args:
        texts: its chunks.
        elements: what the grammar read.
    """
    for text in texts:
        for table, found in zip(OF_CHUNK, of_chunk(text), strict=True):
            yield from ((table, one) for one in found)
    codes = [code(e.kind, e.role, e.value is not None) for e in elements]
    yield from (("elements", one) for one in codes)
    yield from (("steps", step(a, b)) for a, b in pairwise((BEGIN, *codes, END)))
    strange = sum(is_unknown(e.kind, e.role) for e in elements)
    yield from (("sets", one) for one in of_set([str(k) for k in {e.kind for e in elements}], len(texts), strange))
