"""QNT002: the bits of a weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import BITS_PER_WEIGHT, GGUF_TENSOR_TYPES, QUANTISATION_BITS, STORAGE_DTYPES, Fact, Origin
from truename.findings import Confirmation, Finding, Reason, ReasonKind, Severity
from truename.formats.dtypes import DTYPE_BITS, FULL_PRECISION
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared import storage
from truename.rules.shared.gguf_files import GGUF_KEYS, GgufFile, base_type, gguf_files, whole_bits
from truename.rules.shared.settled import settled

MOST = 0.5  # share of the bytes
SLACK = 0.75  # exl2's 4.65 bits are declared as 4.65 or as 4.6; a "3.5bpw" model mixes 3 and 4
TERNARY = 2.0  # models of 1 or 1.58 bits pack 2, or keep their master weights in BF16


def _declared(bits: float) -> Fact[float]:
    return Fact(QUANTISATION_BITS, bits, Origin.DECLARED)


class Bits(Rule):
    """The name claims another number of bits than the weights are packed in.

    The bits decide the memory that a model takes and, below four, how well it still answers.
    A repository named ``...-4bit`` whose weights are packed in eight takes twice the memory that its name promises.
    """

    code, slug, since = "QNT002", "bits", "0.1"
    topic = "bits of a weight"
    claims = frozenset({Role.BITS})
    needs = frozenset({QUANTISATION_BITS, BITS_PER_WEIGHT, STORAGE_DTYPES})
    reads = storage.STORAGE_KEYS | GGUF_KEYS | {GGUF_TENSOR_TYPES}
    flagged = (
        Case("Qwen2.5-7B-Instruct-4bit", expect=Severity.ERROR, quantisation_bits=8, bits_per_weight=8.5),
        Case("Qwen2-7B-Instruct-GPTQ-Int4", expect=Severity.ERROR, quantisation_bits=8),
        Case("Mistral-7B-v0.1-4bit", expect=Severity.ERROR, storage_dtypes=("BF16",), bits_per_weight=16.0),
        Case("Llama-2-13B-8bit", expect=Severity.ERROR, bits_per_weight=32.0),
        Case("Qwen2.5-7B-Instruct-4bit", expect=Severity.WARNING, quantisation_bits=_declared(8), bits_per_weight=8.5),
    )
    confirmed = (
        Case("Qwen2-7B-Instruct-GPTQ-Int4", quantisation_bits=4),
        Case("SOLAR-0-70b-16bit", storage_dtypes=("F16",), bits_per_weight=16.0),
        Case("Qwen2.5-0.5B-Instruct-4bit", bits_per_weight=9.1),
        Case("Llama-3-8B-merged-16bit", quantisation_bits=_declared(4), storage_dtypes=("BF16",)),
        Case("Qwen2.5-7B-Instruct-4bit", quantisation_bits=_declared(8), bits_per_weight=4.5),
        Case("Llama-3-8B-exl2-4.65bpw", quantisation_bits=_declared(4.65)),
    )
    undecided = (
        Case("Qwen2.5-7B-Instruct-4bit"),
        Case("llama-3-8b-bnb-4bit-lora", is_adapter=True, storage_dtypes=("F32",)),
        Case("llama-3-8b-4bit", quantisation_bits=_declared(4), storage_dtypes=("BF16",)),
    )
    not_applicable = (Case("llama-7b", quantisation_bits=4),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.BITS)
        if not stated:
            return self.no_claim()
        if storage.is_adapter(evidence):
            return cannot_tell(storage.ADAPTER_REASON)
        if (reason := storage.why_ambiguous(evidence)) is not None:
            return cannot_tell(reason)
        judged = [(claim, self._judge(claim, float(claim.value), claims.name, evidence)) for claim in stated]
        return settled(
            [found for _, found in judged if isinstance(found, Finding)],
            [found for _, found in judged if isinstance(found, Confirmation)],
            [(claim, found) for claim, found in judged if isinstance(found, Reason)],
        )

    def _judge(self, claim: Claim, claimed: float, name: str, evidence: Evidence) -> Finding | Confirmation | Reason:
        """One claim: by the packed bits that were measured, else by full precision, else by average and declaration."""
        packed = [f for f in evidence.all(QUANTISATION_BITS) if f.origin is not Origin.DECLARED]
        if packed:
            return self._against_packed(claim, claimed, packed)
        if files := gguf_files(evidence):
            return self._against_gguf(claim, claimed, files)
        declared = evidence.declared(QUANTISATION_BITS)
        if (full := storage.full_precision(evidence)) is not None:
            if claimed < 16 and (claimed < TERNARY or storage.speaks_of_another_state(name)):
                text = "the weights may be the unpacked ones of a model that runs in fewer bits"
                return Reason(ReasonKind.AMBIGUOUS_NAME, text)
            return self._against_full(claim, claimed, full, declared)
        average = evidence.measured(BITS_PER_WEIGHT)
        if average is not None and (declared is None or not allows(average.value, declared.value)):
            return self._against_average(claim, claimed, average, declared)
        if declared is None:
            return evidence.why_missing(QUANTISATION_BITS)
        if average is not None and near(claimed, declared.value) and allows(average.value, claimed):
            return self.confirmation(claim, average)
        return self._against_packed(claim, claimed, [declared])

    def _against_gguf(self, claim: Claim, claimed: float, files: Sequence[GgufFile]) -> Finding | Confirmation | Reason:
        """The bits of a GGUF file are those of its encoding: 4 for Q4_K_M, whatever else is mixed in."""
        for file in files:
            kinds = [file.dominant]
            if file.declared is not None and file.fewer_bits(str(file.declared.value)) is None:
                kinds.append(base_type(str(file.declared.value)))
            if any((bits := whole_bits(kind)) is not None and near(claimed, bits) for kind in kinds):
                return self.confirmation(claim, file.types)
        found = files[0]
        bits = whole_bits(found.dominant)
        if bits is None or any(map(_is_mixed, files)):
            return Reason(ReasonKind.AMBIGUOUS_FILES, f"{found.path} mixes types of several widths")
        message = f"the name says {claim.element.text}; most of {found.path} is {found.dominant}"
        return self.finding(Severity.ERROR, message, claim=claim, fact=found.types)

    def _against_packed(self, claim: Claim, claimed: float, packed: Sequence[Fact[Any]]) -> Finding | Confirmation:
        borne = next((fact for fact in packed if near(claimed, fact.value)), None)
        if borne is not None:
            return self.confirmation(claim, borne)
        holds = "the configuration declares" if packed[0].origin is Origin.DECLARED else "the weights are packed in"
        message = f"the name says {claim.element.text}; {holds} {_bits(packed[0].value)}"
        return self.finding(Severity.ERROR, message, claim=claim, fact=packed[0])

    def _against_full(
        self, claim: Claim, claimed: float, stored: Fact[Any], declared: Fact[Any] | None
    ) -> Finding | Confirmation | Reason:
        dtype = stored.value[0]
        if claimed in {DTYPE_BITS[d] for d in stored.value if d in FULL_PRECISION}:
            return self.confirmation(claim, stored)
        if declared is not None and near(claimed, declared.value):  # a loader may pack them by that declaration
            text = f"{_bits(declared.value)} are declared, and the weights are stored in {DTYPE_BITS[dtype]} ({dtype})"
            return Reason(ReasonKind.AMBIGUOUS_FILES, text)
        message = f"the name says {claim.element.text}; the weights are stored in {DTYPE_BITS[dtype]} bits ({dtype})"
        return self.finding(Severity.ERROR, message, claim=claim, fact=stored)

    def _against_average(
        self, claim: Claim, claimed: float, average: Fact[Any], declared: Fact[Any] | None
    ) -> Finding | Confirmation | Reason:
        """Where nothing is declared, or the average shows that what is declared is not so."""
        if allows(average.value, claimed):
            return self.confirmation(claim, average)
        if declared is not None and near(claimed, declared.value):
            text = f"{_bits(declared.value)} are declared, and the weights take {average.value:.1f} each on average"
            return Reason(ReasonKind.AMBIGUOUS_FILES, text)
        message = f"the name says {claim.element.text}; the weights take {average.value:.1f} bits each on average"
        return self.finding(Severity.ERROR, message, claim=claim, fact=average)


def _is_mixed(file: GgufFile) -> bool:
    """Whether no single type holds most of a file's bytes."""
    return not file.shares or file.shares[0] < MOST


def allows(average: float, bits: float) -> bool:
    """Whether weights of ``bits`` may take ``average`` bits each.

    Scales and unquantised embeddings raise the average far above the packed width, in small models to twice.
    """
    return 0.7 * bits <= average < max(15.5, 1.3 * bits)


def near(claimed: float, found: float) -> bool:
    """Whether two widths are the same up to mixed widths and the rounding of names."""
    return abs(claimed - found) <= SLACK or (claimed < TERNARY and found <= TERNARY)


def _bits(count: float) -> str:
    return f"{count:g} bits" if count != 1 else "1 bit"
