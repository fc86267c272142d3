"""ARC001: the architecture family of a name against the declared model type."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import (
    DIFFUSERS_CLASS,
    GGUF_ARCHITECTURE,
    IDENTIFICATION_MODEL_TYPE,
    IS_ADAPTER,
    MODEL_TYPE,
    TENSOR_MODEL_TYPES,
)
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.families import (
    ADAPTER,
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
    is_part_of,
)
from truename.rules.shared.product_lines import judged_by_no_base

# facts by which ARC002 and GGF005 judge the same claim
_OTHER_WITNESSES = (TENSOR_MODEL_TYPES, IDENTIFICATION_MODEL_TYPE, GGUF_ARCHITECTURE)


class FamilyAgainstConfig(Rule):
    """The name claims an architecture family that the configuration does not declare.

    The family decides which code loads the model, which prompts it was trained on, which licence it stands under,
    and which tools can serve it. A "mistral-7b-sft" whose config said llama and a "Vikhr-7b" in the other direction
    each cost their users a discussion to find out; a granite-7b-lab declared MistralForCausalLM over llama tensors.

    A name that combines families (DeepSeek-R1-Distill-Qwen) is right if one of them agrees. A brand (Yi, Zephyr) claims
    no architecture. Model types that nobody knows, and models put together from others, cannot be told. Where the field
    confuses two types (RoBERTa and XLM-RoBERTa) it is a warning, and another member of one line is worth a note.
    """

    code = "ARC001"
    slug = "family-against-config"
    since = "0.1"
    topic = "an architecture family"
    claims = frozenset({Role.FAMILY})
    needs = DECLARED_TYPE_KEYS
    reads = frozenset({IS_ADAPTER, DIFFUSERS_CLASS, *_OTHER_WITNESSES})
    flagged = (
        Case("mistral-7b-sft", model_type="llama", architectures=("LlamaForCausalLM",), expect=Severity.ERROR),
        Case("llama-2-7b-chat", model_type="mistral", expect=Severity.ERROR),
        Case("bert-base-uncased", model_type="gpt2", expect=Severity.ERROR),
        Case("bert-base-cased", architectures=("T5ForConditionalGeneration",), expect=Severity.ERROR),
        Case("bert-emotion", model_type="distilbert", expect=Severity.ERROR),
        Case("t5-large-ua-news", model_type="mt5", expect=Severity.ERROR),
        Case("roberta-base-squad2", model_type="xlm-roberta", expect=Severity.WARNING),
        Case("Qwen3-VL-8B", model_type="qwen3", expect=Severity.NOTE),
    )
    confirmed = (
        Case("bert-base-uncased", model_type="bert"),
        Case("bert-base-uncased", architectures=("BertForMaskedLM",)),
        Case("DeepSeek-R1-Distill-Qwen-7B", model_type="qwen2"),
        Case("llama-2-7b", model_type="llama"),
        Case("mt5-large-google", model_type="mt5"),
        Case("conv-bert-base", model_type="convbert"),
        Case("Kimi-K2.5", model_type="deepseek_v3"),
        Case("GLM-4.6V", model_type="glm4v_moe"),
        Case("distilled_bert_finetuning", model_type="distilbert"),
        Case("chinese-roberta-wwm-ext", model_type="bert"),
    )
    undecided = (
        Case("bert-base-uncased", model_type="someones-own-code"),
        Case("Idefics3-8B", model_type="llama"),
        Case("bert-base-uncased"),
        Case("llama-2-7b-lora", is_adapter=True),
        Case("gpt-oss-120b-Eagle3", model_type="llama"),
        Case("gpt2-image-captioner", model_type="vision-encoder-decoder"),
    )
    not_applicable = (Case("sentiment-model", model_type="bert"),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        families = claimed_families(claims)
        if not families:
            return self.no_claim()
        claimed = tuple(claim for claim, _ in families)
        if evidence.value(IS_ADAPTER):
            return cannot_tell(ReasonKind.ADAPTER, ADAPTER, about=judged_by_no_base(claimed))
        declared = declared_types(evidence)
        if not declared:  # then the weights' own word decides, where there is one
            silent = all(evidence.get(key) is None for key in _OTHER_WITNESSES)
            return cannot_tell(evidence.why_missing(MODEL_TYPE), about=claimed if silent else ())
        if borne_out := agreeing(families, claims, [(said.fact, (said.value,)) for said in declared]):
            return self.confirm(*borne_out)
        types = in_the_words_of(claims, (said.value for said in declared))
        fits = best_fit((family for _, family in families), types)
        if is_draft(claims):
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, DRAFT, about=claimed)
        if evidence.get(DIFFUSERS_CLASS) is not None:
            text = "the model is a pipeline, and its configuration is that of one component"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=claimed)
        outer = declared[0]
        if any(is_composite(said.value) for said in declared):
            text = f"a model of type {outer.value!r} is put together from models of other families"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=claimed)
        part = next((s.value for s in declared if is_part_of(s.value, (family for _, family in families))), None)
        if part is not None and fits is Fit.FOREIGN:
            text = f"a {families[0][1].title} is put together from others, of which {part} is one"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=claimed)
        claim, family = families[0]
        if fits is Fit.UNKNOWN:
            # A type of someone's own code may extend anything, but a class that all know says what it is.
            own = next((s for s in declared if s.class_name and fit(family, s.value) is Fit.FOREIGN), None)
            if own is None:
                text = f"model_type {outer.value!r} belongs to no family that is known"
                return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text, about=claimed)
            source = own.fact.file or "the configuration"
            message = f"the name says {family.title}; {source} declares architectures: {own.class_name}"
            return self.flag([self.finding(Severity.WARNING, message, claim=claim, fact=own.fact)])
        found = next((s for s in declared if any(fit(family, s.value) is fits for _, family in families)), outer)
        claim, family = next(((c, f) for c, f in families if fit(f, found.value) is fits), families[0])
        message = f"the name says {family.title}; {found.fact.file or 'the configuration'} declares {found.value}"
        if fits is not Fit.FOREIGN:
            message += ", a related design" if fits is Fit.RELATED else ", another of its line"
        return self.flag([self.finding(SEVERITIES[fits], message, claim=claim, fact=found.fact)])
