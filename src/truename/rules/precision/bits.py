"""QNT002: the bits of a weight."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import BITS_PER_WEIGHT, QUANTISATION_BITS, Fact, Origin
from truename.findings import Finding, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared import storage

SLACK = 0.75  # exl2's 4.65 bits are declared as 4.65 or as 4.6; a "3.5bpw" model mixes 3 and 4
TERNARY = 2.0  # models of 1 or 1.58 bits pack 2, or keep their master weights in BF16


class Bits(Rule):
    """The name claims another number of bits than the weights are packed in.

    The bits decide the memory that a model takes and, below four, how well it still answers.
    A repository named ``...-4bit`` whose weights are packed in eight takes twice the memory that its name promises.
    """

    code, slug, since = "QNT002", "bits", "0.1"
    claims = "bits of a weight"
    flagged = (
        Case("Qwen2.5-7B-Instruct-4bit", expect=Severity.ERROR, quantisation_bits=8, bits_per_weight=8.5),
        Case("Qwen2-7B-Instruct-GPTQ-Int4", expect=Severity.ERROR, quantisation_bits=8),
        Case("Mistral-7B-v0.1-4bit", expect=Severity.ERROR, storage_dtypes=("BF16",), bits_per_weight=16.0),
        Case("Llama-2-13B-8bit", expect=Severity.ERROR, bits_per_weight=32.0),
    )
    clean = (
        Case("Qwen2-7B-Instruct-GPTQ-Int4", quantisation_bits=4),
        Case("SOLAR-0-70b-16bit", storage_dtypes=("F16",), bits_per_weight=16.0),
        Case("Qwen2.5-0.5B-Instruct-4bit", bits_per_weight=9.1),
        Case("Llama-3-8B-exl2-4.65bpw", quantisation_bits=Fact(QUANTISATION_BITS, 4.65, Origin.DECLARED)),
    )
    undecided = (
        Case("llama-7b", quantisation_bits=4),
        Case("Qwen2.5-7B-Instruct-4bit"),
        Case("llama-3-8b-bnb-4bit-lora", is_adapter=True, storage_dtypes=("F32",)),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.BITS)
        if not stated:
            return self.no_claim()
        if storage.is_adapter(evidence):
            return cannot_tell("the repository holds an adapter, and its name may speak of the base model's weights")
        if others := storage.other_weights(evidence):
            return cannot_tell(f"there are weights in other formats too ({others})")
        packed = evidence.get(QUANTISATION_BITS)
        measured = evidence.get(BITS_PER_WEIGHT)
        full = storage.full_precision(evidence)
        if packed is None and measured is None and full is None:
            return cannot_tell(evidence.why_missing(QUANTISATION_BITS))
        findings: list[Finding] = []
        for claim in stated:
            claimed = float(claim.value)
            if packed is not None:
                if not any(near(claimed, fact.value) for fact in evidence.all(QUANTISATION_BITS)):
                    message = f"the name says {claim.element.text}; the weights are packed in {_bits(packed.value)}"
                    findings.append(self.finding(Severity.ERROR, message, claim=claim, fact=packed))
            elif full is not None:
                if claimed < 16 and (claimed < TERNARY or storage.speaks_of_another_state(claims.name)):
                    return cannot_tell("the weights may be the unpacked ones of a model that runs in fewer bits")
                findings += self._against_full(claim, claimed, full)
            elif measured is not None:
                findings += self._against_average(claim, claimed, measured)
        return verdict(findings)

    def _against_full(self, claim: Claim, claimed: float, stored: Fact[Any]) -> list[Finding]:
        dtype = stored.value[0]
        if claimed in {storage.WIDTHS[d] for d in stored.value if d in storage.WIDTHS}:
            return []
        message = (
            f"the name says {claim.element.text}; the weights are stored in {storage.WIDTHS[dtype]} bits ({dtype})"
        )
        return [self.finding(Severity.ERROR, message, claim=claim, fact=stored)]

    def _against_average(self, claim: Claim, claimed: float, measured: Fact[Any]) -> list[Finding]:
        """Scales and unquantised embeddings raise the average far above the packed width, in small models to twice."""
        found = float(measured.value)
        if 0.7 * claimed <= found < max(15.5, 1.3 * claimed):
            return []
        message = f"the name says {claim.element.text}; the weights take {found:.1f} bits each on average"
        return [self.finding(Severity.ERROR, message, claim=claim, fact=measured)]


def near(claimed: float, found: float) -> bool:
    """Whether two widths are the same up to mixed widths and the rounding of names."""
    return abs(claimed - found) <= SLACK or (claimed < TERNARY and found <= TERNARY)


def _bits(count: float) -> str:
    return f"{count:g} bits" if count != 1 else "1 bit"
