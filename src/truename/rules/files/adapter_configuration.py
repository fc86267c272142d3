"""FIL006: an adapter's configuration against its tensors."""

from __future__ import annotations

from collections.abc import Iterator

from truename.evidence.evidence import Evidence
from truename.facts import (
    ADAPTER_ALPHA,
    ADAPTER_METHOD,
    ADAPTER_MODULES,
    ADAPTER_OTHER_RANKS,
    ADAPTER_RANK,
    ADAPTER_RANKS,
    ADAPTER_TARGETS,
    IS_ADAPTER,
    Origin,
)
from truename.findings import Finding, ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.unread import unmeasured

_DECLARED = (ADAPTER_METHOD, ADAPTER_ALPHA, ADAPTER_TARGETS)  # one of them is in every adapter's configuration
_PRUNED = "adalora"  # it leaves each pair a rank of its own, at most the declared one


class AdapterConfiguration(Rule):
    """The adapter's configuration contradicts its tensors.

    The configuration says how the matrices are put together: their rank ``r``, by which the factor ``lora_alpha`` is
    divided, and the modules they belong to. With another rank or other modules than those of the tensors, loading fails
    or leaves them out, and the factor is not the one that the adapter was trained with. It happens where a
    ``adapter_config.json`` of another run lies beside the weights.

    Only a rank that no pair has is a fault: a ``rank_pattern`` gives modules ranks of their own, and of experts several
    are stored in one pair. So are target modules of which none is changed: lists often name those of other models too.
    """

    code, slug, since = "FIL006", "adapter-configuration", "0.2"
    topic = "its files"
    needs = frozenset({ADAPTER_RANKS})
    reads = frozenset({ADAPTER_RANK, ADAPTER_OTHER_RANKS, ADAPTER_MODULES, IS_ADAPTER, *_DECLARED})
    about_files = True
    flagged = (
        Case("llama-7b-lora", expect=Severity.ERROR, adapter_rank=16, adapter_ranks=(8,)),
        Case("a-lora", expect=Severity.ERROR, adapter_method="adalora", adapter_rank=12, adapter_ranks=(16,)),
        Case(
            "llama-7b-lora",
            expect=Severity.WARNING,
            adapter_rank=8,
            adapter_ranks=(8,),
            adapter_targets=("query_key_value",),
            adapter_modules=("q_proj", "v_proj"),
        ),
    )
    confirmed = (
        Case("llama-7b-lora", adapter_rank=8, adapter_ranks=(8,)),
        Case("llama-7b-lora", adapter_rank=16, adapter_other_ranks=(8,), adapter_ranks=(8,)),
        Case("llama-7b-adalora", adapter_method="adalora", adapter_rank=12, adapter_ranks=(4, 9)),
        Case("Mixtral-lora", adapter_rank=8, adapter_ranks=(64,), adapter_modules=("experts",)),
        Case(
            "llama-7b-lora",
            adapter_rank=8,
            adapter_ranks=(8, 4),
            adapter_targets=("model.layers.0.self_attn.q_proj", "c_attn"),
            adapter_modules=("q_proj",),
        ),
        Case(
            "flux-lora", adapter_rank=8, adapter_ranks=(8,), adapter_targets=("all-linear",), adapter_modules=("to_q",)
        ),
    )
    undecided = (
        Case("llama-7b-lora", adapter_rank=16),
        Case("llama-7b-lora", is_adapter=True),
        Case("llama-7b-lora", adapter_ranks=(8,), adapter_method="lora"),
    )
    not_applicable = (Case("llama-7b"), Case("llama-7b-lora", adapter_ranks=(8,)))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        configured = any(evidence.get(key) is not None for key in (ADAPTER_RANK, *_DECLARED))
        held = evidence.get(ADAPTER_RANKS)
        if held is None:
            if configured or evidence.value(IS_ADAPTER):
                return unmeasured(evidence.why_missing(ADAPTER_RANKS))
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, "the files hold no adapter")
        if not configured:
            return does_not_apply(ReasonKind.NO_SUCH_FILE, "there is no configuration of the adapter")
        if evidence.get(ADAPTER_RANK, Origin.DECLARED) is None:
            return cannot_tell(evidence.why_missing(ADAPTER_RANK))
        findings = [*self._rank(evidence), *self._modules(evidence)]
        return self.flag(findings) if findings else self.passed(held)

    def _rank(self, evidence: Evidence) -> Iterator[Finding]:
        told, held = evidence.get(ADAPTER_RANK, Origin.DECLARED), evidence.get(ADAPTER_RANKS)
        if told is None or held is None:
            return
        if evidence.value(ADAPTER_METHOD) == _PRUNED and min(held.value) <= told.value:
            return
        several_in_one = any("expert" in module for module in evidence.value(ADAPTER_MODULES, ()))
        if not several_in_one and {told.value, *evidence.value(ADAPTER_OTHER_RANKS, ())}.isdisjoint(held.value):
            ranks = " and ".join(map(str, held.value[:3]))
            message = f"the configuration says rank {told.value}; the adapter's matrices have rank {ranks}"
            yield self.finding(Severity.ERROR, message, fact=held)

    def _modules(self, evidence: Evidence) -> Iterator[Finding]:
        told, held = evidence.get(ADAPTER_TARGETS), evidence.get(ADAPTER_MODULES)
        if told is None or held is None:
            return
        named = {str(target).rpartition(".")[2] for target in told.value}
        plain = all(name.replace("_", "").isalnum() for name in named)  # a pattern or "all-linear" names no module
        if plain and not any(module.endswith(name) for module in held.value for name in named):
            message = f"the configuration targets {', '.join(sorted(named)[:3])}; the tensors change "
            yield self.finding(Severity.WARNING, message + ", ".join(held.value[:3]), fact=held)
