"""CRD006: the quantisation that the card gives."""

from __future__ import annotations

import re
from typing import Any

from truename._lazy import pattern
from truename.declared.card_text import DTYPE, QUANTISATION
from truename.evidence.evidence import Evidence
from truename.facts import (
    CARD_TITLE,
    COMPUTE_DTYPE,
    FORMATS,
    IS_ADAPTER,
    QUANTISATION_BITS,
    QUANTISATION_METHOD,
    STORAGE_DTYPES,
    TAGS,
    WEIGHT_VARIANTS,
    Fact,
    Origin,
)
from truename.findings import Finding, ReasonKind, Severity
from truename.formats.dtypes import FULL_PRECISION
from truename.names import claims_of, parse_name
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.cards import STATEMENT_KEYS, says_nothing, statements

_BITS = pattern(
    r"\b(?:int|uint|w|q|nf|fp|mxfp|nvfp)(?P<packed>[2-8])\b|\bw(?P<w>[2-8])a\d+|\b(?P<bits>[2-8])[\s-]?bits?\b",
    re.IGNORECASE,
)
_WIDE = {
    "float32": 32,
    "fp32": 32,
    "f32": 32,
    "float16": 16,
    "fp16": 16,
    "f16": 16,
    "half": 16,
    "bfloat16": 16,
    "bf16": 16,
}
_DTYPE = pattern(r"\b(?:b?float|b?fp|b?f)(?:16|32)\b|\bhalf\b", re.IGNORECASE)
_METHODS = frozenset({"gptq", "awq", "exl2", "exl3", "aqlm", "hqq"})  # always told by the configuration
# Lines on how a model was trained, is loaded, or is computed with.
_OTHERWISE = pattern(
    r"train|lora|\bnf4\b|bitsandbytes|\bbnb\b|dynamic|on[- ]the[- ]fly|load|runtime|inference|cache|activation"
    r"|optimi[sz]er|tokenizer|optional|can be|\bvram\b|support|mixed|comput",
    re.IGNORECASE,
)
_LONGEST_TITLE = 100
_LEAVE_ALONE = frozenset({"gguf", "onnx", "openvino", "tflite", "coreml"})


def _line(value: str, kind: str = QUANTISATION, label: str = "Quantization") -> tuple[str, str, str]:
    return kind, label, value


def _of(key: Any, value: Any, origin: Origin = Origin.DECLARED) -> Fact[Any]:
    return Fact(key, value, origin, "config.json" if origin is Origin.DECLARED else "model.safetensors")


class CardQuantisation(Rule):
    """The card speaks of another quantisation or precision than the files have.

    ``Quantization: 4-bit`` over weights of 16 bits promises a quarter of the memory, and ``GPTQ`` in the title of a
    model without packed weights loads in other programs than people expect. A card said ``Quantization: Float16``
    over a configuration and weights of 32 bits.

    Measured weights decide; where there are none, a configuration without quantisation contradicts a method that is
    always declared (GPTQ, AWQ, EXL2). Lines on training, loading and adapters are not read, and formats that hold
    several widths are left to their own rules.
    """

    code, slug, since = "CRD006", "card-quantisation", "0.2"
    topic = "a quantisation"
    about_files = True
    needs = STATEMENT_KEYS | {TAGS}
    reads = frozenset(
        {QUANTISATION_METHOD, QUANTISATION_BITS, STORAGE_DTYPES, COMPUTE_DTYPE, FORMATS, IS_ADAPTER, WEIGHT_VARIANTS}
    )
    flagged = (
        Case(
            "Aelan",
            expect=Severity.WARNING,
            card_statements=_line("4-bit"),
            quantisation_method="none",
            storage_dtypes=("BF16",),
        ),
        Case(
            "Aelan",
            expect=Severity.WARNING,
            card_statements=_line("8-bit"),
            quantisation_method="gptq",
            quantisation_bits=4.0,
        ),
        Case("pythia-410m", expect=Severity.WARNING, card_statements=_line("Float16"), compute_dtype="float32"),
        Case("Aelan", expect=Severity.WARNING, card_title="Aelan 13B - GPTQ", compute_dtype="float16"),
        Case("Aelan", expect=Severity.NOTE, card_statements=_line("INT4"), compute_dtype="float16"),
        Case(
            "Aelan",
            expect=Severity.NOTE,
            card_statements=_line("BF16", DTYPE, "Precision"),
            quantisation_method="none",
            storage_dtypes=("F32",),
        ),
    )
    confirmed = (
        Case(
            "Aelan",
            card_statements=_line("4-bit GPTQ"),
            quantisation_method="gptq",
            quantisation_bits=4.0,
        ),
        Case("Aelan", card_title="Aelan 13B - GPTQ", quantisation_method=_of(QUANTISATION_METHOD, "gptq")),
        Case("pythia-410m", card_statements=_line("Float16"), compute_dtype="float16"),
        Case("Aelan", card_statements=_line("bf16", DTYPE, "Precision"), storage_dtypes=("BF16",)),
        Case("Aelan", tags=("awq",), quantisation_method="compressed-tensors"),
    )
    undecided = (
        Case("Aelan", card_statements=_line("4-bit")),
        Case(
            "Aelan",
            card_statements=_line("4-bit"),
            quantisation_method="none",
            storage_dtypes=("BF16",),
            weight_variants=("model-int4.safetensors",),
        ),
        Case("Aelan", card_statements=_line("bf16", DTYPE, "Precision"), compute_dtype="float32"),
    )
    not_applicable = (
        Case("Aelan", card_statements=_line("4-bit QLoRA training"), compute_dtype="float16"),
        Case("Aelan", compute_dtype="float16"),
        Case("Aelan-lora", card_statements=_line("4bit NF4"), is_adapter=True),
        Case("Aelan-GGUF", card_statements=_line("4-bit"), formats=("gguf",), storage_dtypes=("F16",)),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        said = tuple(_said(claims, evidence))
        if not said:
            return says_nothing(evidence, "a quantisation")
        if evidence.value(IS_ADAPTER):
            return does_not_apply(
                ReasonKind.OTHER_KIND_OF_MODEL, "an adapter's base model is quantised, and not itself"
            )
        if not _LEAVE_ALONE.isdisjoint(evidence.value(FORMATS) or ()):
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, "such files come in several widths")
        if evidence.value(WEIGHT_VARIANTS):
            text = "there are several sets of weights, and the card may mean each of them"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        findings, right = [], None
        for statement in said:
            found = self._compared(statement, evidence)
            if isinstance(found, Finding):
                findings.append(found)
            else:
                right = right or found
        if findings:
            return self.flag(findings[:1])
        return self.passed(right) if right is not None else cannot_tell(_why_open(evidence))

    def _compared(self, said: Said, evidence: Evidence) -> Finding | Fact[Any] | None:
        """A finding, the fact that bears a statement out, or None where it stays open."""
        method, bits = evidence.get(QUANTISATION_METHOD), evidence.get(QUANTISATION_BITS)
        stored, declared = evidence.get(STORAGE_DTYPES, Origin.WEIGHTS), evidence.get(COMPUTE_DTYPE)
        width = (
            _width(stored.value[0])
            if stored is not None and stored.value
            else _width(str(evidence.value(COMPUTE_DTYPE)))
        )
        wide = stored or declared
        if said.packed:
            return self._packed(said, method, bits, stored, wide)
        if said.dtype is None or width is None or wide is None or (method is not None and method.value != "none"):
            return None
        if width == said.dtype:
            return wide
        if said.kind == DTYPE and stored is None:
            return None
        severe = said.kind == QUANTISATION and width > said.dtype
        return self.finding(Severity.WARNING if severe else Severity.NOTE, _message(said, wide), fact=said.fact)

    def _packed(
        self,
        said: Said,
        method: Fact[str] | None,
        bits: Fact[float] | None,
        stored: Fact[tuple[str, ...]] | None,
        wide: Fact[Any] | None,
    ) -> Finding | Fact[Any] | None:
        if method is not None and method.value != "none":
            if said.bits and bits is not None and round(bits.value) not in said.bits and float(bits.value).is_integer():
                message = f"the card says {said.quoted}; {_who(bits)} {bits.value:g} bits"
                return self.finding(Severity.WARNING, message, fact=said.fact)
            return method
        if wide is None:
            return None
        if method is not None and method.origin is Origin.WEIGHTS and stored is not None:
            if stored.value and stored.value[0] in FULL_PRECISION:
                return self.finding(Severity.WARNING, _message(said, stored), fact=said.fact)
            return None
        if stored is not None:
            return None
        severity = Severity.WARNING if said.method in _METHODS else Severity.NOTE
        message = (
            f"the card says {said.quoted}; {wide.file or 'the configuration'} declares {wide.value} and no quantisation"
        )
        return self.finding(severity, message, fact=said.fact)


class Said:
    """What one line, the title or a tag says: bits, method or dtype."""

    def __init__(self, kind: str, quoted: str, text: str, fact: Fact[Any]) -> None:
        self.kind, self.quoted, self.fact = kind, quoted, fact
        self.bits = frozenset(int(m["packed"] or m["w"] or m["bits"]) for m in _BITS.finditer(text))
        low = text.lower()
        self.method = next((method for method in sorted(_METHODS) if re.search(rf"\b{method}\b", low)), None)
        found = _DTYPE.search(low)
        self.dtype = _WIDE.get(found[0]) if found is not None else None

    @property
    def packed(self) -> bool:
        """Whether it speaks of weights below 16 bits."""
        return bool(self.bits or self.method)


def _said(claims: Claims, evidence: Evidence) -> Any:
    for line in statements(claims, evidence, QUANTISATION, DTYPE):
        one = Said(line.kind, f"'{line.quoted}'", line.value, line.fact)
        if not _OTHERWISE.search(line.value) and (one.packed or one.dtype):
            yield one
    title = evidence.get(CARD_TITLE)
    if title is not None and len(title.value) <= _LONGEST_TITLE and not _OTHERWISE.search(title.value):
        parsed = claims_of(parse_name(title.value, learned=False))
        one = Said(QUANTISATION, f"'{title.value}' in its title", title.value, title)
        if one.method and parsed.of(Role.QUANTISATION, Role.BITS):
            yield one
    tags = evidence.get(TAGS)
    for tag in () if tags is None else tags.value:
        if str(tag).lower() in _METHODS and tags is not None:
            yield Said(QUANTISATION, f"'{tag}' among its tags", str(tag), tags)


def _width(dtype: str) -> int | None:
    return _WIDE.get(dtype.lower())


def _who(fact: Fact[Any]) -> str:
    return f"{fact.file or 'the configuration'} declares" if fact.origin is Origin.DECLARED else "the weights have"


def _message(said: Said, wide: Fact[Any]) -> str:
    value = wide.value[0] if isinstance(wide.value, tuple) else wide.value
    who = (
        "the weights are stored as"
        if wide.origin is not Origin.DECLARED
        else f"{wide.file or 'the configuration'} declares"
    )
    return f"the card says {said.quoted}; {who} {value}"


def _why_open(evidence: Evidence) -> Any:
    return evidence.why_missing(STORAGE_DTYPES)
