"""QNT001: methods by their other names, GGUF types, adapters and unpacked copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.facts import Fact, Origin
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
    ("m-AWQ", AWQ, {"quantisation_method": "awq"}, "clean"),
    ("m-AWQ", AWQ, {"quantisation_method": "compressed_tensors"}, "clean"),
    ("m-AWQ", AWQ, {"quantisation_method": "bitsandbytes"}, "error"),
    ("m-AWQ", AWQ, {"quantisation_method": None, "storage_dtypes": ("BF16", "F32", "I64")}, "error"),
    ("m-AWQ", AWQ, {"quantisation_method": None, "storage_dtypes": ("I32", "F16")}, "cannot_tell"),
    ("m-AWQ", AWQ, {"quantisation_method": DECLARED_ONLY}, "cannot_tell"),
    ("m-AWQ", AWQ, {"formats": ("safetensors",)}, "cannot_tell"),
    ("m-AWQ-dequantized", AWQ, {"storage_dtypes": ("BF16",)}, "cannot_tell"),
    ("m-AWQ", AWQ, {"storage_dtypes": ("BF16",), "is_adapter": True}, "cannot_tell"),
    ("m-AWQ", AWQ, {"storage_dtypes": ("BF16",), "formats": ("safetensors", "onnx")}, "cannot_tell"),
    ("m-bnb-4bit", BNB, {"quantisation_method": "bitsandbytes"}, "clean"),
    ("m-Q4_K_M", Q4, {"formats": ("gguf",)}, "clean"),
    ("m-Q4_K_M", Q4, {"quantisation_method": "gguf"}, "clean"),
    ("m-Q4_K_M", Q4, {"quantisation_method": "gptq"}, "error"),
    ("m-hqq", [(Role.QUANTISATION, "hqq", "hqq")], {"quantisation_method": "gptq"}, "error"),
    ("m-newq", [(Role.QUANTISATION, "newq", "newq")], {"quantisation_method": "gptq"}, "cannot_tell"),
    ("m-newq", [(Role.QUANTISATION, "newq", "newq")], {"quantisation_method": "newq"}, "clean"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict


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
