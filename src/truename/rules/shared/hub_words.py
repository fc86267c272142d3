"""The words that the Hub knows in a card's front matter, and the one that may have been meant."""

from __future__ import annotations

from functools import cache

from truename.compiled_tables import table

_NEAR = 80.0  # of 100: one letter of five, or two of ten


@cache
def known_words(kind: str) -> frozenset[str]:
    """The ``libraries`` or the ``pipeline_tags`` of the Hub."""
    return frozenset(table("rules/front_matter")[kind])


@cache
def word_meant(kind: str, word: str) -> str | None:
    """The known word that a word is written like, None where none is near.

    Ratio of Indel, as RapidFuzz computes it: twice the letters in common over the letters of both.
    """
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import extractOne

    lowered = word.strip().lower().replace("_", "-").replace(" ", "-")
    plain = {one.lower().replace("_", "-"): one for one in sorted(known_words(kind))}
    if lowered in plain:
        return plain[lowered]
    near = extractOne(lowered, list(plain), scorer=ratio, score_cutoff=_NEAR)
    return None if near is None else plain[near[0]]
