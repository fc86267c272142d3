"""QNT001: methods by their other names, GGUF types, adapters and unpacked copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import QUANTISATION_METHOD, STORAGE_DTYPES, Fact, Origin
from truename.findings import Outcome, ReasonKind
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.precision.quantisation_method import QuantisationMethod, is_gguf_type
from truename.rules.rule import Case

RULE = QuantisationMethod()

AWQ = [(Role.QUANTISATION, "AWQ", "awq")]
BNB = [(Role.QUANTISATION, "bnb", "bnb")]
Q4 = [(Role.QUANTISATION, "Q4_K_M", "Q4_K_M")]
DECLARED_ONLY = Fact("quantisation_method", "none", Origin.DECLARED)

TABLE = [
    ("m-AWQ", AWQ, {"quantisation_method": "awq"}, "confirmed"),
    ("m-AWQ", AWQ, {"quantisation_method": "compressed_tensors"}, "confirmed"),
    ("m-AWQ", AWQ, {"quantisation_method": "bitsandbytes"}, "error"),
    ("m-AWQ", AWQ, {"quantisation_method": None, "storage_dtypes": ("BF16", "F32", "I64")}, "error"),
    ("m-AWQ", AWQ, {"quantisation_method": None, "storage_dtypes": ("I32", "F16")}, "cannot_tell"),
    ("m-AWQ", AWQ, {"quantisation_method": DECLARED_ONLY}, "cannot_tell"),
    ("m-AWQ", AWQ, {"formats": ("safetensors",)}, "cannot_tell"),
    ("m-AWQ-dequantized", AWQ, {"storage_dtypes": ("BF16",)}, "cannot_tell"),
    ("m-AWQ", AWQ, {"storage_dtypes": ("BF16",), "is_adapter": True}, "cannot_tell"),
    ("m-AWQ", AWQ, {"storage_dtypes": ("BF16",), "formats": ("safetensors", "onnx")}, "cannot_tell"),
    ("m-bnb-4bit", BNB, {"quantisation_method": "bitsandbytes"}, "confirmed"),
    ("m-Q4_K_M", Q4, {"formats": ("gguf",)}, "confirmed"),
    ("m-Q4_K_M", Q4, {"quantisation_method": "gguf"}, "confirmed"),
    ("m-Q4_K_M", Q4, {"quantisation_method": "gptq"}, "error"),
    ("m-hqq", [(Role.QUANTISATION, "hqq", "hqq")], {"quantisation_method": "gptq"}, "error"),
    ("m-newq", [(Role.QUANTISATION, "newq", "newq")], {"quantisation_method": "gptq"}, "cannot_tell"),
    ("m-newq", [(Role.QUANTISATION, "newq", "newq")], {"quantisation_method": "newq"}, "confirmed"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    decision = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in decision.findings), key=lambda s: s.rank, default=None)
    assert (worst or decision.outcome).value == expected, decision


def test_the_message_says_what_is_stored(stated: Callable[..., Claims]) -> None:
    evidence = Case("", storage_dtypes=("BF16",)).evidence()
    (finding,) = RULE.check(stated("llama-awq", (Role.QUANTISATION, "awq", "awq")), evidence).findings
    assert finding.message == "the name says awq; the weights are stored in full precision (BF16)"
    assert finding.evidence is not None
    assert finding.evidence.value == ("BF16",)


@pytest.mark.parametrize(
    ("word", "is_type"),
    [
        ("Q4_K_M", True),
        ("iq3_xs", True),
        ("Q8_0", True),
        ("TQ1_0", True),
        ("q4", False),
        ("GPTQ", False),
        ("W4_A16", False),
    ],
)
def test_gguf_types(word: str, is_type: bool) -> None:
    assert is_gguf_type(word) is is_type


def method(value: str, origin: Origin) -> Fact[str]:
    return Fact(QUANTISATION_METHOD, value, origin)


@pytest.mark.parametrize(
    ("measured", "declared", "outcome"),
    [
        ("awq", "gptq", Outcome.CONFIRMED),
        ("fp8", "awq", Outcome.CANNOT_TELL),
        ("fp8", "fp8", Outcome.FLAGGED),
        ("none", "awq", Outcome.FLAGGED),
        (None, "awq", Outcome.CONFIRMED),
    ],
)
def test_a_declaration_does_not_bear_out_what_the_tensors_contradict(
    stated: Callable[..., Claims], measured: str | None, declared: str, outcome: Outcome
) -> None:
    facts: list[Fact[Any]] = [method(declared, Origin.DECLARED)]
    if measured is not None:
        dtype = "BF16" if measured == "none" else "I32"
        facts += [method(measured, Origin.WEIGHTS), Fact(STORAGE_DTYPES, (dtype,), Origin.WEIGHTS)]
    decision = RULE.check(stated("m-AWQ", *AWQ), Evidence.of(facts))
    assert decision.outcome is outcome
    assert [is_measured(one) for one in decision.confirmations] == (
        [measured is not None] if outcome is Outcome.CONFIRMED else []
    )


def test_full_precision_without_a_method_is_not_confirmed_by_a_declaration(stated: Callable[..., Claims]) -> None:
    facts = {"quantisation_method": method("awq", Origin.DECLARED), "storage_dtypes": ("BF16",)}
    decision = RULE.check(stated("m-AWQ", *AWQ), Case("", **facts).evidence())
    assert decision.reason is not None
    assert (decision.outcome, decision.reason.kind) == (Outcome.CANNOT_TELL, ReasonKind.AMBIGUOUS_FILES)


def test_one_of_two_methods_stays_open(stated: Callable[..., Claims]) -> None:
    claims = stated("m-AWQ-newq", *AWQ, (Role.QUANTISATION, "newq", "newq"))
    decision = RULE.check(claims, Case("", quantisation_method="awq").evidence())
    assert decision.reason is not None
    assert (decision.outcome, decision.reason.kind) == (Outcome.CANNOT_TELL, ReasonKind.UNKNOWN_TO_TRUENAME)
    assert [claim.element.text for claim in decision.about or ()] == ["newq"]
    assert [one.claim and one.claim.text for one in decision.confirmations] == ["AWQ"]
