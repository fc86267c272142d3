"""SIZ002: base, large, small ... against the sizes that the family has under these words."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import IS_ADAPTER
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, renamed
from truename.rules.shared.counts import COUNT_CONTEXT, COUNT_KEYS, holding, plausible_counts, why_uncounted
from truename.rules.shared.sizes import GOOD, away, fits_its_word, known_sizes, sized_families, words_borne_out
from truename.units import describe_count


class SizeWord(Rule):
    """The name claims a size word whose weights have another of the family's sizes.

    Size is what most users say they would notice, and in most names it is a word: "bert-large" has 335 M parameters
    and "bert-base" 110 M. What a word means differs from family to family, so it is compared with the known sizes
    of the family that the name gives, and only there.

    Vocabularies and heads differ between models of one size, so a word is questioned only when the weights are more
    than twice away from it and another word of the same family fits them well. Nearer than that it is confirmed, unless
    another word fits better: then nobody can tell.
    """

    code = "SIZ002"
    slug = "size-word"
    since = "0.1"
    topic = "a size word of a known family"
    claims = frozenset({Role.SIZE_WORD})
    needs = COUNT_KEYS | {IS_ADAPTER}
    reads = COUNT_CONTEXT
    flagged = (
        Case("bert-large-uncased", parameters=109_482_240, expect=Severity.WARNING),
        Case("roberta-base", parameters=355_359_744, expect=Severity.WARNING),
        Case("t5-small", parameters=222_903_552, expect=Severity.WARNING),
    )
    confirmed = (
        Case("bert-base-uncased", parameters=109_482_240),
        Case("bert-base-multilingual-cased", parameters=177_853_440),
        Case("t5-base", parameters=222_903_552),
        Case("bert-base-1B", parameters=109_482_240),
    )
    undecided = (
        Case("bert-base-uncased"),
        Case("bert-base-1B", parameters=1_000_000_000),
        Case("bert-large-uncased", parameters=7_000_000_000),
        Case("bert-base-uncased", parameters=335_141_888),
        Case("bert-base-lora", is_adapter=True, parameters=300_000),
    )
    not_applicable = (
        Case("bert-uncased", parameters=109_482_240),
        Case("large-sentiment-model", parameters=109_482_240),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        words = claims.of(Role.SIZE_WORD)
        families = sized_families(claims)
        if not words or not families:
            return self.no_claim()
        counts = plausible_counts(evidence)
        if reason := why_uncounted(evidence, counts):
            return cannot_tell(reason)
        if right := words_borne_out(claims, counts):
            return self.confirm(*right)
        if claims.of(Role.PARAMETERS, Role.MIXTURE):
            text = "the name gives the size as a number too, and that is the one to check"
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text)
        judged = known_sizes(claims)
        if not judged:
            text = f"what {words[0].value!r} means is not known for {families[0].title}"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text)
        claim, family, word = judged[0]
        best = min(family.sizes, key=lambda other: away(family, other, counts)[0])
        times, fact = away(family, best, counts)
        if fits_its_word(claims, counts):
            text = f"the weights fit {family.title} {best} better, and another vocabulary or head may be why"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        if times > GOOD:
            text = f"the weights fit no known size of {family.title}"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text)
        known = " or ".join(describe_count(size) for size in _ends(family.sizes[word]))
        message = f"the name says {word}, for {family.title} {known}; {holding(fact)}, as {family.title} {best} has"
        suggestion = renamed(claims, claim, best)
        return self.flag([self.finding(Severity.WARNING, message, claim=claim, fact=fact, suggestion=suggestion)])


def _ends(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """The smallest and the largest of ``sizes``."""
    return tuple(sorted({min(sizes), max(sizes)}))
