"""GGF005: general.architecture of a GGUF file."""

from __future__ import annotations

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import GGUF_ARCHITECTURE, IS_ADAPTER
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell
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
from truename.rules.shared.gguf_files import unsaid
from truename.vocabulary import Family


class GgufArchitecture(Rule):
    """The name claims an architecture family that a GGUF file does not declare.

    ``general.architecture`` decides which code llama.cpp runs; a file with a wrong one does not load, so it is seldom
    wrong. A file named Mistral that declares ``qwen2`` holds another model.

    GGUF joins families that run the same code (``llama`` serves Mistral and Mixtral, ``bert`` serves RoBERTa), and
    of a model of text and images it holds the language model alone: families that are made of others are not judged.
    """

    code, slug, since = "GGF005", "gguf-architecture", "0.2"
    topic = "an architecture family"
    claims = frozenset({Role.FAMILY})
    needs = frozenset({GGUF_ARCHITECTURE})
    reads = frozenset({IS_ADAPTER})
    expected_with = frozenset({Role.PACKAGING})  # most models are not GGUF files and lack nothing
    flagged = (
        Case("mistral-7b-instruct-v0.2", expect=Severity.WARNING, gguf_architecture="qwen2"),
        Case("gemma-2-9b-it-GGUF", expect=Severity.WARNING, gguf_architecture="llama"),
        Case("falcon-7b-GGUF", expect=Severity.WARNING, gguf_architecture="gpt2"),
    )
    confirmed = (
        Case("Mistral-7B-Instruct-v0.2-GGUF", gguf_architecture="llama"),
        Case("Mixtral-8x7B-v0.1-GGUF", gguf_architecture="llama"),
        Case("DeepSeek-R1-Distill-Qwen-7B-GGUF", gguf_architecture="qwen2"),
        Case("roberta-base-gguf", gguf_architecture="bert"),
        Case("pythia-gpt_neox-1b-gguf", gguf_architecture="gptneox"),
    )
    undecided = (
        Case("Llama-3-8B-GGUF"),
        Case("llava-v1.6-7b-gguf", gguf_architecture="qwen2"),
        Case("falcon-7b-GGUF", gguf_architecture="someones-own"),
    )
    not_applicable = (Case("some-model-GGUF", gguf_architecture="llama"),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        families = claimed_families(claims)
        if not families:
            return self.no_claim()
        fact = evidence.get(GGUF_ARCHITECTURE)
        if fact is None:
            return unsaid(evidence, GGUF_ARCHITECTURE)
        declared = str(fact.value)
        types = in_the_words_of(claims, table("rules/gguf")["architectures"].get(declared, (declared,)))
        if best_fit((family for _, family in families), types) is Fit.AGREES:
            borne = [claim for claim, family in families if best_fit((family,), types) is Fit.AGREES]
            return self.confirm(*((claim, fact) for claim in borne))
        about = [claim for claim, _ in families]
        if evidence.value(IS_ADAPTER):
            text = "the files hold an adapter, and its base model decides the architecture"
            return cannot_tell(ReasonKind.ADAPTER, text, about=about)
        if is_draft(claims):
            text = "a draft model may have another architecture than the model it serves"
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text, about=about)
        if not all(is_known(t) for t in types):
            text = f"general.architecture is {declared!r}, and no family of that type is known"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text, about=about)
        if any(_holds_others(family) for _, family in families):
            text = "a GGUF file holds the language model alone, which may be of another family"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=about)
        if any(fit(family, t) is not Fit.FOREIGN for _, family in families for t in types):
            text = f"general.architecture is {declared!r}, which is related to what the name says"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=about)
        claim, family = families[0]
        message = f"the name says {family.title}; general.architecture is {declared}"
        return self.flag([self.finding(Severity.WARNING, message, claim=claim, fact=fact)])


def _holds_others(family: Family) -> bool:
    """Whether a family is made of others: a language model with an encoder for images or sound before it."""
    key = squash(family.key)
    several = ("vl", "vision", "audio", "omni", "llava", "ocr", "minicpmv", "minicpmo")
    return any(word in key for word in several) or all(is_composite(t) for t in family.model_types)
