"""QNT003: the dtype."""

from __future__ import annotations

from typing import Any

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import COMPUTE_DTYPE, QUANTISATION_BITS, STORAGE_DTYPES, Fact, Origin
from truename.findings import Finding, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import CLEAN, Case, Decision, Rule, cannot_tell, renamed, verdict
from truename.rules.shared import storage

HALVES = frozenset({"F16", "BF16"})


class Dtype(Rule):
    """The name claims a dtype in which the weights are not stored.

    The dtype decides size, range and which hardware can run a model. ``BeastyZ/ConvSearch-R1`` was taken for a
    7B model because its 3B weights are stored in FP32; an "FP8" repository stored in BF16 is twice as large
    as its name says. FP16 and BF16 are both called half precision, so that difference is only noted.
    """

    code, slug, since = "QNT003", "dtype", "0.1"
    claims = "precision"
    flagged = (
        Case("Llama-3.1-8B-Instruct-FP8", expect=Severity.ERROR, storage_dtypes=("BF16",)),
        Case("Qwen3-1.7B-bf16", expect=Severity.ERROR, storage_dtypes=("F32",)),
        Case("Llama-2-70B-fp16", expect=Severity.NOTE, storage_dtypes=("BF16",)),
        Case("pythia-410m-fp16", expect=Severity.WARNING, compute_dtype="float32"),
    )
    clean = (
        Case("Llama-2-70B-fp16", storage_dtypes=("F16",)),
        Case("Llama-3.1-8B-Instruct-FP8", storage_dtypes=("F8_E4M3", "BF16", "F32")),
        Case("Qwen3-1.7B-MLX-bf16", storage_dtypes=("BF16",)),
    )
    undecided = (
        Case("llama-7b", storage_dtypes=("F16",)),
        Case("Llama-2-70B-fp16"),
        Case("Llama-3.1-8B-Instruct-FP8", compute_dtype="bfloat16"),
        Case("Llama-2-7B-GPTQ-fp16", storage_dtypes=("I32", "F16"), quantisation_method="gptq", quantisation_bits=4),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        words = table("rules/precision")["dtypes"]
        stated = [c for c in claims.of(Role.PRECISION) if str(c.value).lower() in words and c.element.text != "half"]
        if not stated:
            return self.no_claim()
        if storage.is_adapter(evidence):
            return cannot_tell("the repository holds an adapter, and its name may speak of the base model's weights")
        if storage.speaks_of_another_state(claims.name) or len({words[str(c.value).lower()] for c in stated}) > 1:
            return cannot_tell("the name speaks of two states of the weights")
        if others := storage.other_weights(evidence):
            return cannot_tell(f"there are weights in other formats too ({others})")
        claim = stated[0]
        wanted = words[str(claim.value).lower()]
        if (stored := evidence.get(STORAGE_DTYPES, Origin.WEIGHTS)) is None or not stored.value:
            return self._against_declared(claims, claim, wanted, evidence)
        if wanted in ("F8", "I8"):
            return self._against_eight_bits(claim, wanted, stored, evidence)
        if storage.full_precision(evidence) is None:
            return self._quantised(claims, claim, evidence)
        if stored.value[0] == wanted:
            return CLEAN
        if wanted in stored.value:
            return cannot_tell(f"the weights are stored in several dtypes ({', '.join(stored.value)})")
        return verdict([self._contradiction(claims, claim, wanted, stored)])

    def _contradiction(self, claims: Claims, claim: Claim, wanted: str, stored: Fact[Any]) -> Finding:
        found = stored.value[0]
        severity = Severity.NOTE if {wanted, found} == HALVES else Severity.ERROR
        message = f"the name says {claim.element.text}; the weights are stored in {found}"
        suggestion = renamed(claims, claim, table("rules/precision")["words"][found])
        return self.finding(severity, message, claim=claim, fact=stored, suggestion=suggestion)

    def _against_eight_bits(self, claim: Claim, wanted: str, stored: Fact[Any], evidence: Evidence) -> Decision:
        """FP8 and INT8 show in the dtypes or as a method that packs eight bits; only full precision denies them."""
        if any(dtype.startswith(wanted) or (wanted == "I8" and dtype == "U8") for dtype in stored.value):
            return CLEAN
        if evidence.value(QUANTISATION_BITS) == 8:
            return CLEAN
        if (full := storage.full_precision(evidence)) is None:
            return cannot_tell(f"the weights are packed ({', '.join(stored.value)}) and may stand for eight bits")
        message = f"the name says {claim.element.text}; the weights are stored in full precision ({full.value[0]})"
        return verdict([self.finding(Severity.ERROR, message, claim=claim, fact=full)])

    def _quantised(self, claims: Claims, claim: Claim, evidence: Evidence) -> Decision:
        """Sixteen or more bits are claimed of weights that are packed."""
        fact = storage.method_fact(evidence)
        if claims.of(Role.QUANTISATION, Role.BITS) or fact is None or storage.method(fact) in ("fp8", "gguf"):
            return cannot_tell("the weights are quantised and the precision may be that of the activations")
        message = f"the name says {claim.element.text}; the weights are quantised with {fact.value}"
        return verdict([self.finding(Severity.ERROR, message, claim=claim, fact=fact)])

    def _against_declared(self, claims: Claims, claim: Claim, wanted: str, evidence: Evidence) -> Decision:
        """No header was read: the dtype that the configuration declares usually is the stored one, not always."""
        method = storage.method_fact(evidence)
        if wanted in ("F8", "I8"):
            if method is not None and (wanted == "F8") == ("fp8" in str(method.value)):
                return CLEAN
            return cannot_tell(evidence.why_missing(STORAGE_DTYPES))
        declared = evidence.get(COMPUTE_DTYPE)
        dtypes = table("rules/precision")["compute"]
        found = dtypes.get(str(declared.value).removeprefix("torch.")) if declared else None
        if declared is None or found is None or method is not None:
            return cannot_tell(evidence.why_missing(STORAGE_DTYPES))
        if found == wanted:
            return CLEAN
        severity = Severity.NOTE if {wanted, found} == HALVES else Severity.WARNING
        message = f"the name says {claim.element.text}; the configuration declares {declared.value}"
        return verdict([self.finding(severity, message, claim=claim, fact=declared)])
