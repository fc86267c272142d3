"""SIZ006: the effective size that a name gives (E4B)."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import EFFECTIVE_PARAMETERS, IS_ADAPTER, Fact
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.another import why_of_another
from truename.rules.shared.counts import COUNT_CONTEXT, COUNT_KEYS, holding, plausible_counts, why_uncounted
from truename.rules.shared.quantities import distance, ratio, rounds_to
from truename.units import describe_count

CLOSE = 0.25
MOST_ASIDE = 4.0  # what a nested model holds beside what it computes with: Gemma 3n's E2B has 2.7 times as much


class EffectiveParameters(Rule):
    """The name claims an effective size that the weights do not have.

    A nested model keeps its tables of tokens for every layer outside the memory of the accelerator: ``gemma-3n-E4B``
    holds 7.8 B parameters and needs the memory of 4 B. Where there are such tables, what is left of the parameters is
    counted; where there are none, the effective size is the size, and cannot be more than all that there is.
    """

    code, slug, since = "SIZ006", "effective-parameters", "0.2"
    topic = "an effective size"
    claims = frozenset({Role.EFFECTIVE_PARAMETERS})
    needs = COUNT_KEYS | {EFFECTIVE_PARAMETERS, IS_ADAPTER}
    reads = COUNT_CONTEXT
    flagged = (
        Case("gemma-3n-E4B-it", parameters=5_439_438_272, effective_parameters=1_910_000_000, expect=Severity.ERROR),
        Case("gemma-E8B", parameters=2_506_172_416, expect=Severity.ERROR),
        Case("gemma-3n-E2B", parameters=70_553_706_496, expect=Severity.ERROR),
        Case("gemma-3n-E2B", parameters=7_849_978_192, effective_parameters=4_000_000_000, expect=Severity.ERROR),
    )
    confirmed = (
        Case("gemma-3n-E4B-it", parameters=7_849_978_192, effective_parameters=4_000_000_000),
        Case("gemma-3n-E2B-it", parameters=5_439_438_272, effective_parameters=1_910_000_000),
        Case("gemma-E4B", parameters=4_300_079_472),
    )
    undecided = (
        Case("gemma-3n-E4B-it"),
        Case("gemma-3n-E4B-lora", is_adapter=True, parameters=20_000_000),
        Case("gemma-3n-E2B", parameters=5_439_438_272),
        Case("gemma-2b-distilled-from-gemma-3n-E4B", parameters=2_506_172_416),
    )
    not_applicable = (Case("gemma-2b", parameters=2_506_172_416),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.EFFECTIVE_PARAMETERS)
        if not stated:
            return self.no_claim()
        counts = plausible_counts(evidence)
        if reason := why_uncounted(evidence, counts):
            return cannot_tell(reason)
        claim = stated[0]
        if (effective := evidence.measured(EFFECTIVE_PARAMETERS)) is not None:
            if _is_close(claim, effective):
                return self.confirm((claim, effective))
            text = f"the weights hold {describe_count(effective.value)} parameters beside their tables of tokens"
            return self._wrong(claims, evidence, claim, effective, text)
        fact = min(counts, key=lambda f: distance(claim.value, f.value))
        if _is_close(claim, fact):
            return self.confirm((claim, fact))
        if claim.value < fact.value <= MOST_ASIDE * claim.value:
            text = f"of {describe_count(round(fact.value))} parameters the files do not show how many are kept aside"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        return self._wrong(claims, evidence, claim, fact, holding(fact))

    def _wrong(self, claims: Claims, evidence: Evidence, claim: Claim, fact: Fact[Any], found: str) -> Decision:
        if reason := why_of_another(claims, claim, evidence):
            return cannot_tell(reason)
        severity = Severity.ERROR if ratio(claim.value, fact.value) >= 1.5 else Severity.WARNING
        message = f"the name says {claim.element.text}, an effective {describe_count(claim.value)}; {found}"
        return self.flag([self.finding(severity, message, claim=claim, fact=fact)])


def _is_close(claim: Claim, fact: Fact[Any]) -> bool:
    return distance(claim.value, fact.value) <= CLOSE or (
        rounds_to(round(fact.value), claim.value, claim.element.text[1:]) and ratio(claim.value, fact.value) < 1.5
    )
