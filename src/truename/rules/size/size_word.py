"""SIZ002: base, large, small ... against the sizes that the family has under these words."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import Fact
from truename.findings import Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.counts import holding, plausible_counts, why_uncounted
from truename.rules.quantities import ratio, spelled
from truename.rules.rule import Case, Rule, Verdict, cannot_tell, renamed, verdict
from truename.vocabulary import Family, vocabulary

# Vocabularies of single languages and left-out heads move BERT-base between 80 M and 180 M.
WIDE = 2.0
GOOD = 1.35


class SizeWord(Rule):
    """The name claims a size word whose weights have another of the family's sizes.

    Size is what most users say they would notice, and in most names it is a word: "bert-large" has 335 M parameters
    and "bert-base" 110 M. What a word means differs from family to family, so it is compared with the known sizes
    of the family that the name gives, and only there.

    Vocabularies and heads differ between models of one size, so a word is questioned only when the weights are more
    than twice away from it and another word of the same family fits them well.
    """

    code = "SIZ002"
    slug = "size-word"
    since = "0.1"
    claims = "a size word of a known family"
    flagged = (
        Case("bert-large-uncased", parameters=109_482_240, expect=Severity.WARNING),
        Case("roberta-base", parameters=355_359_744, expect=Severity.WARNING),
        Case("t5-small", parameters=222_903_552, expect=Severity.WARNING),
    )
    clean = (
        Case("bert-base-uncased", parameters=109_482_240),
        Case("bert-base-multilingual-cased", parameters=177_853_440),
        Case("t5-base", parameters=222_903_552),
    )
    undecided = (
        Case("bert-base-uncased"),
        Case("bert-uncased", parameters=109_482_240),
        Case("large-sentiment-model", parameters=109_482_240),
        Case("bert-base-110M", parameters=109_482_240),
        Case("bert-base-lora", is_adapter=True, parameters=300_000),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Verdict:
        words = claims.of(Role.SIZE_WORD)
        families = _sized_families(claims)
        if not words or not families:
            return self.no_claim()
        if claims.of(Role.PARAMETERS, Role.MIXTURE):
            return cannot_tell("the name gives the size as a number too, and that is the one to check")
        if reason := why_uncounted(evidence):
            return cannot_tell(reason)
        judged = [(word, family) for word in words for family in families if _usual(word) in family.sizes]
        if not judged:
            return cannot_tell(f"what {words[0].value!r} means is not known for {families[0].title}")
        counts = plausible_counts(evidence)
        if any(_away(family, _usual(word), counts)[0] <= WIDE for word, family in judged):
            return verdict(())
        word, family = judged[0]
        best = min(family.sizes, key=lambda w: _away(family, w, counts)[0])
        away, fact = _away(family, best, counts)
        if away > GOOD:
            return cannot_tell(f"the weights fit no known size of {family.title}")
        known = " or ".join(f"{spelled(size)}" for size in family.sizes[_usual(word)])
        message = (
            f"the name says {word.value}, for {family.title} {known}; {holding(fact)}, as {family.title} {best} has"
        )
        suggestion = renamed(claims, word, best)
        return verdict([self.finding(Severity.WARNING, message, claim=word, fact=fact, suggestion=suggestion)])


def _sized_families(claims: Claims) -> tuple[Family, ...]:
    """The families of a name, brands included, whose sizes the vocabulary knows by their words."""
    known = vocabulary().families
    found = (known.get(claim.value) for claim in claims.of(Role.FAMILY, Role.BRAND))
    return tuple(family for family in found if family is not None and family.sizes)


def _usual(word: Claim) -> str:
    """The word as sizes of families have it: ``lg`` is ``large``."""
    return vocabulary().size_words.get(word.value, word.value)


def _away(family: Family, word: str, counts: tuple[Fact, ...]) -> tuple[float, Fact]:
    """How many times the nearest count is off the nearest size of that word, and which count that is."""
    pairs = ((ratio(fact.value, size), fact) for fact in counts for size in family.sizes[word])
    return min(pairs, key=lambda pair: pair[0])
