"""QNT003: the dtype."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import COMPUTE_DTYPE, QUANTISATION_BITS, QUANTISATION_FORMAT, STORAGE_DTYPES, Fact, Origin
from truename.findings import Finding, Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, renamed
from truename.rules.shared import storage

EIGHT, SLACK = 8, 0.75  # bits
_BYTES = frozenset({"I8", "U8", "F8_E4M3", "F8_E5M2"})
_OF_CACHE = r"(?i)[-_. ]?(?:kv|cache|attn|attention|act|activations?|dequant\w*|vae|text|clip|t5|te)(?:[^a-z]|$)"
_CACHE_OF = r"(?i)(?:^|[^a-z])(?:kv|cache|attn|attention|act|vae|from|of)[-_. ]?$"
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
    reads = storage.STORAGE_KEYS | {QUANTISATION_BITS, QUANTISATION_FORMAT}
    flagged = (
        Case("Llama-3.1-8B-Instruct-FP8", expect=Severity.ERROR, storage_dtypes=("BF16",)),
        Case("Qwen3-1.7B-bf16", expect=Severity.ERROR, storage_dtypes=("F32",)),
        Case("Llama-2-70B-fp16", expect=Severity.NOTE, storage_dtypes=("BF16",)),
        Case("pythia-410m-fp16", expect=Severity.WARNING, compute_dtype="float32"),
        Case("flux1-dev-fp16", expect=Severity.ERROR, storage_dtypes=("F8_E4M3", "F32"), quantisation_method="fp8"),
        Case("Qwen3-8B-fp8", expect=Severity.ERROR, storage_dtypes=("I32", "F16"), quantisation_bits=4),
        Case("Qwen3-8B-fp32", expect=Severity.ERROR, storage_dtypes=("I8", "F32")),
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
        Case("Qwen3-8B-fp8-kv", storage_dtypes=("I32", "F16"), quantisation_bits=4),
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
            return self._against_eight_bits(claims, stated, wanted, stored, evidence)
        if storage.full_precision(evidence) is None:
            return self._quantised(claims, stated, stored, evidence)
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

    def _packed_otherwise(self, wanted: str, packed: Fact[Any], evidence: Evidence) -> str | None:
        """What shows that most weights are of other bits, or whole numbers where floats are claimed."""
        form = evidence.measured(QUANTISATION_FORMAT)
        method = storage.method_fact(evidence)
        by = f" ({method.value})" if method is not None else ""
        if abs(packed.value - EIGHT) > SLACK:
            return f"the weights are packed in {packed.value:g} bits{by}"
        if wanted == "F8" and form is not None and form.value == "int":
            return f"the weights are whole numbers of eight bits{by}"
        return None

    def _against_eight_bits(
        self, claims: Claims, stated: Sequence[Claim], wanted: str, stored: Fact[Any], evidence: Evidence
    ) -> Decision:
        """FP8 and INT8 show in the dtypes or as a method of eight bits; full precision and other bits deny them."""
        packed = evidence.measured(QUANTISATION_BITS)
        reason = None
        if packed is not None and stored.value[0][:2] != wanted:
            reason = self._packed_otherwise(wanted, packed, evidence)
        if reason is not None:
            if another := _why_of_activations(claims, stated[0]):
                return cannot_tell(another, about=stated)
            message = f"the name says {stated[0].element.text}; {reason}"
            return self.flag([self.finding(Severity.ERROR, message, claim=stated[0], fact=packed)])
        if any(dtype.startswith(wanted) or (wanted == "I8" and dtype == "U8") for dtype in stored.value):
            return self._borne_out(stated, stored)
        full = storage.full_precision(evidence)
        bits = packed or evidence.declared(QUANTISATION_BITS)
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

    def _quantised(self, claims: Claims, stated: Sequence[Claim], stored: Fact[Any], evidence: Evidence) -> Decision:
        """Sixteen or more bits are claimed of weights that are packed."""
        fact = storage.method_fact(evidence)
        dtype = stored.value[0]
        if fact is None and dtype in _BYTES and not claims.of(Role.QUANTISATION, Role.BITS):
            message = f"the name says {stated[0].element.text}; the weights are stored in {dtype}"
            return self.flag([self.finding(Severity.ERROR, message, claim=stated[0], fact=stored)])
        mixed = fact is not None and storage.method(fact) == "fp8" and not dtype.startswith("F8")
        if claims.of(Role.QUANTISATION, Role.BITS) or fact is None or mixed or storage.method(fact) == "gguf":
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


def _why_of_activations(claims: Claims, claim: Claim) -> Reason | None:
    """Why a precision may not be that of the weights: fp8-kv is of the cache."""
    before, after = claims.name[: claim.element.start], claims.name[claim.element.end :]
    beside = (
        (Role.BITS,) if str(claim.value) == "int8" else (Role.QUANTISATION, Role.BITS)
    )  # GPTQ-Int8 is of the weights
    if claims.of(*beside) or re.match(_OF_CACHE, after) or re.search(_CACHE_OF, before):
        return Reason(ReasonKind.AMBIGUOUS_NAME, "the precision may be that of the activations, or of a part")
    return None
