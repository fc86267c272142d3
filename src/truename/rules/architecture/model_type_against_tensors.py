"""ARC003: the declared model type against the tensors."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    DIFFUSERS_CLASS,
    GGUF_ARCHITECTURE,
    IDENTIFICATION_BASIS,
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
from truename.rules.shared.families import is_composite, is_recognisable, listed, squash, tensor_types
from truename.rules.shared.structures import (
    STRUCTURE_KEYS,
    by_shapes_alone,
    classified,
    composed,
    false_alarm,
    identified_types,
    is_classified,
    of_other_weights,
)
from truename.rules.shared.unread import undeclared, unmeasured

_GPT2: dict[str, Any] = classified(IDENTIFICATION_MODEL_TYPE, "gpt2")
_BY_SHAPES: dict[str, Any] = {IDENTIFICATION_BASIS: Fact(IDENTIFICATION_BASIS, "shapes", Origin.CLASSIFIER)}
_EITHER: dict[str, Any] = {
    IDENTIFICATION_MODEL_TYPE: Fact(IDENTIFICATION_MODEL_TYPE, ("bert", "gpt2"), Origin.CLASSIFIER)
}


class ModelTypeAgainstTensors(Rule):
    """The configuration declares a model type that the tensors do not have.

    Tools choose the code that loads a model by ``model_type`` alone. Where it is wrong, every weight is "newly
    initialised" and the model answers noise, or the server needs an override for this one repository, as for
    Tarsier2-Recap-7b, which declared another type than its weights have.

    No part of the name is involved: the fault lies between two files. Where no exact signature is known, the classifier
    of structures speaks, with its stated error rate; where both speak, both must contradict the declared type.
    """

    code = "ARC003"
    slug = "model-type-against-tensors"
    since = "0.1"
    topic = "a model type"
    needs = frozenset({TENSOR_MODEL_TYPES, IDENTIFICATION_MODEL_TYPE})
    reads = STRUCTURE_KEYS | {MODEL_TYPE, IS_ADAPTER, DIFFUSERS_CLASS, GGUF_ARCHITECTURE}
    about_files = True
    flagged = (
        Case("some-model", model_type="bert", tensor_model_types=("gpt2",), expect=Severity.ERROR),
        Case("granite-7b", model_type="gpt_neox", tensor_model_types=("llama", "mistral"), expect=Severity.ERROR),
        Case("t5-small", model_type="bert", tensor_model_types=("t5", "mt5"), expect=Severity.ERROR),
        Case("some-model", model_type="bert", expect=Severity.WARNING, **_GPT2),
    )
    confirmed = (
        Case("some-model", model_type="bert", tensor_model_types=("bert",)),
        Case("", model_type="mistral", tensor_model_types=("llama", "mistral")),
        Case("xlmr", model_type="xlm-roberta", tensor_model_types=("bert", "xlm_roberta")),
        Case("some-model", model_type="bert", **_EITHER),
    )
    undecided = (
        Case("some-model", model_type="bert"),
        Case("some-model", model_type="someones-own-code", tensor_model_types=("bert",)),
        Case("captioner", model_type="vision-encoder-decoder", tensor_model_types=("vit",)),
        Case("some-model", model_type="bert", tensor_model_types=("gpt2",), **_EITHER),
        Case("some-model-GGUF", model_type="bert", gguf_architecture="bert", **_GPT2),
        Case("some-model", model_type="bert", **_GPT2, **_BY_SHAPES),
        Case("reader", model_type=["kimi_k25", "kimi_k2"], **classified(IDENTIFICATION_MODEL_TYPE, "deepseek_v3")),
        Case("reader", model_type=["deepseek_v3", "kimi_k2"], tensor_model_types=("llama",)),
    )
    not_applicable = (
        Case("some-model", tensor_model_types=("bert",)),
        Case("some-lora", model_type="bert", is_adapter=True, tensor_model_types=("gpt2",)),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        declared = [f for f in evidence.all(MODEL_TYPE) if isinstance(f.value, str) and f.value]
        if not declared:
            return undeclared(evidence.why_missing(MODEL_TYPE))
        types = tensor_types(evidence)
        if not types:
            return self._by_structure(declared, evidence)
        found = {squash(t) for t in types}
        if any(_same(squash(f.value), t) for f in declared for t in found):
            return self.passed(evidence.get(TENSOR_MODEL_TYPES))
        outer = declared[0]
        if (other := of_other_weights(evidence)) is not None:
            return other
        if _is_nested(declared) or any(is_composite(t) for t in (outer.value, *types)):
            return composed(outer.value)
        if not is_recognisable(outer.value):
            text = f"what tensors a model of type {outer.value!r} has is not known"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text)
        second = identified_types(evidence)
        if second is not None and any(_same(squash(f.value), squash(t)) for f in declared for t in second.value):
            text = f"the tensors are those of {listed(types)}, the structure may be the declared one"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        source = outer.file or "the configuration"
        message = f"{source} declares {outer.value}; the tensors are those of {listed(types)}"
        return self.flag([self.finding(Severity.ERROR, message, fact=evidence.get(TENSOR_MODEL_TYPES))])

    def _by_structure(self, declared: list[Fact[Any]], evidence: Evidence) -> Decision:
        """The declared type against the prediction set of the classifier, where no exact signature is known."""
        found = identified_types(evidence)
        if found is None:
            return unmeasured(evidence.why_missing(TENSOR_MODEL_TYPES))
        if any(_same(squash(f.value), squash(t)) for f in declared for t in found.value):
            return self.passed(found)
        outer = declared[0]
        if (other := of_other_weights(evidence)) is not None:
            return other
        if _is_nested(declared) or any(is_composite(t) for t in (outer.value, *found.value)):
            return composed(outer.value)
        if not is_classified(outer.value):
            text = f"what structure a model of type {outer.value!r} has is not known"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text)
        if (why := by_shapes_alone(evidence)) is not None:
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, why)
        source = outer.file or "the configuration"
        message = (
            f"{source} declares {outer.value}; the structure is that of {listed(found.value)} ({false_alarm(evidence)})"
        )
        return self.flag([self.finding(Severity.WARNING, message, fact=found)])


def _is_nested(declared: list[Fact[Any]]) -> bool:
    """Whether a part of the model has a type of its own: then the whole is more than one structure."""
    return len({squash(fact.value) for fact in declared}) > 1


def _same(one: str, other: str) -> bool:
    """Types grow by suffix: a ``clip_text_model`` has the tensors of ``clip``."""
    return one.startswith(other) or other.startswith(one)
