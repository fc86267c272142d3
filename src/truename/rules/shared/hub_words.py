"""The words that the Hub knows in a card's front matter, and the one that may have been meant."""

from __future__ import annotations

from functools import cache

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import Key
from truename.findings import ReasonKind, Severity
from truename.rules.rule import Decision, Rule, does_not_apply

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


def known_or_meant(rule: Rule, evidence: Evidence, key: Key[str], kind: str, noun: str) -> Decision:
    """Whether the word under a key of the card is one that the Hub knows, and else which may have been meant.

    Args:
        rule: whose decision it is.
        evidence: of the model.
        key: of the fact, which is also the key of the front matter.
        kind: ``libraries`` or ``pipeline_tags``.
        noun: what such a word names: library, task.
    """
    fact = evidence.declared(key)
    if fact is None:
        return does_not_apply(ReasonKind.NO_SUCH_FILE, f"no card names a {noun}")
    if fact.value in known_words(kind):
        return rule.passed(fact)
    meant = word_meant(kind, fact.value)
    said = f"the card's {key} is {fact.value}"
    if meant is None:
        message = f"{said}, which the Hub does not list as a {noun}"
        return rule.flag([rule.finding(Severity.NOTE, message, fact=fact)])
    message = f"{said}; the Hub's {noun} is called {meant}"
    return rule.flag([rule.finding(Severity.WARNING, message, fact=fact)])
