"""QNT001: the method of quantisation."""

from __future__ import annotations

from typing import Any

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import FORMATS, QUANTISATION_METHOD, STORAGE_DTYPES, Fact, Origin
from truename.findings import Confirmation, Finding, Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared import storage
from truename.rules.shared.settled import settled


def _declared(method: str) -> Fact[str]:
    return Fact(QUANTISATION_METHOD, method, Origin.DECLARED)


class QuantisationMethod(Rule):
    """The name claims a method of quantisation that the weights do not use.

    An engine picks its kernels by the method, and users pick a repository by whether it fits their memory.
    ``TheBloke/LLaMA-7b-AWQ`` takes a quarter of the memory of the same model in BF16; a repository of that
    name in full precision does not fit where its name says it does, and one packed by GPTQ needs another engine.
    """

    code, slug, since = "QNT001", "quantisation-method", "0.1"
    topic = "quantisation"
    claims = frozenset({Role.QUANTISATION})
    needs = frozenset({FORMATS, QUANTISATION_METHOD, STORAGE_DTYPES})
    reads = storage.STORAGE_KEYS
    flagged = (
        Case("LLaMA-7b-AWQ", expect=Severity.ERROR, storage_dtypes=("BF16",), quantisation_method="none"),
        Case("Mistral-7B-Instruct-v0.2-GPTQ", expect=Severity.ERROR, storage_dtypes=("F16",)),
        Case("Qwen2.5-7B-Instruct-GPTQ", expect=Severity.ERROR, quantisation_method="bitsandbytes"),
        Case("Llama-3.2-1B-Instruct-Q4_K_M", expect=Severity.ERROR, storage_dtypes=("BF16",), formats=("safetensors",)),
        Case(
            "LLaMA-7b-AWQ", expect=Severity.WARNING, quantisation_method=_declared("bitsandbytes"), formats=("pytorch",)
        ),
    )
    confirmed = (
        Case("MythoMax-L2-13B-GPTQ", quantisation_method=_declared("gptq")),
        Case("LLaMA-7b-AWQ", quantisation_method="awq", storage_dtypes=("I32", "F16")),
        Case("Qwen2.5-0.5B-Instruct-AWQ", quantisation_method="compressed-tensors"),
        Case("Llama-3.2-1B-Instruct-Q4_K_M", formats=("gguf",)),
    )
    undecided = (
        Case("LLaMA-7b-AWQ"),
        Case("gemma-3-27b-it-qat-gptq-unquantized", storage_dtypes=("BF16",)),
        Case("Mistral-7B-bnb-4bit-lora", is_adapter=True, storage_dtypes=("F32",)),
    )
    not_applicable = (Case("llama-7b", quantisation_method="gptq"),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.QUANTISATION)
        if not stated:
            return self.no_claim()
        if storage.is_adapter(evidence):
            return cannot_tell(storage.ADAPTER_REASON)
        judged = [(claim, self._judge(claim, evidence, claims.name)) for claim in stated]
        return settled(
            [found for _, found in judged if isinstance(found, Finding)],
            [found for _, found in judged if isinstance(found, Confirmation)],
            [(claim, found) for claim, found in judged if isinstance(found, Reason)],
        )

    def _judge(self, claim: Claim, evidence: Evidence, name: str) -> Finding | Confirmation | Reason:
        """One claim: a finding, what bears it out, or why it cannot be told."""
        word = claim.element.text
        fact, full = storage.method_fact(evidence), storage.full_precision(evidence)
        if (borne := self._borne_out(claim, fact, full, evidence)) is not None:
            return borne
        if (reason := storage.why_ambiguous(evidence)) is not None:
            return reason
        if full is not None:
            if storage.speaks_of_another_state(name):
                return Reason(ReasonKind.AMBIGUOUS_NAME, "the name says itself that the weights are not packed")
            message = f"the name says {word}; the weights are stored in full precision ({full.value[0]})"
            return self.finding(Severity.ERROR, message, claim=claim, fact=full)
        if fact is None:
            return evidence.why_missing(QUANTISATION_METHOD)
        if not is_known(str(claim.value)):
            return Reason(ReasonKind.UNKNOWN_TO_TRUENAME, f"how {word} is stored is not known here")
        found = "the configuration declares" if fact.origin is Origin.DECLARED else "the weights are quantised with"
        message = f"the name says {word}; {found} {fact.value}"
        return self.finding(Severity.ERROR, message, claim=claim, fact=fact)

    def _borne_out(
        self, claim: Claim, fact: Fact[Any] | None, full: Fact[Any] | None, evidence: Evidence
    ) -> Confirmation | Reason | None:
        """What bears a claim out: the layout of the tensors, the format, or where neither speaks, a declaration.

        Args:
            claim: a method of quantisation.
            fact: the strongest statement about the method.
            full: the stored dtypes, where these are of full precision.
            evidence: of the model.
        """
        accepted = accepted_methods(str(claim.value))
        agreeing = [f for f in evidence.all(QUANTISATION_METHOD) if storage.method(f) in accepted]
        measured = next((f for f in agreeing if f.origin is not Origin.DECLARED), None)
        if measured is not None:
            return self.confirmation(claim, measured)
        formats = evidence.get(FORMATS)
        if formats is not None and not accepted.isdisjoint(formats.value):
            return self.confirmation(claim, formats)
        if fact is None or not agreeing:
            return None
        if full is not None or fact.origin is not Origin.DECLARED:
            found = f"in full precision ({full.value[0]})" if full is not None else f"as {fact.value}"
            text = f"{agreeing[0].value} is declared, and the tensors are stored {found}"
            return Reason(ReasonKind.AMBIGUOUS_FILES, text)
        return self.confirmation(claim, agreeing[0])


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
