"""QNT001: the method of quantisation."""

from __future__ import annotations

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import FORMATS, QUANTISATION_METHOD, Fact, Origin
from truename.findings import Finding, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared import storage


class QuantisationMethod(Rule):
    """The name claims a method of quantisation that the weights do not use.

    An engine picks its kernels by the method, and users pick a repository by whether it fits their memory.
    ``TheBloke/LLaMA-7b-AWQ`` takes a quarter of the memory of the same model in BF16; a repository of that
    name in full precision does not fit where its name says it does, and one packed by GPTQ needs another engine.
    """

    code, slug, since = "QNT001", "quantisation-method", "0.1"
    claims = "quantisation"
    flagged = (
        Case("LLaMA-7b-AWQ", expect=Severity.ERROR, storage_dtypes=("BF16",), quantisation_method="none"),
        Case("Mistral-7B-Instruct-v0.2-GPTQ", expect=Severity.ERROR, storage_dtypes=("F16",)),
        Case("Qwen2.5-7B-Instruct-GPTQ", expect=Severity.ERROR, quantisation_method="bitsandbytes"),
        Case("Llama-3.2-1B-Instruct-Q4_K_M", expect=Severity.ERROR, storage_dtypes=("BF16",), formats=("safetensors",)),
    )
    clean = (
        Case("MythoMax-L2-13B-GPTQ", quantisation_method=Fact(QUANTISATION_METHOD, "gptq", Origin.DECLARED)),
        Case("LLaMA-7b-AWQ", quantisation_method="awq", storage_dtypes=("I32", "F16")),
        Case("Qwen2.5-0.5B-Instruct-AWQ", quantisation_method="compressed-tensors"),
        Case("Llama-3.2-1B-Instruct-Q4_K_M", formats=("gguf",)),
    )
    undecided = (
        Case("llama-7b", quantisation_method="gptq"),
        Case("LLaMA-7b-AWQ"),
        Case("gemma-3-27b-it-qat-gptq-unquantized", storage_dtypes=("BF16",)),
        Case("Mistral-7B-bnb-4bit-lora", is_adapter=True, storage_dtypes=("F32",)),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.QUANTISATION)
        if not stated:
            return self.no_claim()
        if storage.is_adapter(evidence):
            return cannot_tell("the repository holds an adapter, and its name may speak of the base model's weights")
        findings: list[Finding] = []
        open_questions: list[str] = []
        for claim in stated:
            outcome = self._judge(claim, evidence, claims.name)
            if isinstance(outcome, Finding):
                findings.append(outcome)
            elif outcome:
                open_questions.append(outcome)
        return verdict(findings, "; ".join(open_questions) or None)

    def _judge(self, claim: Claim, evidence: Evidence, name: str) -> Finding | str | None:
        """A finding, a reason why it cannot be told, or None where the claim holds."""
        accepted = accepted_methods(str(claim.value))
        if any(form in accepted for form in evidence.value(FORMATS, ())):
            return None
        fact = storage.method_fact(evidence)
        if fact is not None and any(storage.method(f) in accepted for f in evidence.all(QUANTISATION_METHOD)):
            return None
        if others := storage.other_weights(evidence):
            return f"there are weights in other formats too ({others})"
        word = claim.element.text
        if (stored := storage.full_precision(evidence)) is not None:
            if storage.speaks_of_another_state(name):
                return "the name says itself that the weights are not packed"
            message = f"the name says {word}; the weights are stored in full precision ({stored.value[0]})"
            return self.finding(Severity.ERROR, message, claim=claim, fact=stored)
        if fact is None:
            return evidence.why_missing(QUANTISATION_METHOD)
        if not is_known(str(claim.value)):
            return f"how {word} is stored is not known here"
        message = f"the name says {word}; the weights are quantised with {fact.value}"
        return self.finding(Severity.ERROR, message, claim=claim, fact=fact)


def is_gguf_type(word: str) -> bool:
    """Whether a word is one of GGUF's types of quantisation: Q4_K_M, IQ3_XS, TQ1_0."""
    head = word.upper().partition("_")[0]
    return "_" in word and head.lstrip("ITQ").isdigit() and "Q" in head


def is_known(word: str) -> bool:
    """Whether it is known what configurations call a method."""
    known = table("rules/precision")
    return is_gguf_type(word) or word.lower() in known["methods"] or word.lower() in known["method_aliases"]


def accepted_methods(word: str) -> set[str]:
    """The methods that bear a word out."""
    if is_gguf_type(word):
        return {"gguf"}
    known = table("rules/precision")
    usual = known["method_aliases"].get(word.lower(), word.lower())
    return set(known["methods"].get(usual, (usual,)))
