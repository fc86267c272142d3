"""SIZ004: the number of experts that a name gives (8x7B, 128E)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import DENSE, EXPERTS, IS_ADAPTER, PARAMETERS, Fact, Origin
from truename.findings import Finding, Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, renamed
from truename.rules.shared.another import why_of_another

EIGHT = 8
MOST_SHARED = 2  # experts that every token uses, counted by some makers and not by others


class Experts(Rule):
    """The name claims a number of experts that the layers do not have.

    ``8x7B`` and ``17B-128E`` tell a user the memory that a mixture of experts needs and the tensors that a server must
    place. Merges of two or four models keep the ``8x`` of the model they imitate, and pruned models keep the number of
    experts they no longer have.

    Shared experts may be counted or not, so up to two more than the routed ones are right.
    """

    code = "SIZ004"
    slug = "experts"
    since = "0.1"
    topic = "a number of experts"
    claims = frozenset({Role.EXPERTS, Role.MIXTURE})
    needs = frozenset({EXPERTS, DENSE})
    reads = frozenset({IS_ADAPTER, PARAMETERS})
    flagged = (
        Case("Mixtral-8x7B-v0.1", experts=4, expect=Severity.ERROR),
        Case("Llama-4-Maverick-17B-128E", experts=16, expect=Severity.ERROR),
        Case("some-moe-8x7B", experts=0, expect=Severity.ERROR),
        Case("llama-3-8x8B", dense=True, expect=Severity.ERROR),
        Case("Mixtral-8x7B-160experts", experts=8, expect=Severity.ERROR),
        Case("Qwen3-8B-16experts", dense=True, expect=Severity.ERROR),
    )
    confirmed = (
        Case("Mixtral-8x7B-v0.1", experts=8),
        Case("Llama-4-Scout-17B-16E-Instruct", experts=16),
        Case("some-moe-17B-65E", experts=64),
        Case("Mixtral-8x7B-2experts", experts=8),
    )
    undecided = (
        Case("Mixtral-8x7B-v0.1"),
        Case("Mixtral-8x7B-lora", is_adapter=True),
        Case("Mixtral-8x7B-eagle-draft", dense=True),
        Case("Llama-3-8B-3E", dense=True),
        Case("Llama-3-8B-distilled-from-Mixtral-8x7B", dense=True),
    )
    not_applicable = (Case("llama-7b", experts=8),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.EXPERTS, Role.MIXTURE)
        if not stated:
            return self.no_claim()
        if evidence.value(IS_ADAPTER):
            text = "the files hold an adapter, and its base model decides the experts"
            return cannot_tell(ReasonKind.ADAPTER, text)
        strongest = evidence.get(EXPERTS)
        if strongest is None and (dense := evidence.get(DENSE)) is not None:
            if reason := why_of_another(claims, stated[0], evidence) or _why_epochs(stated[0]):
                return cannot_tell(reason)
            return self.flag([self._none_at_all(stated[0], dense)])
        if strongest is None:
            return cannot_tell(evidence.why_missing(EXPERTS))
        counts = [fact for fact in evidence.all(EXPERTS) if fact.origin is strongest.origin]
        results = [(claim, self._compare(claims, claim, counts)) for claim in stated]
        if right := [(claim, fact) for claim, fact in results if isinstance(fact, Fact)]:
            held = max(fact.value for _, fact in right)
            # fewer may be what a token uses or what was merged, of more there is nothing
            more = [(c, f) for c, f in results if isinstance(f, Finding) and c.role is Role.EXPERTS and c.value > held]
            if more and why_of_another(claims, more[0][0], evidence) is None:
                return self.flag([more[0][1]], self.confirm(*right).confirmations)
            return self.confirm(*right)
        return self.flag([finding for _, finding in results if isinstance(finding, Finding)][:1])

    def _none_at_all(self, claim: Claim, dense: Fact[Any]) -> Finding:
        claimed = claim.value[0] if claim.role is Role.MIXTURE else claim.value
        where = "the layers have" if dense.origin is not Origin.DECLARED else "by its type the model has"
        message = f"the name says {claim.element.text}, {claimed} experts; {where} no experts"
        return self.finding(Severity.ERROR, message, claim=claim, fact=dense)

    def _compare(self, claims: Claims, claim: Claim, counts: Sequence[Fact[Any]]) -> Finding | Fact[Any]:
        """What is wrong with a claim, or the count that bears it out."""
        claimed = claim.value[0] if claim.role is Role.MIXTURE else claim.value
        near = [fact for fact in counts if 0 <= claimed - fact.value <= MOST_SHARED and fact.value]
        if near:
            return max(near, key=lambda fact: fact.value)
        strongest = counts[0]
        found = strongest.value
        experts = f"{found} experts" if found > 1 else "no experts"
        verb = "the configuration declares" if strongest.origin is Origin.DECLARED else "the layers have"
        suggestion = (
            renamed(claims, claim, claim.element.text.replace(str(claimed), str(found), 1)) if found > 1 else None
        )
        message = f"the name says {claim.element.text}, {claimed} experts; {verb} {experts}"
        return self.finding(Severity.ERROR, message, claim=claim, fact=strongest, suggestion=suggestion)


def _why_epochs(claim: Claim) -> Reason | None:
    """Why a number with a single E may be of epochs: experts come in eights."""
    if claim.element.text[-1:] not in ("E", "e") or claim.value % EIGHT == 0:
        return None
    return Reason(ReasonKind.AMBIGUOUS_NAME, f"{claim.element.text} may count epochs")
