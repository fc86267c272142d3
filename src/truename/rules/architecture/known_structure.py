"""ARC004: a known structure under a model type that nobody knows."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    DIFFUSERS_CLASS,
    GGUF_ARCHITECTURE,
    IDENTIFICATION_EXTENDS,
    IDENTIFICATION_MODEL_TYPE,
    IS_ADAPTER,
    MODEL_TYPE,
    TENSOR_MODEL_TYPES,
    Fact,
    Origin,
)
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.families import is_composite, is_known, listed, squash, tensor_types
from truename.rules.shared.structures import (
    STRUCTURE_KEYS,
    classified,
    composed,
    false_alarm,
    identified_types,
    is_classified,
    of_other_weights,
)
from truename.rules.shared.unread import undeclared, unmeasured

_MOST = 12  # types of a set that still is a recognition: a structure that many share by design has as many
_BERT: dict[str, Any] = classified(IDENTIFICATION_MODEL_TYPE, "bert")
_MORE: dict[str, Any] = classified(IDENTIFICATION_EXTENDS, "qwen2")
_LLAMA: dict[str, Any] = {
    IDENTIFICATION_MODEL_TYPE: Fact(IDENTIFICATION_MODEL_TYPE, ("llama", "mistral"), Origin.CLASSIFIER)
}


class KnownStructure(Rule):
    """The configuration declares a model type that nobody knows, over a structure that everybody knows.

    A model that is built like another and only calls itself something else needs custom code to load where the usual
    code would do, and hides where it comes from: a Gemma under an invented brand, a configuration whose only change is
    its model_type. It may be an honest derivative; then the name or the card should say of what.

    The structure is recognised by its layers, whatever they are called. One that holds all of a known structure, with
    something added (a Qwen2 with layers that predict several tokens), is reported as that.
    """

    code = "ARC004"
    slug = "known-structure-under-another-name"
    since = "0.2"
    topic = "a model type"
    needs = frozenset({IDENTIFICATION_MODEL_TYPE, IDENTIFICATION_EXTENDS, TENSOR_MODEL_TYPES})
    reads = STRUCTURE_KEYS | {MODEL_TYPE, IS_ADAPTER, DIFFUSERS_CLASS, GGUF_ARCHITECTURE}
    about_files = True
    flagged = (
        Case("brand-7b", model_type="brand", expect=Severity.NOTE, **_LLAMA),
        Case("brand-base", model_type="brand_new", expect=Severity.NOTE, **_BERT),
        Case("brand-7b", model_type="brand", expect=Severity.NOTE, **_MORE),
    )
    confirmed = (
        Case("some-model", model_type="bert", **_BERT),
        Case("some-model", model_type="mistral", **_LLAMA),
        Case("some-model", model_type="llama_extended", **_LLAMA),
        Case("some-model", model_type="brand", tensor_model_types=("brand", "llama"), **_LLAMA),
    )
    undecided = (
        Case("some-model", model_type="brand"),
        Case("brand-7b-GGUF", model_type="brand", gguf_architecture="brand", **_LLAMA),
        Case("captioner", model_type="vision-encoder-decoder", **_BERT),
    )
    not_applicable = (
        Case("some-model", **_BERT),
        Case("brand-lora", model_type="brand", is_adapter=True, **_BERT),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        declared = [
            f for f in evidence.all(MODEL_TYPE) if f.origin is Origin.DECLARED and isinstance(f.value, str) and f.value
        ]
        if not declared:
            return undeclared(evidence.why_missing(MODEL_TYPE))
        if any(fact.value in tensor_types(evidence) for fact in declared):
            return self.passed(evidence.get(TENSOR_MODEL_TYPES))
        found = identified_types(evidence, at_most=0.05)
        fact = found or evidence.get(IDENTIFICATION_EXTENDS)
        if fact is None:
            return unmeasured(evidence.why_missing(IDENTIFICATION_MODEL_TYPE))
        if (other := of_other_weights(evidence)) is not None:
            return other
        outer = declared[0]
        if any(is_composite(one.value) for one in declared):
            return composed(outer.value)
        words = {squash(label) for label in fact.value}
        known = is_known(outer.value) or is_classified(outer.value)
        if known or any(word in squash(outer.value) for word in words):
            return self.passed(outer)
        if len(fact.value) > _MOST:
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, f"the structure fits {len(fact.value)} model types")
        source = outer.file or "the configuration"
        structure = f"is that of {listed(fact.value)} ({false_alarm(evidence)})"
        if found is None:
            structure = f"holds all of {listed(fact.value)} and more"
        message = f"{source} declares {outer.value}, a model type that is not known; the structure {structure}"
        return self.flag([self.finding(Severity.NOTE, message, fact=fact)])
