"""SIZ002: base, large, small ... against the sizes that the family has under these words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    HIDDEN_SIZE,
    IS_ADAPTER,
    LAYERS,
    MODALITIES,
    MODEL_TYPE,
    NON_EMBEDDING_PARAMETERS,
    PARAMETERS,
    Fact,
)
from truename.findings import Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, renamed
from truename.rules.shared.another import why_of_another
from truename.rules.shared.counts import COUNT_CONTEXT, COUNT_KEYS, holding, plausible_counts, why_uncounted
from truename.rules.shared.families import is_composite
from truename.rules.shared.quantities import ratio
from truename.rules.shared.sizes import (
    GOOD,
    away,
    fits_its_word,
    known_sizes,
    other_shape,
    sized_families,
    usual,
    words_borne_out,
)
from truename.units import describe_count
from truename.vocabulary import Family

FAR_IN_ALL = 8.0  # ... where a vocabulary of many languages may be most of it
FAR = 3.0  # no vocabulary, head or half makes this of a known size: an encoder is half of T5
# ELECTRA's generator is a third of its discriminator
_CUT_DOWN = (
    r"(?i)(?:^|[^a-z])(?:prun\w+|distil\w*|student|generator|gen|encoder|decoder|tiny|mini|nano|micro|random|rand|dummy|toy|test\w*|"
    r"debug|trunc\w*|compress\w*|shrunk|sparse|slim|lite|small(?:er)?|half|part\w*|layer\w*|head|probe|scratch|custom-arch|"
    r"minilm\w*|eff|efficient|moe|experts?|merge\w*)(?:[^a-z]|$)"
)


class SizeWord(Rule):
    """The name claims a size word whose weights have another of the family's sizes.

    Size is what most users say they would notice, and in most names it is a word: "bert-large" has 335 M parameters
    and "bert-base" 110 M. What a word means differs from family to family, so it is compared with the known sizes
    of the family that the name gives, and only there.

    Vocabularies and heads differ between models of one size, so a word is questioned only when the weights are more
    than twice away from it and another word of the same family fits them well, when they are more than three times away
    from it, or when they have exactly the layers and the width of another. Nearer than that it is confirmed, unless
    another word fits better: then nobody can tell. An encoder of T5 without its decoder is half of its size, and names
    that tell of a smaller model, as ELECTRA's generators, are not held to the whole.
    """

    code = "SIZ002"
    slug = "size-word"
    since = "0.1"
    topic = "a size word of a known family"
    claims = frozenset({Role.SIZE_WORD})
    needs = COUNT_KEYS | {IS_ADAPTER}
    reads = COUNT_CONTEXT | {HIDDEN_SIZE, LAYERS, MODALITIES, MODEL_TYPE, NON_EMBEDDING_PARAMETERS, PARAMETERS}
    flagged = (
        Case("bert-large-uncased", parameters=109_482_240, expect=Severity.WARNING),
        Case("roberta-base", parameters=355_359_744, expect=Severity.WARNING),
        Case("t5-small", parameters=222_903_552, expect=Severity.WARNING),
        Case("bert-large-uncased", parameters=7_000_000_000, expect=Severity.WARNING),
        Case("bert-base-uncased", parameters=6_700_000, expect=Severity.WARNING),
        Case("albert-xxlarge-v2", parameters=800_000, expect=Severity.WARNING),
        Case("xlm-roberta-base", parameters=559_890_432, layers=24, hidden_size=1024, expect=Severity.WARNING),
    )
    confirmed = (
        Case("bert-base-uncased", parameters=109_482_240),
        Case("bert-base-multilingual-cased", parameters=177_853_440),
        Case("t5-base", parameters=222_903_552),
        Case("bert-base-1B", parameters=109_482_240),
    )
    undecided = (
        Case("bert-base-uncased"),
        Case("t5-base", parameters=109_628_544),
        Case("bert-base-1B", parameters=1_000_000_000),
        Case("bert-base-uncased", parameters=335_141_888),
        Case("tiny_vit_21m_224", parameters=20_600_000),
        Case("bert-base-distilled", parameters=6_700_000),
        Case("electra-base-generator", parameters=33_511_168),
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
        if (other := other_shape(claims, evidence)) is not None and _why_another_size(
            claims, other[0], _is_less(other, counts), evidence
        ) is None:
            return self._of_other_shape(claims, evidence, *other)
        if right := words_borne_out(claims, counts):
            return self.confirm(*right)
        if claims.of(Role.PARAMETERS, Role.MIXTURE):
            text = "the name gives the size as a number too, and that is the one to check"
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text)
        if any(ratio(fact.value, size) <= GOOD for size in _other_readings(claims) for fact in counts):
            text = "another number of the name is the size, and the word may be part of the family's own name"
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
        if away(family, word, counts)[0] > (FAR if evidence.get(NON_EMBEDDING_PARAMETERS) else FAR_IN_ALL) or (
            fact.value < min(family.sizes[word]) / FAR
        ):
            smaller = max(f.value for f in counts) < min(family.sizes[word])
            if reason := _why_another_size(claims, claim, smaller, evidence):
                return cannot_tell(reason)
            known = " or ".join(describe_count(size) for size in _ends(family.sizes[word]))
            message = f"the name says {word}, for {family.title} {known}; {holding(fact)}"
            suggestion = renamed(claims, claim, best) if times <= GOOD else None
            return self.flag([self.finding(Severity.WARNING, message, claim=claim, fact=fact, suggestion=suggestion)])
        if times > GOOD:
            text = f"the weights fit no known size of {family.title}"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text)
        known = " or ".join(describe_count(size) for size in _ends(family.sizes[word]))
        message = f"the name says {word}, for {family.title} {known}; {holding(fact)}, as {family.title} {best} has"
        suggestion = renamed(claims, claim, best)
        return self.flag([self.finding(Severity.WARNING, message, claim=claim, fact=fact, suggestion=suggestion)])

    def _of_other_shape(
        self, claims: Claims, evidence: Evidence, claim: Claim, family: Family, word: str, fact: Fact[Any]
    ) -> Decision:
        """The layers and the width are exactly those of another size of the family."""
        said = f"{fact.value} layers of width {evidence.value(HIDDEN_SIZE)}"
        message = f"the name says {claim.element.text}; the weights have {said}, as {family.title} {word} has"
        suggestion = renamed(claims, claim, word)
        return self.flag([self.finding(Severity.WARNING, message, claim=claim, fact=fact, suggestion=suggestion)])


def _other_readings(claims: Claims) -> list[int]:
    """Counts that the name may give and that were not taken for claims: 21m of ``tiny_vit_21m_224``."""
    return [element.value for element in claims.parsed.alternatives if element.role is Role.PARAMETERS]


def _is_less(other: tuple[Claim, Family, str, Fact[Any]], counts: Sequence[Fact[Any]]) -> bool:
    """Whether the weights are smaller than the size word says."""
    claim, family, _, _ = other
    least: float = min(f.value for f in counts)
    return least < min(family.sizes[usual(claim)])


def _why_another_size(claims: Claims, claim: Claim, smaller: bool, evidence: Evidence) -> Reason | None:
    """Why a word may stand although the weights have another size: what was cut down, and a half by itself."""
    others = f"{claims.name[: claim.element.start]} {claims.name[claim.element.end :]}"
    cut = smaller and re.search(_CUT_DOWN, others) is not None
    if claims.of(Role.LAYERS, Role.HIDDEN_SIZE, Role.EMBEDDING_SIZE) or cut:
        text = "the name says itself that the model is a smaller one, a part or a trial"
        return Reason(ReasonKind.AMBIGUOUS_NAME, text)
    if any(is_composite(str(fact.value)) for fact in evidence.all(MODEL_TYPE)):
        return Reason(ReasonKind.AMBIGUOUS_FILES, "the model is put together from several models")
    return why_of_another(claims, claim, evidence)


def _ends(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """The smallest and the largest of ``sizes``."""
    return tuple(sorted({min(sizes), max(sizes)}))
