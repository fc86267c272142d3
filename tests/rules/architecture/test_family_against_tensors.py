"""ARC002: shared sets of tensors, types nobody knows, models of several parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.findings import Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.architecture.family_against_tensors import FamilyAgainstTensors
from truename.rules.rule import Case

RULE = FamilyAgainstTensors()


@pytest.mark.parametrize(
    ("family", "facts", "expected"),
    [
        ("llama", {"tensor_model_types": ("llama", "mistral", "qwen2")}, "clean"),
        ("bert", {"tensor_model_types": ("llama", "mistral")}, "flagged"),
        ("bert", {"tensor_model_types": ("llama", "own-code")}, "cannot_tell"),
        ("bert", {"tensor_model_types": ()}, "cannot_tell"),
        ("bert", {"tensor_model_types": ("llava",)}, "cannot_tell"),
        ("bert", {"tensor_model_types": ("llama",), "model_type": "vision-encoder-decoder"}, "cannot_tell"),
        ("bert", {"tensor_model_types": ("llama",), "is_adapter": True}, "cannot_tell"),
        ("bert", {"model_type": "llama"}, "cannot_tell"),
    ],
)
def test_families(stated: Callable[..., Claims], family: str, facts: dict[str, Any], expected: str) -> None:
    claims = stated(f"a-{family}", (Role.FAMILY, family, family))
    assert RULE.check(claims, Case("", **facts).evidence()).outcome.value == expected


def test_kin_is_worth_a_note(stated: Callable[..., Claims]) -> None:
    claims = stated("a-qwen3-vl", (Role.FAMILY, "qwen3-vl", "qwen3-vl"))
    (finding,) = RULE.check(claims, Case("", tensor_model_types=("qwen3",)).evidence()).findings
    assert finding.severity is Severity.NOTE
    assert finding.message.endswith("the tensors are those of qwen3")
