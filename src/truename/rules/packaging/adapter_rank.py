"""PKG003: the rank of an adapter."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import ADAPTER_RANKS, IS_ADAPTER
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, does_not_apply, renamed
from truename.rules.shared.unread import unmeasured


class AdapterRank(Rule):
    """The name says another rank than the adapter's matrices have.

    The rank decides how large an adapter is and what it can express; ``...-lora-r16`` and ``...-lora-r64`` are told
    apart by it when people choose. An ``r`` with a number is read as a rank only where the name says that it is an
    adapter and the files hold one.
    """

    code, slug, since = "PKG003", "adapter-rank", "0.2"
    topic = "the rank of an adapter"
    claims = frozenset({Role.RANK})
    needs = frozenset({ADAPTER_RANKS})
    reads = frozenset({IS_ADAPTER})
    flagged = (
        Case("llama-7b-lora-r16", expect=Severity.WARNING, is_adapter=True, adapter_ranks=(8,)),
        Case("llama-7b-lora-rank-64", expect=Severity.WARNING, is_adapter=True, adapter_ranks=(32,)),
    )
    confirmed = (
        Case("llama-7b-lora-r16", is_adapter=True, adapter_ranks=(16,)),
        Case("llama-7b-lora-rank-64", is_adapter=True, adapter_ranks=(8, 64)),
        Case("llama-7b-qlora_r8_alpha16", is_adapter=True, adapter_ranks=(8,)),
    )
    undecided = (Case("llama-7b-lora-r16", is_adapter=True), Case("llama-7b-lora-r16"))
    not_applicable = (
        Case("llama-7b-lora", is_adapter=True, adapter_ranks=(8,)),
        Case("llama-7b-r16", is_adapter=True, adapter_ranks=(8,)),
        Case("llama-7b-lora-r16", is_adapter=False),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        said = claims.of(Role.RANK) if claims.of(Role.ADAPTER) else ()
        if not said:
            return self.no_claim()
        fact = evidence.get(ADAPTER_RANKS)
        is_adapter = evidence.get(IS_ADAPTER)
        if is_adapter is not None and not is_adapter.value:
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, "the files hold a full model and no adapter")
        if fact is None or is_adapter is None:
            return unmeasured(evidence.why_missing(ADAPTER_RANKS), about=said)
        if borne := [claim for claim in said if claim.value in fact.value]:
            return self.confirm(*((claim, fact) for claim in borne))
        ranks = " and ".join(map(str, fact.value[:3]))
        message = f"the name says rank {said[0].value}; the adapter's matrices have rank {ranks}"
        text = said[0].element.text.replace(str(said[0].value), str(fact.value[0]))
        return self.flag(
            [
                self.finding(
                    Severity.WARNING, message, claim=said[0], fact=fact, suggestion=renamed(claims, said[0], text)
                )
            ]
        )
