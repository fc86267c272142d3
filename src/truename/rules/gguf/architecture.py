"""GGF005: general.architecture of a GGUF file."""

from __future__ import annotations

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import GGUF_ARCHITECTURE, IS_ADAPTER
from truename.findings import Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared.families import (
    Fit,
    best_fit,
    claimed_families,
    fit,
    in_the_words_of,
    is_composite,
    is_draft,
    is_known,
    squash,
)
from truename.vocabulary import Family


class GgufArchitecture(Rule):
    """The name claims an architecture family that a GGUF file does not declare.

    ``general.architecture`` decides which code llama.cpp runs; a file with a wrong one does not load, so it is seldom
    wrong. A file named Mistral that declares ``qwen2`` holds another model.

    GGUF joins families that run the same code (``llama`` serves Mistral and Mixtral, ``bert`` serves RoBERTa), and
    of a model of text and images it holds the language model alone: families that are made of others are not judged.
    """

    code, slug, since = "GGF005", "gguf-architecture", "0.2"
    claims = "an architecture family"
    flagged = (
        Case("mistral-7b-instruct-v0.2", expect=Severity.WARNING, gguf_architecture="qwen2"),
        Case("gemma-2-9b-it-GGUF", expect=Severity.WARNING, gguf_architecture="llama"),
        Case("falcon-7b-GGUF", expect=Severity.WARNING, gguf_architecture="gpt2"),
    )
    clean = (
        Case("Mistral-7B-Instruct-v0.2-GGUF", gguf_architecture="llama"),
        Case("Mixtral-8x7B-v0.1-GGUF", gguf_architecture="llama"),
        Case("DeepSeek-R1-Distill-Qwen-7B-GGUF", gguf_architecture="qwen2"),
        Case("roberta-base-gguf", gguf_architecture="bert"),
        Case("pythia-gpt_neox-1b-gguf", gguf_architecture="gptneox"),
    )
    undecided = (
        Case("some-model-GGUF", gguf_architecture="llama"),
        Case("Llama-3-8B-GGUF"),
        Case("llava-v1.6-7b-gguf", gguf_architecture="qwen2"),
        Case("falcon-7b-GGUF", gguf_architecture="someones-own"),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        fact = evidence.get(GGUF_ARCHITECTURE)
        if fact is None:
            return cannot_tell(evidence.why_missing(GGUF_ARCHITECTURE))
        families = claimed_families(claims)
        if not families:
            return self.no_claim()
        declared = str(fact.value)
        types = in_the_words_of(claims, table("rules/gguf")["architectures"].get(declared, (declared,)))
        if best_fit((family for _, family in families), types) is Fit.AGREES:
            return verdict(())
        if evidence.value(IS_ADAPTER) or is_draft(claims):
            return cannot_tell("the file may accompany a model of another architecture")
        if not all(is_known(t) for t in types):
            return cannot_tell(f"what {declared!r} is in the words of names is not known")
        if any(_holds_others(family) for _, family in families):
            return cannot_tell("a GGUF file holds the language model alone, which may be of another family")
        if any(fit(family, t) is not Fit.FOREIGN for _, family in families for t in types):
            return cannot_tell(f"{declared!r} is related to what the name says")
        claim, family = families[0]
        message = f"the name says {family.title}; general.architecture is {declared}"
        return verdict([self.finding(Severity.WARNING, message, claim=claim, fact=fact)])


def _holds_others(family: Family) -> bool:
    """Whether a family is made of others: a language model with an encoder for images or sound before it."""
    key = squash(family.key)
    several = ("vl", "vision", "audio", "omni", "llava", "ocr", "minicpmv", "minicpmo")
    return any(word in key for word in several) or all(is_composite(t) for t in family.model_types)
