"""QNT002: averages, ternary models, adapters and unpacked copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.precision.bits import Bits
from truename.rules.rule import Case

RULE = Bits()

FOUR = [(Role.BITS, "4bit", 4.0)]
EIGHT = [(Role.BITS, "8bit", 8.0)]
SIXTEEN = [(Role.BITS, "16bit", 16.0)]
TERNARY = [(Role.BITS, "1.58bit", 1.58)]

TABLE = [
    ("m-4bit", FOUR, {"storage_dtypes": ("F16",), "formats": ("safetensors", "gguf")}, "cannot_tell"),
    ("m-4bit", FOUR, {"quantisation_bits": 4}, "clean"),
    ("m-4bit", FOUR, {"quantisation_bits": 4.65}, "clean"),
    ("m-4bit", FOUR, {"quantisation_bits": 5}, "error"),
    ("m-4bit", FOUR, {"quantisation_bits": 3}, "error"),
    ("m-4bit", FOUR, {"quantisation_bits": 8, "bits_per_weight": 8.2}, "error"),
    ("m-4bit", FOUR, {"bits_per_weight": 4.3}, "clean"),
    ("m-4bit", FOUR, {"bits_per_weight": 9.9}, "clean"),
    ("m-4bit", FOUR, {"bits_per_weight": 16.0}, "error"),
    ("m-4bit", FOUR, {"bits_per_weight": 2.5}, "error"),
    ("m-4bit", FOUR, {"storage_dtypes": ("F16",)}, "error"),
    ("m-4bit", FOUR, {"storage_dtypes": ("U32", "BF16")}, "cannot_tell"),
    ("m-qat-4bit", FOUR, {"storage_dtypes": ("BF16",)}, "cannot_tell"),
    ("m-4bit", FOUR, {"storage_dtypes": ("F16",), "is_adapter": True}, "cannot_tell"),
    ("m-4bit", FOUR, {}, "cannot_tell"),
    ("m-8bit", EIGHT, {"quantisation_bits": 8, "bits_per_weight": 11.2}, "clean"),
    ("m-8bit", EIGHT, {"bits_per_weight": 11.2}, "clean"),
    ("m-8bit", EIGHT, {"bits_per_weight": 4.5}, "error"),
    ("m-16bit", SIXTEEN, {"storage_dtypes": ("BF16",)}, "clean"),
    ("m-16bit", SIXTEEN, {"storage_dtypes": ("F32",)}, "error"),
    ("m-1.58bit", TERNARY, {"quantisation_bits": 2}, "clean"),
    ("m-1.58bit", TERNARY, {"storage_dtypes": ("BF16",)}, "cannot_tell"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict
