"""CFG002, CFG003 and CFG005: storage and positions as declared and as stored."""

from __future__ import annotations

from typing import Any

import pytest

from truename.facts import QUANTISATION_BITS, QUANTISATION_METHOD, Fact, Origin
from truename.findings import Outcome, Severity
from truename.names import claims_of, parse_name
from truename.rules.config.dtype import ConfigDtype
from truename.rules.config.quantisation import ConfigQuantisation
from truename.rules.rule import Case, Decision, Rule


def decide(rule: Rule, **facts: Any) -> Decision:
    return rule.check(claims_of(parse_name("some-model")), Case("some-model", **facts).evidence())


def quantised(measured: tuple[str, float], method: str, bits: float, **facts: Any) -> Decision:
    return decide(
        ConfigQuantisation(),
        quantisation_method=[measured[0], Fact(QUANTISATION_METHOD, method, Origin.DECLARED)],
        quantisation_bits=[measured[1], Fact(QUANTISATION_BITS, bits, Origin.DECLARED)],
        **facts,
    )


@pytest.mark.parametrize("method", ["fp8", "mxfp4", "compressed-tensors", "torchao", "mlx", "modelopt"])
def test_methods_that_may_leave_weights_as_they_are_accuse_nobody(method: str) -> None:
    assert quantised(("none", 16), method, 4, storage_dtypes=("BF16",)).outcome is Outcome.CANNOT_TELL


def test_widths_that_may_differ_between_layers_accuse_nobody() -> None:
    assert quantised(("mlx", 8), "mlx", 4, storage_dtypes=("U32", "BF16")).outcome is Outcome.CANNOT_TELL


def test_eight_bits_beside_four_accuse_nobody() -> None:
    mixed = ("F8_E4M3", "U8", "BF16")  # most weights in 8 bits, some in 4
    assert quantised(("fp8", 8), "modelopt", 4, storage_dtypes=mixed).outcome is Outcome.CANNOT_TELL


@pytest.mark.parametrize("method", ["awq", "gptq"])
def test_a_loader_that_looks_for_packed_tensors_fails(method: str) -> None:
    decision = quantised(("none", 16), method, 4, storage_dtypes=("F16",))
    assert [f.severity for f in decision.findings] == [Severity.ERROR]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "half"])
def test_another_dtype_is_a_note(dtype: str) -> None:
    stored = "BF16" if dtype == "float32" else "F32"
    decision = decide(ConfigDtype(), compute_dtype=dtype, storage_dtypes=(stored,))
    assert [f.severity for f in decision.findings] == [Severity.NOTE]
