"""QNT003: the dtype."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import COMPUTE_DTYPE, QUANTISATION_BITS, STORAGE_DTYPES, Fact, Origin
from truename.findings import Finding, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, renamed
from truename.rules.shared import storage

HALVES = frozenset({"F16", "BF16"})


class Dtype(Rule):
    """The name claims a dtype in which the weights are not stored.

    The dtype decides size, range and which hardware can run a model. ``BeastyZ/ConvSearch-R1`` was taken for a
    7B model because its 3B weights are stored in FP32; an "FP8" repository stored in BF16 is twice as large
    as its name says. FP16 and BF16 are both called half precision, so that difference is only noted.
    """

    code, slug, since = "QNT003", "dtype", "0.1"
    topic = "precision"
    claims = frozenset({Role.PRECISION})
    needs = frozenset({STORAGE_DTYPES, COMPUTE_DTYPE})
    reads = storage.STORAGE_KEYS | {QUANTISATION_BITS}
    flagged = (
        Case("Llama-3.1-8B-Instruct-FP8", expect=Severity.ERROR, storage_dtypes=("BF16",)),
        Case("Qwen3-1.7B-bf16", expect=Severity.ERROR, storage_dtypes=("F32",)),
        Case("Llama-2-70B-fp16", expect=Severity.NOTE, storage_dtypes=("BF16",)),
        Case("pythia-410m-fp16", expect=Severity.WARNING, compute_dtype="float32"),
    )
    confirmed = (
        Case("Llama-2-70B-fp16", storage_dtypes=("F16",)),
        Case("Llama-3.1-8B-Instruct-FP8", storage_dtypes=("F8_E4M3", "BF16", "F32")),
        Case("Qwen3-1.7B-MLX-bf16", storage_dtypes=("BF16",)),
    )
    undecided = (
        Case("Llama-2-70B-fp16"),
        Case("Llama-3.1-8B-Instruct-FP8", compute_dtype="bfloat16"),
        Case("Llama-2-7B-GPTQ-fp16", storage_dtypes=("I32", "F16"), quantisation_method="gptq", quantisation_bits=4),
        Case("Llama-2-7b-bf16-lora", is_adapter=True, storage_dtypes=("F32",)),
    )
    not_applicable = (Case("llama-7b", storage_dtypes=("F16",)),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        words = table("rules/precision")["dtypes"]
        stated = [c for c in claims.of(Role.PRECISION) if str(c.value).lower() in words and c.element.text != "half"]
        if not stated:
            return self.no_claim()
        if storage.is_adapter(evidence):
            return cannot_tell(storage.ADAPTER_REASON, about=stated)
        if storage.speaks_of_another_state(claims.name) or len({words[str(c.value).lower()] for c in stated}) > 1:
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, "the name speaks of two states of the weights", about=stated)
        if (reason := storage.why_ambiguous(evidence)) is not None:
            return cannot_tell(reason, about=stated)
        wanted = words[str(stated[0].value).lower()]
        if (stored := evidence.get(STORAGE_DTYPES, Origin.WEIGHTS)) is None or not stored.value:
            return self._against_declared(claims, stated, wanted, evidence)
        if wanted in ("F8", "I8"):
            return self._against_eight_bits(stated, wanted, stored, evidence)
        if storage.full_precision(evidence) is None:
            return self._quantised(claims, stated, evidence)
        if stored.value[0] == wanted:
            return self._borne_out(stated, stored)
        if wanted in stored.value:
            text = f"the weights are stored in several dtypes ({', '.join(stored.value)})"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=stated)
        return self.flag([self._contradiction(claims, stated[0], wanted, stored)])

    def _borne_out(self, stated: Sequence[Claim], fact: Fact[Any]) -> Decision:
        return self.confirm(*((claim, fact) for claim in stated))

    def _contradiction(self, claims: Claims, claim: Claim, wanted: str, stored: Fact[Any]) -> Finding:
        found = stored.value[0]
        severity = Severity.NOTE if {wanted, found} == HALVES else Severity.ERROR
        message = f"the name says {claim.element.text}; the weights are stored in {found}"
        suggestion = renamed(claims, claim, table("rules/precision")["words"][found])
        return self.finding(severity, message, claim=claim, fact=stored, suggestion=suggestion)

    def _against_eight_bits(
        self, stated: Sequence[Claim], wanted: str, stored: Fact[Any], evidence: Evidence
    ) -> Decision:
        """FP8 and INT8 show in the dtypes or as a method that packs eight bits; only full precision denies them."""
        if any(dtype.startswith(wanted) or (wanted == "I8" and dtype == "U8") for dtype in stored.value):
            return self._borne_out(stated, stored)
        full = storage.full_precision(evidence)
        bits = evidence.measured(QUANTISATION_BITS) or evidence.declared(QUANTISATION_BITS)
        if bits is not None and bits.value == 8:
            if full is None:
                return self._borne_out(stated, bits)
            text = f"eight bits are declared, and the weights are stored in full precision ({full.value[0]})"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=stated)
        if full is None:
            text = f"the weights are packed ({', '.join(stored.value)}) and may stand for eight bits"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=stated)
        message = f"the name says {stated[0].element.text}; the weights are stored in full precision ({full.value[0]})"
        return self.flag([self.finding(Severity.ERROR, message, claim=stated[0], fact=full)])

    def _quantised(self, claims: Claims, stated: Sequence[Claim], evidence: Evidence) -> Decision:
        """Sixteen or more bits are claimed of weights that are packed."""
        fact = storage.method_fact(evidence)
        if claims.of(Role.QUANTISATION, Role.BITS) or fact is None or storage.method(fact) in ("fp8", "gguf"):
            text = "the weights are quantised and the precision may be that of the activations"
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text, about=stated)
        message = f"the name says {stated[0].element.text}; the weights are quantised with {fact.value}"
        return self.flag([self.finding(Severity.ERROR, message, claim=stated[0], fact=fact)])

    def _against_declared(self, claims: Claims, stated: Sequence[Claim], wanted: str, evidence: Evidence) -> Decision:
        """No header was read: the dtype that the configuration declares usually is the stored one, not always."""
        method = storage.method_fact(evidence)
        unread = cannot_tell(evidence.why_missing(STORAGE_DTYPES), about=stated)
        if wanted in ("F8", "I8"):
            if method is not None and (wanted == "F8") == ("fp8" in str(method.value)):
                return self._borne_out(stated, method)
            return unread
        declared = evidence.get(COMPUTE_DTYPE)
        dtypes = table("rules/precision")["compute"]
        found = dtypes.get(str(declared.value).removeprefix("torch.")) if declared else None
        if declared is None or found is None or method is not None:
            return unread
        if found == wanted:
            return self._borne_out(stated, declared)
        severity = Severity.NOTE if {wanted, found} == HALVES else Severity.WARNING
        message = f"the name says {stated[0].element.text}; the configuration declares {declared.value}"
        return self.flag([self.finding(severity, message, claim=stated[0], fact=declared)])
