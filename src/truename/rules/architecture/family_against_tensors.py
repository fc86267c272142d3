"""ARC002: the architecture family of a name against the tensors."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import GGUF_ARCHITECTURE, IDENTIFICATION_MODEL_TYPE, IS_ADAPTER, TENSOR_MODEL_TYPES, Fact, Origin
from truename.findings import Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.families import (
    ADAPTER,
    COMPOSITE,
    DECLARED_TYPE_KEYS,
    DRAFT,
    SEVERITIES,
    Fit,
    agreeing,
    best_fit,
    claimed_families,
    declared_types,
    fit,
    in_the_words_of,
    is_composite,
    is_draft,
    is_recognisable,
    listed,
    tensor_types,
)
from truename.rules.shared.product_lines import judged_by_no_base
from truename.rules.shared.structures import (
    STRUCTURE_KEYS,
    any_classified,
    by_shapes_alone,
    false_alarm,
    identified_types,
    is_classified,
)
from truename.rules.shared.unread import unmeasured
from truename.vocabulary import Family

# The classifier has seen few model types as GGUF: experts joined and biases left out make one look like another.
_GGUF = "a GGUF file holds the language model alone, with its tensors renamed and joined"


def _structure(*types: str) -> dict[str, Any]:
    """A prediction set, for the cases."""
    return {IDENTIFICATION_MODEL_TYPE: Fact(IDENTIFICATION_MODEL_TYPE, types, Origin.CLASSIFIER)}


class FamilyAgainstTensors(Rule):
    """The name claims an architecture family that the tensors do not have.

    A configuration can be edited or copied from another model; the tensors' names and shapes cannot, without the model
    failing to load. This rule sees through a renamed copy whose configuration was renamed with it, and through a name
    given in good faith to the wrong file.

    Several families share one set of tensors (llama's serves more than a dozen model types). A claim is contradicted
    only if it is none of those that agree with the tensors. Where no exact signature is known, the classifier of
    structures speaks, with its stated error rate; where both speak, both must contradict the claim.
    """

    code = "ARC002"
    slug = "family-against-tensors"
    since = "0.1"
    topic = "an architecture family"
    claims = frozenset({Role.FAMILY})
    needs = frozenset({TENSOR_MODEL_TYPES, IDENTIFICATION_MODEL_TYPE})
    reads = DECLARED_TYPE_KEYS | STRUCTURE_KEYS | {IS_ADAPTER, GGUF_ARCHITECTURE}
    flagged = (
        Case("bert-base-uncased", tensor_model_types=("gpt2",), expect=Severity.ERROR),
        Case("gpt2-large", tensor_model_types=("llama", "mistral"), expect=Severity.ERROR),
        Case("bert-base-uncased", model_type="bert", tensor_model_types=("t5",), expect=Severity.ERROR),
        Case("bert-base-uncased", model_type="bert", expect=Severity.WARNING, **_structure("gpt2")),
    )
    confirmed = (
        Case("bert-base-uncased", tensor_model_types=("bert",)),
        Case("mistral-7b-v0.1", tensor_model_types=("llama", "mistral")),
        Case("DeepSeek-R1-Distill-Llama-8B", tensor_model_types=("llama", "mistral")),
        Case("mistral-7b-v0.1", **_structure("llama", "mistral")),
    )
    undecided = (
        Case("bert-base-uncased"),
        Case("bert-base-uncased", tensor_model_types=("gpt2", "someones-own-code")),
        Case("llama-2-7b-lora", is_adapter=True, tensor_model_types=("gpt2",)),
        Case("gpt-oss-20b-GGUF", gguf_architecture="gpt-oss", **_structure("mixtral", "phimoe")),
        Case("Llama-4-Scout-17B-16E-Instruct-GGUF", gguf_architecture="llama4", **_structure("solar_open", "mixtral")),
    )
    not_applicable = (
        Case("sentiment-model", tensor_model_types=("bert",)),
        Case("MiniCPM-V-2_6-GGUF", gguf_architecture="qwen2", tensor_model_types=("qwen2",)),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        families = claimed_families(claims)
        if not families:
            return self.no_claim()
        claimed = tuple(claim for claim, _ in families)
        if evidence.value(IS_ADAPTER):
            return cannot_tell(ReasonKind.ADAPTER, ADAPTER, about=judged_by_no_base(claimed))
        types = tensor_types(evidence)
        fact = evidence.get(TENSOR_MODEL_TYPES)
        if not types or fact is None:
            return self._by_structure(claims, evidence, families)
        fits = best_fit((family for _, family in families), in_the_words_of(claims, types))
        if fits is Fit.AGREES:
            return self.confirm(*agreeing(families, claims, [(fact, types)]))
        outer = next((said.value for said in declared_types(evidence)), None)
        if (reason := _beside_the_point(claims, evidence, (*types, outer))) is not None:
            return cannot_tell(reason, about=claimed)
        if fits is Fit.UNKNOWN or any(fit(family, t) is Fit.UNKNOWN for _, family in families for t in types):
            text = f"the tensors may be {' or '.join(types[:3])}, and not every one of these is known"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text, about=claimed)
        if unseen := _out_of_sight([family for _, family in families], outer):
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, unseen, about=claimed)
        second = identified_types(evidence)
        if second is not None and best_fit((f for _, f in families), in_the_words_of(claims, second.value)) < fits:
            text = f"the tensors are those of {listed(types)}, the structure may be the claimed one"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=claimed)
        claim, family = next(((c, f) for c, f in families if best_fit([f], types) is fits), families[0])
        message = f"the name says {family.title}; the tensors are those of {listed(types)}"
        return self.flag([self.finding(SEVERITIES[fits], message, claim=claim, fact=fact)])

    def _by_structure(self, claims: Claims, evidence: Evidence, families: tuple[tuple[Claim, Family], ...]) -> Decision:
        """The claim against the prediction set of the classifier, where no exact signature is known."""
        claimed = tuple(claim for claim, _ in families)
        found = identified_types(evidence)
        outer = next((said.value for said in declared_types(evidence)), None)
        if found is None:  # then the configuration's word decides, where there is one
            about = claimed if outer is None and evidence.get(GGUF_ARCHITECTURE) is None else ()
            return unmeasured(evidence.why_missing(TENSOR_MODEL_TYPES), about)
        types = in_the_words_of(claims, found.value)
        fits = best_fit((family for _, family in families), types)
        if fits is Fit.AGREES:
            return self.confirm(*agreeing(families, claims, [(found, found.value)]))
        if (reason := _beside_the_point(claims, evidence, (*types, outer))) is not None:
            return cannot_tell(reason, about=claimed)
        if fits is not Fit.FOREIGN or any(fit(family, t) is Fit.UNKNOWN for _, family in families for t in types):
            text = f"the structure is that of {listed(found.value)}, which may be related"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=claimed)
        if outer is not None and not is_classified(outer):
            text = f"what structure a model of type {outer!r} has is not known"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text, about=claimed)
        for _, family in families:
            if not any_classified(family.model_types):
                text = f"what structure a {family.title} has is not known"
                return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text, about=claimed)
        if (why := by_shapes_alone(evidence)) is not None:
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, why, about=claimed)
        claim, family = families[0]
        message = (
            f"the name says {family.title}; the structure is that of {listed(found.value)} ({false_alarm(evidence)})"
        )
        return self.flag([self.finding(Severity.WARNING, message, claim=claim, fact=found)])


def _beside_the_point(claims: Claims, evidence: Evidence, types: tuple[str | None, ...]) -> Reason | None:
    """Why tensors of another family do not contradict the name: a draft, a GGUF file, a model of several models."""
    if is_draft(claims):
        return Reason(ReasonKind.AMBIGUOUS_NAME, DRAFT)
    if evidence.get(GGUF_ARCHITECTURE) is not None:
        return Reason(ReasonKind.AMBIGUOUS_FILES, _GGUF)
    if any(is_composite(model_type) for model_type in types if model_type):
        return Reason(ReasonKind.AMBIGUOUS_FILES, COMPOSITE)
    return None


def _out_of_sight(families: list[Family], declared: str | None) -> str | None:
    """Why the families' own tensors may look like another's: no structure of theirs is known."""
    if declared and best_fit(families, [declared]) is Fit.AGREES and not is_recognisable(declared):
        return f"what tensors a model of type {declared!r} has is not known"
    for family in families:
        if not any(is_recognisable(model_type) for model_type in family.model_types):
            return f"what tensors a {family.title} has is not known"
    return None
