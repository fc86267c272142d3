"""PKG001: adapters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from truename.architecture.abstract import AbstractArchitecture, Block
from truename.evidence.evidence import Evidence
from truename.facts import ADAPTER_BASE, ADAPTER_RANK, BASE_MODEL_RELATION, IS_ADAPTER, PARAMETERS, TAGS, Fact, Origin
from truename.findings import Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import CLEAN, Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared.product_lines import short_base

MERGED = ("merge", "fused", "baked")
LOOSE = frozenset({"adapter", "adapters", "peft"})  # also parts of full models: T2I-Adapter, IP-Adapter, LLaMA-Adapter
FULL_WEIGHTS = 20_000_000  # an adapter is rarely larger, a language model rarely smaller


class Adapter(Rule):
    """The name says adapter and the folder holds a full model, or the other way round.

    A LoRA adapter is some megabytes and runs only on its base model; a full model runs by itself.
    Who loads ``llama-7b-lora`` as an adapter needs the base and no more memory; who loads ``FS8B-finetuned``
    as a full model finds an adapter for ``fdtn-ai/Foundation-Sec-8B``. Weights with the adapter merged in are
    fine where the name or the card says so, and an adapter whose name does not say so is only noted.
    """

    code, slug, since = "PKG001", "adapter", "0.1"
    claims = "an adapter, nor a size that an adapter would not have"
    flagged = (
        Case("Llama-2-7b-alpaca-lora", expect=Severity.WARNING, is_adapter=False, parameters=6_738_415_616),
        Case("FS8B-finetuned", expect=Severity.NOTE, is_adapter=True, adapter_base="fdtn-ai/Foundation-Sec-8B"),
        Case("MythTrans-llama31-8B", expect=Severity.NOTE, is_adapter=True, adapter_rank=16),
    )
    clean = (
        Case("GeM2-14B-Korean-RAG-QLoRA", is_adapter=True, adapter_base="vaiv/GeM2-Llamion-14B-Chat"),
        Case("HY-MT1.5-yoruba-pidgin-lora", is_adapter=True),
        Case("Llama-2-7b-lora", is_adapter=False, parameters=6_738_415_616, base_model_relation="merge"),
        Case("Gemma2-Peshwa", is_adapter=True, adapter_base="unsloth/gemma-2-9b-bnb-4bit"),
    )
    undecided = (
        Case("llama-7b", is_adapter=False, parameters=6_738_415_616),
        Case("GeM2-14B-Korean-RAG-QLoRA"),
        Case("alpaca-lora-7b", is_adapter=False),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.ADAPTER)
        fact = evidence.get(IS_ADAPTER)
        sizes = claims.of(Role.PARAMETERS, Role.MIXTURE)
        if fact is not None and fact.value:
            return CLEAN if stated or not sizes else self._hidden(sizes[0], fact, evidence)
        if not stated:
            return self.no_claim()
        return self._full_model(claims, stated[0], evidence)

    def _hidden(self, size: Claim, fact: Fact[Any], evidence: Evidence) -> Decision:
        base, rank = evidence.value(ADAPTER_BASE), evidence.value(ADAPTER_RANK)
        kind = f"adapter of rank {rank}" if rank else "adapter"
        whose = f" for {short_base(str(base))}" if base else ""
        message = f"the name reads like a full model of {size.element.text}; the repository holds an {kind}{whose}"
        return verdict([self.finding(Severity.NOTE, message, claim=size, fact=fact)])

    def _full_model(self, claims: Claims, claim: Claim, evidence: Evidence) -> Decision:
        counted = evidence.get(PARAMETERS, Origin.WEIGHTS)
        if counted is None:
            return cannot_tell(evidence.why_missing(PARAMETERS))
        if evidence.architecture is not None and holds_adapters(evidence.architecture):
            return CLEAN
        tags = [str(tag).lower() for tag in evidence.value(TAGS, ()) or ()]
        said = [claims.name.lower(), str(evidence.value(BASE_MODEL_RELATION, "")).lower(), *tags]
        if any(word in text for word in MERGED for text in said):
            return CLEAN
        if "lora" in tags or any(tag.startswith("base_model:adapter") for tag in tags):
            return cannot_tell("the card calls it an adapter, and some adapters are stored without a configuration")
        if counted.value < FULL_WEIGHTS or str(claim.value).lower() in LOOSE:
            return cannot_tell("a small model and a part of a model that is called an adapter look alike")
        message = (
            f"the name says {claim.element.text}; the folder holds a full model "
            f"({counted.value:,} parameters), perhaps with the adapter merged in"
        )
        return verdict([self.finding(Severity.WARNING, message, claim=claim, fact=counted)])


def holds_adapters(architecture: AbstractArchitecture) -> bool:
    """Whether layers are named as those of adapters are; image models' are often stored without a configuration."""
    return any("lora" in name.lower() for name in layer_names(architecture))


def layer_names(part: AbstractArchitecture) -> Iterator[str]:
    """The names of all layers, of repeated ones once."""
    yield from (layer.name for layer in part.layers)
    waiting: list[Block] = list(part.blocks)
    while waiting:
        for variant in waiting.pop().variants:
            yield from (f"{layer.name} {' '.join(layer.parameters)}" for layer in variant.layers)
            waiting.extend(variant.blocks)
