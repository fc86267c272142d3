"""Size words (base, large ...) and the parameter counts that families have under them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import HIDDEN_SIZE, LAYERS, MODALITIES, Fact, Origin
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.shared.quantities import ratio
from truename.vocabulary import Family, vocabulary

# Vocabularies of single languages and left-out heads move BERT-base between 80 M and 180 M.
WIDE = 2.0
GOOD = 1.35  # a size that a word fits well


def sized_families(claims: Claims) -> tuple[Family, ...]:
    """The families of a name, brands included, whose sizes the vocabulary knows by their words."""
    known = vocabulary().families
    found = (known.get(claim.value) for claim in claims.of(Role.FAMILY, Role.BRAND))
    return tuple(family for family in found if family is not None and family.sizes)


def known_sizes(claims: Claims) -> tuple[tuple[Claim, Family, str], ...]:
    """The size words of a name with the families that have such a size, and the word as these have it."""
    pairs = ((word, family) for word in claims.of(Role.SIZE_WORD) for family in sized_families(claims))
    return tuple((word, family, usual(word)) for word, family in pairs if usual(word) in family.sizes)


def usual(word: Claim) -> str:
    """The word as sizes of families have it: ``lg`` is ``large``."""
    return vocabulary().size_words.get(word.value, word.value)


def other_shape(claims: Claims, evidence: Evidence) -> tuple[Claim, Family, str, Fact[Any]] | None:
    """A size word of a name whose weights have the layers and the width of another one of the family, with that one.

    A count alone does not tell a base with the vocabulary of many languages from a large.
    """
    layers, width = evidence.measured(LAYERS), evidence.measured(HIDDEN_SIZE)
    inputs = evidence.value(MODALITIES) or ()
    if (
        layers is None or width is None or {"text", "vision"} <= set(inputs)
    ):  # of CLIP's halves the layers may be of either
        return None
    shape = [layers.value, width.value]
    found = None
    for claim, family, word in known_sizes(claims):
        shapes = table("rules/shapes").get(family.key, {})
        if shapes.get(word) == shape or word not in shapes:
            return None
        other = next((w for w, known in shapes.items() if known == shape), None)
        found = found or (None if other is None else (claim, family, other, layers))
    return found


def away(family: Family, word: str, counts: Sequence[Fact[Any]]) -> tuple[float, Fact[Any]]:
    """How many times the nearest count is off the nearest size of that word, and which count that is."""
    pairs = ((ratio(fact.value, size), fact) for fact in counts for size in family.sizes[word])
    return min(pairs, key=lambda pair: pair[0])


def fits_its_word(claims: Claims, counts: Sequence[Fact[Any]]) -> bool:
    """Whether a size word of the name has about the counted size."""
    return any(away(family, word, counts)[0] <= WIDE for _, family, word in known_sizes(claims))


def words_borne_out(claims: Claims, counts: Sequence[Fact[Any]]) -> tuple[tuple[Claim, Fact[Any]], ...]:
    """The size words that no other word of the family fits better, each with its nearest count, a measured one first.

    BERT base with a vocabulary of many languages has half the parameters of BERT large: within the wide bound both
    words fit what is large.
    """
    declared = [fact for fact in counts if fact.origin is Origin.DECLARED]
    measured = [fact for fact in counts if fact.origin is not Origin.DECLARED]
    found: dict[Claim, Fact[Any]] = {}
    for group in (measured, declared):
        for claim, family, word in known_sizes(claims) if group else ():
            times, fact = away(family, word, group)
            if times <= GOOD or (times <= WIDE and times <= min(away(family, w, group)[0] for w in family.sizes)):
                found.setdefault(claim, fact)
    return tuple(found.items())
