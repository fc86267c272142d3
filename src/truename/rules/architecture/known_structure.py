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
    Fact,
    Origin,
)
from truename.findings import Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared.families import is_composite, is_known, listed, squash, tensor_types
from truename.rules.shared.structures import classified, false_alarm, identified_types, is_classified

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
    claims = "a model type"
    flagged = (
        Case("brand-7b", model_type="brand", expect=Severity.NOTE, **_LLAMA),
        Case("brand-base", model_type="brand_new", expect=Severity.NOTE, **_BERT),
        Case("brand-7b", model_type="brand", expect=Severity.NOTE, **_MORE),
    )
    clean = (
        Case("some-model", model_type="bert", **_BERT),
        Case("some-model", model_type="mistral", **_LLAMA),
        Case("some-model", model_type="llama_extended", **_LLAMA),
        Case("some-model", model_type="brand", tensor_model_types=("brand", "llama"), **_LLAMA),
    )
    undecided = (
        Case("some-model", model_type="brand"),
        Case("some-model", **_BERT),
        Case("brand-7b-GGUF", model_type="brand", gguf_architecture="brand", **_LLAMA),
        Case("captioner", model_type="vision-encoder-decoder", **_BERT),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        declared = [
            f for f in evidence.all(MODEL_TYPE) if f.origin is Origin.DECLARED and isinstance(f.value, str) and f.value
        ]
        if not declared:
            return cannot_tell(evidence.why_missing(MODEL_TYPE))
        if any(fact.value in tensor_types(evidence) for fact in declared):
            return verdict(())
        found = identified_types(evidence, at_most=0.05)
        extended = evidence.get(IDENTIFICATION_EXTENDS)
        if found is None and extended is None:
            return cannot_tell(evidence.why_missing(IDENTIFICATION_MODEL_TYPE))
        other = evidence.get(DIFFUSERS_CLASS) is not None or evidence.get(GGUF_ARCHITECTURE) is not None
        if evidence.value(IS_ADAPTER) or other:
            return cannot_tell("the configuration is not that of these weights alone")
        outer = declared[0]
        if any(is_composite(fact.value) for fact in declared):
            return cannot_tell(f"a model of type {outer.value!r} is put together from models of other families")
        fact = found or extended
        assert fact is not None
        words = {squash(label) for label in fact.value}
        known = is_known(outer.value) or is_classified(outer.value)
        if known or any(word in squash(outer.value) for word in words):
            return verdict(())
        if len(fact.value) > _MOST:
            return cannot_tell(f"the structure fits {len(fact.value)} model types")
        source = outer.file or "the configuration"
        structure = f"is that of {listed(fact.value)} ({false_alarm(evidence)})"
        if found is None:
            structure = f"holds all of {listed(fact.value)} and more"
        message = f"{source} declares {outer.value}, a model type that is not known; the structure {structure}"
        return verdict([self.finding(Severity.NOTE, message, fact=fact)])
