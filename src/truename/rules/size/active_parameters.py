"""SIZ003: the active parameters that a name gives (A22B)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import ACTIVE_PARAMETERS, DENSE, IS_ADAPTER, NON_EMBEDDING_PARAMETERS, PARAMETERS, Fact, Origin
from truename.findings import Finding, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, renamed
from truename.rules.shared.another import why_of_another
from truename.rules.shared.counts import holding
from truename.rules.shared.quantities import distance, in_the_style_of, ratio, rounds_to
from truename.units import describe_count

CLOSE = 0.25
MISLEADING = 2.0
FALSE = 4.0


class ActiveParameters(Rule):
    """The name claims a number of active parameters that the experts do not make.

    For a mixture of experts the active parameters decide the speed and the total decides the memory. The number in
    the name is often an early estimate: zephyr-orpo-141b-A35b uses 39 B for a token, and it was "too late to change
    the model name".

    Makers count differently (with or without embeddings, with or without shared experts), so the tolerance is wide:
    25 % is right, up to twice a note, beyond that a warning, more than four times an error. What is only declared
    gives at most a warning. A dense model uses all that it has for every token, so a number of active parameters that
    is less is wrong.
    """

    code = "SIZ003"
    slug = "active-parameters"
    since = "0.1"
    topic = "active parameters"
    claims = frozenset({Role.ACTIVE_PARAMETERS})
    needs = frozenset({ACTIVE_PARAMETERS, DENSE})
    reads = frozenset({IS_ADAPTER, NON_EMBEDDING_PARAMETERS, PARAMETERS})
    flagged = (
        Case("Qwen3-30B-A3B", active_parameters=22_000_000_000, expect=Severity.ERROR),
        Case("some-moe-25B-A8B", active_parameters=3_300_000_000, expect=Severity.WARNING),
        Case("LFM-8B-A1B", active_parameters=1_630_000_000, expect=Severity.NOTE),
        Case("Qwen3-30B-A3B", dense=True, parameters=32_762_123_264, expect=Severity.ERROR),
        Case("Qwen3-8B-3B-active", dense=True, parameters=8_190_735_360, expect=Severity.ERROR),
    )
    confirmed = (
        Case("Qwen3-235B-A22B", active_parameters=22_190_000_000),
        Case("zephyr-orpo-141b-A35b", active_parameters=39_156_000_000),
        Case("Qwen1.5-MoE-A2.7B", active_parameters=2_689_000_000),
        Case(
            "LFM2-8B-A1B",
            parameters=8_339_929_856,
            non_embedding_parameters=8_205_712_128,
            active_parameters=1_480_000_000,
        ),
    )
    undecided = (
        Case("Qwen3-235B-A22B", parameters=235_093_634_560),
        Case("Qwen3-30B-A3B-lora", is_adapter=True),
        Case("Qwen3-30B-A3B-eagle3", dense=True, parameters=300_000_000),
        Case("Qwen3-8B-distilled-from-Qwen3-235B-A22B", dense=True, parameters=8_190_735_360),
    )
    not_applicable = (Case("llama-7b", active_parameters=6_738_415_616),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.ACTIVE_PARAMETERS)
        if not stated:
            return self.no_claim()
        if evidence.value(IS_ADAPTER):
            text = "the files hold an adapter, and its base model decides the active parameters"
            return cannot_tell(ReasonKind.ADAPTER, text)
        counts = tuple(_countings(evidence))
        if not counts and (dense := evidence.get(DENSE)) is not None:
            return self._dense(claims, stated[0], dense, evidence)
        if not counts:
            return cannot_tell(evidence.why_missing(ACTIVE_PARAMETERS))
        results = [(claim, self._compare(claims, claim, counts)) for claim in stated]
        if right := [(claim, fact) for claim, fact in results if isinstance(fact, Fact)]:
            return self.confirm(*right)
        return self.flag([finding for _, finding in results if isinstance(finding, Finding)][:1])

    def _dense(self, claims: Claims, claim: Claim, dense: Fact[Any], evidence: Evidence) -> Decision:
        """A model without experts uses all that it has: a number of its own for what it uses is wrong."""
        total = evidence.measured(PARAMETERS)
        if reason := why_of_another(claims, claim, evidence):
            return cannot_tell(reason)
        close = total is not None and distance(claim.value, total.value) <= CLOSE
        holds = f" and hold {describe_count(total.value)} parameters, all of them in use" if total is not None else ""
        where = "the weights have" if dense.origin is not Origin.DECLARED else "by its type the model has"
        message = f"the name says {claim.element.text}; {where} no experts{holds}"
        severity = Severity.WARNING if close else Severity.ERROR
        return self.flag([self.finding(severity, message, claim=claim, fact=dense)])

    def _compare(self, claims: Claims, claim: Claim, counts: tuple[Fact[Any], ...]) -> Finding | Fact[Any]:
        """What is wrong with a claim, or the count that bears it out."""
        fact = min(counts, key=lambda f: distance(claim.value, f.value))
        away, times = distance(claim.value, fact.value), ratio(claim.value, fact.value)
        rounded = rounds_to(fact.value, claim.value, claim.element.text)
        if away <= CLOSE or (rounded and times < MISLEADING):
            return fact
        severity = Severity.ERROR if times > FALSE else Severity.WARNING if times > MISLEADING else Severity.NOTE
        message = f"the name says {claim.element.text}; {holding(fact)}"
        style = claim.element.text.lstrip("Aa")
        prefix = claim.element.text[: len(claim.element.text) - len(style)]
        suggestion = renamed(claims, claim, prefix + in_the_style_of(style, round(fact.value)))
        return self.finding(severity, message, claim=claim, fact=fact, suggestion=suggestion)


def _countings(evidence: Evidence) -> Iterator[Fact[Any]]:
    """The active parameters, and the same without embeddings where these are known; measured ones where there are."""
    measured = [fact for fact in evidence.all(ACTIVE_PARAMETERS) if fact.origin is not Origin.DECLARED]
    # a declared number taken from a measured one would pass for measured
    outside = (evidence.measured if measured else evidence.get)(NON_EMBEDDING_PARAMETERS)
    total = evidence.get(PARAMETERS, outside.origin) if outside else None
    for fact in measured or evidence.all(ACTIVE_PARAMETERS):
        yield fact
        if outside is not None and total is not None:
            without = fact.value - (total.value - outside.value)
            if without > 0:
                yield Fact(fact.key, without, fact.origin, fact.file, "without embeddings")
