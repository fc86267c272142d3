"""ARC001: the architecture family of a name against the declared model type."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import DIFFUSERS_CLASS, IS_ADAPTER, MODEL_TYPE
from truename.findings import Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared.families import (
    SEVERITIES,
    Fit,
    best_fit,
    claimed_families,
    declared_types,
    fit,
    in_the_words_of,
    is_composite,
    is_draft,
    is_of_class,
)


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
    claims = "an architecture family"
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
    clean = (
        Case("bert-base-uncased", model_type="bert"),
        Case("bert-base-uncased", architectures=("BertForMaskedLM",)),
        Case("DeepSeek-R1-Distill-Qwen-7B", model_type="qwen2"),
        Case("llama-2-7b", model_type="llama"),
        Case("mt5-large-google", model_type="mt5"),
        Case("distilled_bert_finetuning", model_type="distilbert"),
        Case("chinese-roberta-wwm-ext", model_type="bert"),
    )
    undecided = (
        Case("sentiment-model", model_type="bert"),
        Case("bert-base-uncased", model_type="someones-own-code"),
        Case("bert-base-uncased"),
        Case("llama-2-7b-lora", is_adapter=True),
        Case("gpt-oss-120b-Eagle3", model_type="llama"),
        Case("gpt2-image-captioner", model_type="vision-encoder-decoder"),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        families = claimed_families(claims)
        if not families:
            return self.no_claim()
        if evidence.value(IS_ADAPTER):
            return cannot_tell("the files hold an adapter, and its base model decides the architecture")
        declared = declared_types(evidence)
        if not declared:
            return cannot_tell(evidence.why_missing(MODEL_TYPE))
        types = in_the_words_of(claims, (fact.value for fact in declared))
        fits = best_fit((family for _, family in families), types)
        if fits is Fit.AGREES:
            return verdict(())
        if is_draft(claims):
            return cannot_tell("a draft model may have another architecture than the model it serves")
        if evidence.get(DIFFUSERS_CLASS) is not None:
            return cannot_tell("the model is a pipeline, and its configuration is that of one component")
        outer = declared[0]
        if any(is_composite(fact.value) for fact in declared):
            return cannot_tell(f"a model of type {outer.value!r} is put together from models of other families")
        claim, family = families[0]
        if fits is Fit.UNKNOWN:
            # A type of someone's own code may extend anything, but a class that all know says what it is.
            own = next((f for f in declared if is_of_class(f) and fit(family, f.value) is Fit.FOREIGN), None)
            if own is None:
                return cannot_tell(f"model_type {outer.value!r} belongs to no family that is known")
            message = f"the name says {family.title}; {own.file or 'the configuration'} declares {own.detail}"
            return verdict([self.finding(Severity.WARNING, message, claim=claim, fact=own)])
        found = next((f for f in declared if any(fit(family, f.value) is fits for _, family in families)), outer)
        claim, family = next(((c, f) for c, f in families if fit(f, found.value) is fits), families[0])
        message = f"the name says {family.title}; {found.file or 'the configuration'} declares {found.value}"
        if fits is not Fit.FOREIGN:
            message += ", a related design" if fits is Fit.RELATED else ", another of its line"
        return verdict([self.finding(SEVERITIES[fits], message, claim=claim, fact=found)])
