"""CFG002: the quantisation that the configuration declares, against the layout of the weights."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    FORMATS_DIFFER,
    QUANTISATION_BITS,
    QUANTISATION_METHOD,
    STORAGE_DTYPES,
    WEIGHT_VARIANTS,
    Fact,
    Key,
    Origin,
)
from truename.findings import Finding, ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.configured import CONFIGURED_KEYS, not_compared, source_of
from truename.rules.shared.unread import undeclared, unmeasured

# Methods whose stored weights are always packed, and what a loader does with such a word over plain weights.
_LEFT_OVER = {
    "gptq": Severity.ERROR,  # looks for packed tensors that are not there
    "awq": Severity.ERROR,
    "bitsandbytes": Severity.NOTE,  # packs the weights while it loads them
}
_LAYOUTS = frozenset({"gptq", "bitsandbytes"})  # declared, and stored in another layout than each other's or AWQ's
_ONE_WIDTH = frozenset({"gptq", "awq", "bitsandbytes", "compressed-tensors"})  # whose bits are not an average
_PACKED = frozenset({"U8", "I8", "U32", "I32", "F4"})  # dtypes in which four bits are stored


def _said(key: Key[Any], value: Any) -> Fact[Any]:
    return Fact(key, value, Origin.DECLARED, "config.json")


def _declared(method: str, bits: int) -> tuple[Fact[Any], Fact[Any]]:
    return _said(QUANTISATION_METHOD, method), _said(QUANTISATION_BITS, bits)


def _case(name: str, measured: tuple[str, float], declared: tuple[str, int], dtypes: str, **rest: Any) -> Case:
    method, bits = _declared(*declared)
    return Case(
        name,
        quantisation_method=[measured[0], method],
        quantisation_bits=[measured[1], bits],
        storage_dtypes=tuple(dtypes.split()),
        **rest,
    )


class ConfigQuantisation(Rule):
    """The configuration declares another quantisation than the weights have.

    The declared method decides into which layers a loader puts the weights. Where GPTQ is declared over weights in
    full precision, it finds none of the tensors that it looks for; where 4 bits are declared over tensors packed in 8,
    nothing fits. A merge in 16 bits often keeps the word of its 4-bit base: bitsandbytes then packs the weights again
    while they load, which is noted only.

    Widths that are an average (EXL2, AQLM) or that differ between layers are not compared, nor are methods that may
    leave weights as they are, and nor are folders with several sets of weights.
    """

    code, slug, since = "CFG002", "config-quantisation", "0.1"
    topic = "its quantisation"
    needs = frozenset({QUANTISATION_METHOD, QUANTISATION_BITS})
    reads = CONFIGURED_KEYS | {STORAGE_DTYPES, WEIGHT_VARIANTS, FORMATS_DIFFER}
    about_files = True
    flagged = (
        _case("llama-7b", ("gptq", 8), ("gptq", 4), "I32 F16", expect=Severity.ERROR),
        _case("llama-7b", ("none", 16), ("gptq", 4), "F16", expect=Severity.ERROR),
        _case("llama-7b", ("none", 16), ("bitsandbytes", 4), "BF16", expect=Severity.NOTE),
        _case("llama-7b", ("fp8", 8), ("modelopt", 4), "F8_E4M3 F16", expect=Severity.ERROR),
        _case("llama-7b", ("awq", 4), ("gptq", 4), "I32 F16", expect=Severity.ERROR),
    )
    confirmed = (
        _case("llama-7b", ("gptq", 4), ("gptq", 4), "I32 F16"),
        _case("Llama-3.1-8B-FP8", ("fp8", 8), ("compressed-tensors", 8), "F8_E4M3 BF16"),
        _case("Llama-3.1-8B-NVFP4", ("nvfp4", 4), ("modelopt", 4), "U8 F8_E4M3 BF16"),
    )
    undecided = (
        _case("DeepSeek-V4", ("mxfp4", 4), ("fp8", 8), "I8 BF16 F8_E4M3"),
        _case("llama-2.0bpw-exl2", ("exl2", 2.13), ("exl2", 2), "I32 F16"),
        _case("llama-7b", ("none", 16), ("torchao", 8), "BF16"),
        _case("llama-7b", ("none", 16), ("gptq", 4), "F16", weight_variants=("gptq_model-4bit.safetensors",)),
        Case("llama-7b-GPTQ", quantisation_method=_declared("gptq", 4)[0]),
    )
    not_applicable = (Case("llama-7b", quantisation_method="none"),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if (other := not_compared(evidence)) is not None:
            return other
        said = evidence.declared(QUANTISATION_METHOD)
        if said is None:
            return undeclared(evidence.why_missing(QUANTISATION_METHOD))
        found = evidence.get(QUANTISATION_METHOD, Origin.WEIGHTS)
        if found is None:
            return unmeasured(evidence.why_missing(QUANTISATION_METHOD))
        if evidence.value(WEIGHT_VARIANTS) or evidence.value(FORMATS_DIFFER):
            text = "there are several sets of weights, and which of them the configuration means is not known"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        bits, width = evidence.declared(QUANTISATION_BITS), evidence.get(QUANTISATION_BITS, Origin.WEIGHTS)
        same_width = bits is not None and width is not None and bits.value == width.value
        if (finding := self._contradiction(said, found, bits, width, evidence)) is not None:
            return self.flag([finding])
        if same_width or (said.value == found.value and (bits is None or width is None)):
            return self.passed(found)
        text = f"{source_of(said)} declares {said.value}, and whether it may store weights so is not known"
        return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text)

    def _contradiction(
        self,
        said: Fact[str],
        found: Fact[str],
        bits: Fact[float] | None,
        width: Fact[float] | None,
        evidence: Evidence,
    ) -> Finding | None:
        stored = evidence.value(STORAGE_DTYPES, ()) or ()
        told = f"{source_of(said)} declares {said.value}" + (f" in {bits.value:g} bits" if bits is not None else "")
        if found.value == "none":
            severity = _LEFT_OVER.get(said.value)
            if severity is None:
                return None
            message = f"{told}; the weights are not quantised, but stored as {stored[0] if stored else 'floats'}"
            return self.finding(severity, message, fact=found)
        if said.value in _LAYOUTS and found.value in _LAYOUTS | {"awq"} and said.value != found.value:
            return self.finding(Severity.ERROR, f"{told}; the weights are in the layout of {found.value}", fact=found)
        if bits is None or width is None or bits.value == width.value:
            return None
        if said.value == found.value and said.value in _ONE_WIDTH:
            message = f"{told}; the weights are packed in {width.value:g} bits"
            return self.finding(Severity.ERROR, message, fact=width)
        if found.value == "fp8" and bits.value == 4 and stored and _PACKED.isdisjoint(stored):
            message = f"{told}; the weights are stored in 8 bits ({found.value}), and none in 4"
            return self.finding(Severity.ERROR, message, fact=width)
        return None
