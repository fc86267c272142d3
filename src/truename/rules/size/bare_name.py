"""SIZ005: the name of one release on another."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    DECODER_LAYERS,
    EXPERTS,
    HIDDEN_SIZE,
    IS_ADAPTER,
    LAYERS,
    PARAMETERS,
    VOCABULARY_SIZE,
    Derivation,
    Fact,
    Key,
    Origin,
)
from truename.findings import Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.releases import counted_names
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.counts import (
    COUNT_CONTEXT,
    COUNT_KEYS,
    holding,
    plausible_counts,
    why_uncounted,
)
from truename.rules.shared.quantities import in_the_style_of, ratio
from truename.rules.shared.sizes import known_sizes
from truename.units import describe_count

FAR = 2.0  # vocabularies, heads and ties never double a model
ROUGHLY_FAR = 4.0  # what a count by width and depth alone may be off too
_DIMENSIONS: frozenset[Key[Any]] = frozenset((LAYERS, HIDDEN_SIZE, VOCABULARY_SIZE, EXPERTS, DECODER_LAYERS))


class BareName(Rule):
    """The name is exactly that of one well-known release, and the weights have another size.

    ``bloom`` is the model of 176 B parameters, ``gpt2`` the one of 124 M; their smaller and larger kin carry the size
    in their names. A ``bloom`` of 0.56 B parameters was found by everybody who looked for the large one, and an
    ``e5-small`` was a multilingual large. The name must be a release's and nothing more; ``llama`` or ``gemma`` alone
    say no size. Sizes in numbers, and size words of families whose sizes are known, are other rules' business.
    """

    code, slug, since = "SIZ005", "bare-name", "0.1"
    topic = "the size of one known release"
    claims = frozenset({Role.FAMILY, Role.BRAND})
    needs = COUNT_KEYS | {IS_ADAPTER}
    reads = COUNT_CONTEXT | _DIMENSIONS
    flagged = (
        Case("bloom", parameters=559_214_592, expect=Severity.ERROR),
        Case("someone/gpt2", parameters=1_557_611_200, expect=Severity.ERROR),
        Case("starcoder", parameters=1_137_207_296, expect=Severity.ERROR),
        Case("somebody/e5-small", parameters=559_890_432, expect=Severity.ERROR),
        Case("e5-small", layers=24, hidden_size=1024, vocabulary_size=250_002, expect=Severity.WARNING),
    )
    confirmed = (
        Case("bloom", parameters=176_247_271_424),
        Case("gpt2", parameters=124_439_808),
        Case("someone/gpt2", parameters=124_439_808, stored_parameters=137_022_720),
        Case("e5-small", layers=12, hidden_size=384, vocabulary_size=30_522),
    )
    undecided = (
        Case("bloom"),
        Case("bloom", is_adapter=True, parameters=2_000_000),
    )
    not_applicable = (Case("bloom-560m", parameters=559_214_592), Case("e5-smaller", parameters=559_890_432))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        known = counted_names().parameters.get(claims.parsed.model.rpartition("/")[2].lower())
        if known is None or not (named := claims.of(Role.FAMILY, Role.BRAND)):
            return self.no_claim()
        if claims.of(Role.PARAMETERS, Role.MIXTURE, Role.ACTIVE_PARAMETERS, Role.EXPERTS) or known_sizes(claims):
            return self.no_claim()
        counts = plausible_counts(evidence) or rough_counts(evidence)
        if reason := why_uncounted(evidence, counts):
            return cannot_tell(reason, about=())  # other rules judge the family
        fact, release = min(((f, k) for f in counts for k in known), key=lambda pair: ratio(pair[0].value, pair[1]))
        if ratio(fact.value, release) <= (ROUGHLY_FAR if fact.how is Derivation.DIMENSIONS else FAR):
            return self.passed(fact)  # the size alone does not make it the family
        claim, fact = named[0], evidence.get(PARAMETERS) or fact
        known_as = f"{claims.parsed.model} alone is the name of a release with {describe_count(release)} parameters"
        message = f"{known_as}; {holding(fact)}"
        suggestion = f"{claims.name}-{in_the_style_of('1b', round(fact.value))}"
        return self.flag([self.finding(Severity.ERROR, message, claim=claim, fact=fact, suggestion=suggestion)])


def rough_counts(evidence: Evidence) -> tuple[Fact[Any], ...]:
    """A count by depth and width alone, where a configuration gives nothing better; none for a mixture of experts."""
    layers, width = evidence.value(LAYERS), evidence.value(HIDDEN_SIZE)
    other = evidence.get(EXPERTS) or evidence.get(DECODER_LAYERS) or evidence.get(IS_ADAPTER)
    if not layers or not width or (other is not None and other.value):
        return ()
    count = 12 * layers * width**2 + (evidence.value(VOCABULARY_SIZE) or 0) * width
    file = next((fact.file for fact in evidence.all(HIDDEN_SIZE)), None)
    detail = "roughly, by depth, width and vocabulary"
    return (Fact(PARAMETERS, count, Origin.DECLARED, file, detail, Derivation.DIMENSIONS),)
