"""QNT002: averages, ternary models, adapters and unpacked copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import QUANTISATION_BITS, Fact, Origin
from truename.findings import Outcome, ReasonKind
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
    ("m-4bit", FOUR, {"quantisation_bits": 4}, "confirmed"),
    ("m-4bit", FOUR, {"quantisation_bits": 4.65}, "confirmed"),
    ("m-4bit", FOUR, {"quantisation_bits": 5}, "error"),
    ("m-4bit", FOUR, {"quantisation_bits": 3}, "error"),
    ("m-4bit", FOUR, {"quantisation_bits": 8, "bits_per_weight": 8.2}, "error"),
    ("m-4bit", FOUR, {"bits_per_weight": 4.3}, "confirmed"),
    ("m-4bit", FOUR, {"bits_per_weight": 9.9}, "confirmed"),
    ("m-4bit", FOUR, {"bits_per_weight": 16.0}, "error"),
    ("m-4bit", FOUR, {"bits_per_weight": 2.5}, "error"),
    ("m-4bit", FOUR, {"storage_dtypes": ("F16",)}, "error"),
    ("m-4bit", FOUR, {"storage_dtypes": ("U32", "BF16")}, "cannot_tell"),
    ("m-qat-4bit", FOUR, {"storage_dtypes": ("BF16",)}, "cannot_tell"),
    ("m-4bit", FOUR, {"storage_dtypes": ("F16",), "is_adapter": True}, "cannot_tell"),
    ("m-4bit", FOUR, {}, "cannot_tell"),
    ("m-8bit", EIGHT, {"quantisation_bits": 8, "bits_per_weight": 11.2}, "confirmed"),
    ("m-8bit", EIGHT, {"bits_per_weight": 11.2}, "confirmed"),
    ("m-8bit", EIGHT, {"bits_per_weight": 4.5}, "error"),
    ("m-16bit", SIXTEEN, {"storage_dtypes": ("BF16",)}, "confirmed"),
    ("m-16bit", SIXTEEN, {"storage_dtypes": ("F32",)}, "error"),
    ("m-1.58bit", TERNARY, {"quantisation_bits": 2}, "confirmed"),
    ("m-1.58bit", TERNARY, {"storage_dtypes": ("BF16",)}, "cannot_tell"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    decision = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in decision.findings), key=lambda s: s.rank, default=None)
    assert (worst or decision.outcome).value == expected, decision


def bits(count: float) -> Fact[float]:
    return Fact(QUANTISATION_BITS, count, Origin.DECLARED)


MEASURED_FIRST = [
    # an honest merge beside the configuration of its base
    ("m-16bit", SIXTEEN, {"quantisation_bits": bits(4), "storage_dtypes": ("BF16",)}, "confirmed"),
    ("m-8bit", EIGHT, {"quantisation_bits": bits(4), "storage_dtypes": ("BF16",)}, "error"),
    ("m-4bit", FOUR, {"quantisation_bits": bits(4), "storage_dtypes": ("BF16",)}, "cannot_tell"),
    ("m-4bit", FOUR, {"quantisation_bits": bits(8), "bits_per_weight": 4.5}, "confirmed"),
    ("m-8bit", EIGHT, {"quantisation_bits": bits(8), "bits_per_weight": 4.5}, "cannot_tell"),
    ("m-4bit", FOUR, {"quantisation_bits": bits(8), "bits_per_weight": 8.5}, "warning"),
    ("m-4bit", FOUR, {"quantisation_bits": bits(4), "bits_per_weight": 4.5}, "confirmed"),
    ("m-4bit", FOUR, {"quantisation_bits": bits(4)}, "confirmed"),
    ("m-4bit", FOUR, {"quantisation_bits": bits(8)}, "warning"),  # only a document says so
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), MEASURED_FIRST)
def test_measured_beats_declared(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    test_table(stated, name, claims, facts, expected)
    for one in RULE.check(stated(name, *claims), Case("", **facts).evidence()).confirmations:
        assert is_measured(one) is (len(facts) > 1)


@pytest.mark.parametrize(
    ("declared", "packed", "expected"), [(8, 4, "confirmed"), (4, 8, "flagged"), (4, 4, "confirmed")]
)
def test_packed_bits_that_were_measured_decide_alone(
    stated: Callable[..., Claims], declared: float, packed: float, expected: str
) -> None:
    evidence = Evidence.of([bits(declared), Fact(QUANTISATION_BITS, packed, Origin.WEIGHTS)])
    decision = RULE.check(stated("m-4bit", *FOUR), evidence)
    assert decision.outcome.value == expected
    for one in (*decision.findings, *decision.confirmations):
        assert one.evidence is not None
        assert (one.evidence.value, one.evidence.origin) == (packed, Origin.WEIGHTS)


@pytest.mark.parametrize(
    ("name", "facts", "kind"),
    [
        ("m-4bit", {}, ReasonKind.NOT_MEASURED),
        ("m-4bit", {"is_adapter": True, "quantisation_bits": 8}, ReasonKind.ADAPTER),
        ("m-4bit", {"storage_dtypes": ("F16",), "formats": ("safetensors", "gguf")}, ReasonKind.AMBIGUOUS_FILES),
        ("m-qat-4bit", {"storage_dtypes": ("BF16",)}, ReasonKind.AMBIGUOUS_NAME),
    ],
)
def test_why_it_cannot_tell(stated: Callable[..., Claims], name: str, facts: dict[str, Any], kind: ReasonKind) -> None:
    decision = RULE.check(stated(name, *FOUR), Case("", **facts).evidence())
    assert decision.reason is not None
    assert (decision.outcome, decision.reason.kind) == (Outcome.CANNOT_TELL, kind)
