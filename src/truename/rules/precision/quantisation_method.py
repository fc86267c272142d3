"""QNT001: the method of quantisation."""

from __future__ import annotations

from typing import Any

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import (
    FORMATS,
    QUANTISATION_BITS,
    QUANTISATION_FORMAT,
    QUANTISATION_METHOD,
    STORAGE_DTYPES,
    Fact,
    Origin,
)
from truename.findings import Confirmation, Finding, Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared import storage
from truename.rules.shared.settled import settled

SLACK = 0.75  # bits


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
    reads = storage.STORAGE_KEYS | {QUANTISATION_BITS, QUANTISATION_FORMAT}
    flagged = (
        Case("LLaMA-7b-AWQ", expect=Severity.ERROR, storage_dtypes=("BF16",), quantisation_method="none"),
        Case("Mistral-7B-Instruct-v0.2-GPTQ", expect=Severity.ERROR, storage_dtypes=("F16",)),
        Case("Qwen2.5-7B-Instruct-GPTQ", expect=Severity.ERROR, quantisation_method="bitsandbytes"),
        Case("Qwen3-8B-mxfp4", expect=Severity.ERROR, quantisation_method="mlx", quantisation_format="int"),
        Case("Qwen3-8B-nf4", expect=Severity.ERROR, quantisation_method="bitsandbytes", quantisation_bits=8),
        Case("Qwen3-8B-GPTQ", expect=Severity.ERROR, quantisation_method="mxfp4", quantisation_format="mxfp4"),
        Case("Qwen3-8B-NVFP4", expect=Severity.ERROR, quantisation_method="mxfp4", quantisation_format="mxfp4"),
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
        Case("Qwen3-8B-mxfp8", quantisation_method="mlx", quantisation_format="mxfp8"),
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
        if (other := _other_layout(claim, evidence)) is not None:
            if storage.speaks_of_another_state(name):
                return Reason(ReasonKind.AMBIGUOUS_NAME, "the name says itself that the weights are not packed")
            message = f"the name says {word}; the weights are packed as {other.value}"
            if other.key == QUANTISATION_BITS:
                message = f"the name says {word}; the weights are packed in {other.value:g} bits"
            return self.finding(Severity.ERROR, message, claim=claim, fact=other)
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
        form = evidence.measured(QUANTISATION_FORMAT)
        packed = f" ({form.value})" if form is not None and form.value != fact.value else ""
        found = "the configuration declares" if fact.origin is Origin.DECLARED else "the weights are quantised with"
        message = f"the name says {word}; {found} {fact.value}{packed}"
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
        wanted = table("rules/precision")["formats"].get(str(claim.value).lower())
        form = evidence.measured(QUANTISATION_FORMAT)
        if wanted is not None and form is not None:
            return self.confirmation(claim, form) if form.value in wanted else None
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


def _other_layout(claim: Claim, evidence: Evidence) -> Fact[Any] | None:
    """What was measured of the packed weights that the method never makes: floats, or another number of bits."""
    known = table("rules/precision")
    word = str(claim.value).lower()
    usual = known["method_aliases"].get(word, word)
    form, bits = evidence.measured(QUANTISATION_FORMAT), evidence.measured(QUANTISATION_BITS)
    if form is not None and form.value in known["never"].get(usual, ()):
        return form
    implied = known["bits"].get(claim.element.text.lower(), known["bits"].get(usual))
    return bits if bits is not None and implied is not None and abs(bits.value - implied) > SLACK else None


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
