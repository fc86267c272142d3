"""PKG001: adapters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from truename.architecture.abstract import AbstractArchitecture, Block
from truename.evidence.evidence import Evidence
from truename.facts import (
    ADAPTER_BASE,
    ADAPTER_MODULES,
    ADAPTER_PAIRS,
    ADAPTER_RANK,
    BASE_MODEL_RELATION,
    IS_ADAPTER,
    PARAMETERS,
    TAGS,
    Fact,
    Origin,
)
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.product_lines import short_base

MERGED = ("merge", "fused", "baked")
LOOSE = frozenset({"adapter", "adapters", "peft"})  # also parts of full models: T2I-Adapter, IP-Adapter, LLaMA-Adapter
SHOWN = 3  # layers in the evidence
FULL_WEIGHTS = 20_000_000  # an adapter is rarely larger, a language model rarely smaller


class Adapter(Rule):
    """The name says adapter and the folder holds a full model, or the other way round.

    A LoRA adapter is some megabytes and runs only on its base model; a full model runs by itself.
    Who loads ``llama-7b-lora`` as an adapter needs the base and no more memory; who loads ``FS8B-finetuned``
    as a full model finds an adapter for ``fdtn-ai/Foundation-Sec-8B``. Weights with the adapter merged in are
    fine where the name or the card says so, and an adapter whose name does not say so is only noted.
    """

    code, slug, since = "PKG001", "adapter", "0.1"
    topic = "an adapter"
    claims = frozenset({Role.ADAPTER, Role.PARAMETERS, Role.MIXTURE})
    needs = frozenset({IS_ADAPTER})
    reads = frozenset({ADAPTER_BASE, ADAPTER_PAIRS, ADAPTER_RANK, BASE_MODEL_RELATION, PARAMETERS, TAGS})
    flagged = (
        Case("Llama-2-7b-alpaca-lora", expect=Severity.WARNING, is_adapter=False, parameters=6_738_415_616),
        Case("FS8B-finetuned", expect=Severity.NOTE, is_adapter=True, adapter_base="fdtn-ai/Foundation-Sec-8B"),
        Case("MythTrans-llama31-8B", expect=Severity.NOTE, is_adapter=True, adapter_rank=16),
    )
    confirmed = (
        Case("GeM2-14B-Korean-RAG-QLoRA", is_adapter=True, adapter_base="vaiv/GeM2-Llamion-14B-Chat"),
        Case("HY-MT1.5-yoruba-pidgin-lora", is_adapter=True),
        Case("Llama-2-7b-lora", is_adapter=False, parameters=6_738_415_616, base_model_relation="merge"),
    )
    undecided = (
        Case("GeM2-14B-Korean-RAG-QLoRA"),
        Case("alpaca-lora-7b", is_adapter=False),
    )
    not_applicable = (
        Case("Gemma2-Peshwa", is_adapter=True, adapter_base="unsloth/gemma-2-9b-bnb-4bit"),
        Case("llama-7b", is_adapter=False, parameters=6_738_415_616),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.ADAPTER)
        fact = evidence.get(IS_ADAPTER)
        sizes = claims.of(Role.PARAMETERS, Role.MIXTURE)
        if fact is not None and fact.value:
            if stated:
                shown = evidence.measured(ADAPTER_PAIRS) or fact
                return self.confirm(*((claim, shown) for claim in stated))
            return self._hidden(sizes[0], fact, evidence) if sizes else self.no_claim()
        if not stated:
            return self.no_claim()
        return self._full_model(claims, stated, evidence)

    def _hidden(self, size: Claim, fact: Fact[Any], evidence: Evidence) -> Decision:
        base, rank = evidence.value(ADAPTER_BASE), evidence.value(ADAPTER_RANK)
        kind = f"adapter of rank {rank}" if rank else "adapter"
        whose = f" for {short_base(str(base))}" if base else ""
        message = f"the name reads like a full model of {size.element.text}; the repository holds an {kind}{whose}"
        return self.flag([self.finding(Severity.NOTE, message, claim=size, fact=fact)])

    def _full_model(self, claims: Claims, stated: Sequence[Claim], evidence: Evidence) -> Decision:
        claim = stated[0]
        counted = evidence.get(PARAMETERS, Origin.WEIGHTS)
        if counted is None:
            return cannot_tell(evidence.why_missing(PARAMETERS), about=stated)
        if evidence.architecture is not None and (layers := adapter_layers(evidence.architecture)):
            detail = "layers that are named as those of adapters are"
            shown = Fact(ADAPTER_MODULES, layers, Origin.WEIGHTS, counted.file, detail)
            return self.confirm(*((one, shown) for one in stated))
        if (merged := merged_fact(evidence)) is not None:
            return self.confirm(*((one, merged) for one in stated))
        if any(word in claims.name.lower() for word in MERGED):
            text = "the name says that the adapter is merged into the weights, and so claims a full model"
            return does_not_apply(ReasonKind.NO_CLAIM, text)
        tags = [str(tag).lower() for tag in evidence.value(TAGS, ()) or ()]
        if "lora" in tags or any(tag.startswith("base_model:adapter") for tag in tags):
            text = "the card calls it an adapter, and some adapters are stored without a configuration"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=stated)
        if counted.value < FULL_WEIGHTS or str(claim.value).lower() in LOOSE:
            text = "a small model and a part of a model that is called an adapter look alike"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=stated)
        message = (
            f"the name says {claim.element.text}; the folder holds a full model "
            f"({counted.value:,} parameters), perhaps with the adapter merged in"
        )
        return self.flag([self.finding(Severity.WARNING, message, claim=claim, fact=counted)])


def merged_fact(evidence: Evidence) -> Fact[Any] | None:
    """The statement of the card that an adapter was merged into the weights, or None."""
    relation, tags = evidence.get(BASE_MODEL_RELATION), evidence.get(TAGS)
    if relation is not None and any(word in str(relation.value).lower() for word in MERGED):
        return relation
    if tags is not None and any(word in str(tag).lower() for word in MERGED for tag in tags.value or ()):
        return tags
    return None


def adapter_layers(architecture: AbstractArchitecture) -> tuple[str, ...]:
    """A few layers that are named as those of adapters; image models' are often stored without a configuration."""
    return tuple(islice((name for name in layer_names(architecture) if "lora" in name.lower()), SHOWN))


def layer_names(part: AbstractArchitecture) -> Iterator[str]:
    """The names of all layers, of repeated ones once."""
    yield from (layer.name for layer in part.layers)
    waiting: list[Block] = list(part.blocks)
    while waiting:
        for variant in waiting.pop().variants:
            yield from (f"{layer.name} {' '.join(layer.parameters)}" for layer in variant.layers)
            waiting.extend(variant.blocks)
