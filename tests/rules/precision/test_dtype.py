"""QNT003: halves, eight bits, packed weights, and what is only declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.facts import QUANTISATION_BITS, Fact, Origin
from truename.findings import Outcome, ReasonKind
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.precision.dtype import Dtype
from truename.rules.rule import Case

RULE = Dtype()

FP16 = [(Role.PRECISION, "fp16", "fp16")]
BF16 = [(Role.PRECISION, "bf16", "bf16")]
FP32 = [(Role.PRECISION, "fp32", "fp32")]
FP8 = [(Role.PRECISION, "FP8", "fp8")]
INT8 = [(Role.PRECISION, "int8", "int8")]

TABLE = [
    ("half-cheetah", [(Role.PRECISION, "half", "fp16")], {"storage_dtypes": ("F32",)}, "does_not_apply"),
    ("m-int8", INT8, {"storage_dtypes": ("F32",), "formats": ("safetensors", "onnx")}, "cannot_tell"),
    ("m-fp16", FP16, {"storage_dtypes": ("F16", "F32", "I64")}, "confirmed"),
    ("m-fp16", FP16, {"storage_dtypes": ("BF16",)}, "note"),
    ("m-bf16", BF16, {"storage_dtypes": ("F16",)}, "note"),
    ("m-fp16", FP16, {"storage_dtypes": ("F32",)}, "error"),
    ("m-fp16", FP16, {"storage_dtypes": ("F32", "F16")}, "cannot_tell"),
    ("m-fp32", FP32, {"storage_dtypes": ("BF16",)}, "error"),
    ("m-FP8", FP8, {"storage_dtypes": ("BF16", "F8_E4M3")}, "confirmed"),
    ("m-FP8", FP8, {"storage_dtypes": ("BF16",)}, "error"),
    ("m-FP8", FP8, {"storage_dtypes": ("U8", "BF16"), "quantisation_method": "modelopt"}, "cannot_tell"),
    ("m-FP8", FP8, {"quantisation_method": "fp8", "compute_dtype": "bfloat16"}, "confirmed"),
    ("m-FP8", FP8, {"compute_dtype": "bfloat16"}, "cannot_tell"),
    ("m-int8", INT8, {"storage_dtypes": ("I8", "F16")}, "confirmed"),
    ("m-int8", INT8, {"storage_dtypes": ("I32", "F16"), "quantisation_bits": 8}, "confirmed"),
    ("m-int8", INT8, {"storage_dtypes": ("F32",)}, "error"),
    ("m-fp16", FP16, {"storage_dtypes": ("I32", "F16"), "quantisation_method": "gptq"}, "error"),
    (
        "m-fp16-gptq",
        [*FP16, (Role.QUANTISATION, "gptq", "gptq")],
        {"storage_dtypes": ("I32", "F16"), "quantisation_method": "gptq"},
        "cannot_tell",
    ),
    ("m-fp16", FP16, {"compute_dtype": "float16"}, "confirmed"),
    ("m-fp16", FP16, {"compute_dtype": "torch.bfloat16"}, "note"),
    ("m-fp16", FP16, {"compute_dtype": "float32"}, "warning"),
    ("m-fp16", FP16, {"compute_dtype": "float32", "quantisation_method": "bitsandbytes"}, "cannot_tell"),
    ("m-fp16", FP16, {"compute_dtype": "auto"}, "cannot_tell"),
    ("m-bf16-from-fp8", [*BF16, *[(Role.PRECISION, "fp8", "fp8")]], {"storage_dtypes": ("BF16",)}, "cannot_tell"),
    ("m-bf16", BF16, {"storage_dtypes": ("F32",), "is_adapter": True}, "cannot_tell"),
    ("m-tf99", [(Role.PRECISION, "tf99", "tf99")], {"storage_dtypes": ("F32",)}, "does_not_apply"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    decision = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in decision.findings), key=lambda s: s.rank, default=None)
    assert (worst or decision.outcome).value == expected, decision


def test_it_suggests_the_stored_dtype(stated: Callable[..., Claims]) -> None:
    (finding,) = RULE.check(stated("Llama-2-70B-fp16", *FP16), Case("", storage_dtypes=("BF16",)).evidence()).findings
    assert finding.suggestion == "Llama-2-70B-bf16"


EIGHT = Fact(QUANTISATION_BITS, 8, Origin.DECLARED)


@pytest.mark.parametrize(
    ("name", "claims", "facts", "value", "measured"),
    [
        ("m-fp16", FP16, {"storage_dtypes": ("F16",), "compute_dtype": "float32"}, ("F16",), True),
        ("m-fp16", FP16, {"compute_dtype": "float16"}, "float16", False),
        ("m-int8", INT8, {"storage_dtypes": ("I32",), "quantisation_bits": EIGHT}, 8, False),
        ("m-int8", INT8, {"storage_dtypes": ("I8",), "quantisation_bits": EIGHT}, ("I8",), True),
    ],
)
def test_what_bears_a_dtype_out(
    stated: Callable[..., Claims],
    name: str,
    claims: list[tuple[Role, str, Any]],
    facts: dict[str, Any],
    value: object,
    measured: bool,
) -> None:
    (one,) = RULE.check(stated(name, *claims), Case("", **facts).evidence()).confirmations
    assert one.evidence is not None
    assert (one.evidence.value, is_measured(one)) == (value, measured)


def test_declared_bits_do_not_bear_out_what_the_tensors_do_not_hold(stated: Callable[..., Claims]) -> None:
    facts = {"storage_dtypes": ("BF16",), "quantisation_bits": EIGHT}
    decision = RULE.check(stated("m-int8", *INT8), Case("", **facts).evidence())
    assert (decision.outcome, decision.confirmations) == (Outcome.CANNOT_TELL, ())


@pytest.mark.parametrize(
    ("name", "claims", "facts", "kind"),
    [
        ("m-bf16", BF16, {"storage_dtypes": ("F32",), "is_adapter": True}, ReasonKind.ADAPTER),
        ("m-bf16-fp8", [*BF16, (Role.PRECISION, "fp8", "fp8")], {}, ReasonKind.AMBIGUOUS_NAME),
        ("m-fp16", FP16, {"storage_dtypes": ("F32", "F16")}, ReasonKind.AMBIGUOUS_FILES),
        ("m-fp16", FP16, {"storage_dtypes": ("F16",), "formats": ("onnx", "safetensors")}, ReasonKind.AMBIGUOUS_FILES),
        ("m-fp16", FP16, {}, ReasonKind.NOT_MEASURED),
    ],
)
def test_why_it_cannot_tell(
    stated: Callable[..., Claims],
    name: str,
    claims: list[tuple[Role, str, Any]],
    facts: dict[str, Any],
    kind: ReasonKind,
) -> None:
    decision = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    assert decision.reason is not None
    assert (decision.outcome, decision.reason.kind) == (Outcome.CANNOT_TELL, kind)
    assert decision.about
