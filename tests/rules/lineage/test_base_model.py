"""BAS001: several bases, local folders, families that are not known, sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.lineage.base_model import BaseModel
from truename.rules.rule import Case

RULE = BaseModel()

MISTRAL = [(Role.FAMILY, "mistral", "mistral")]
LLAMA = [(Role.FAMILY, "llama", "llama3.2")]
SEVEN = (Role.PARAMETERS, "7b", 7_000_000_000)

TABLE = [
    ("mistral-sft", MISTRAL, {"base_models": ("meta-llama/Llama-2-7b-hf",)}, "warning"),
    ("mistral-sft", MISTRAL, {"base_models": ("meta-llama/Llama-2-7b-hf",), "model_type": "mistral"}, "note"),
    ("mistral-sft", MISTRAL, {"base_models": ("a/Llama-2-7b", "mistralai/Mistral-7B-v0.1")}, "clean"),
    ("mistral-sft", MISTRAL, {"base_models": ("a/Llama-2-7b", "b/something")}, "cannot_tell"),
    ("mistral-sft", MISTRAL, {"base_models": ("mistralai/Mixtral-8x7B-v0.1",)}, "clean"),
    ("mistral-sft", MISTRAL, {"adapter_base": "/root/models/Qwen2-7B", "is_adapter": True}, "warning"),
    ("mistral-sft", MISTRAL, {"adapter_base": "/root/llama/storyteller", "is_adapter": True}, "cannot_tell"),
    ("mistral-sft", MISTRAL, {}, "cannot_tell"),
    ("bert-sft", [(Role.FAMILY, "bert", "bert")], {"base_models": ("meta-llama/Llama-2-7b-hf",)}, "cannot_tell"),
    ("llama-qwen", [*LLAMA, (Role.FAMILY, "qwen", "qwen")], {"base_models": ("Qwen/Qwen2-7B",)}, "clean"),
    ("llama-7b", [*LLAMA, SEVEN], {"adapter_base": "meta-llama/Llama-2-13b-hf", "is_adapter": True}, "warning"),
    ("llama-7b", [*LLAMA, SEVEN], {"adapter_base": "meta-llama/Llama-2-7b-hf", "is_adapter": True}, "clean"),
    ("llama-7b", [*LLAMA, SEVEN], {"base_models": ("meta-llama/Llama-2-13b-hf",)}, "clean"),
    (
        "llama-7b",
        [*LLAMA, SEVEN],
        {"base_models": ("meta-llama/Llama-2-13b-hf",), "base_model_relation": "quantized"},
        "warning",
    ),
    (
        "llama-7b-pruned",
        [*LLAMA, SEVEN],
        {"base_models": ("meta-llama/Llama-2-13b-hf",), "base_model_relation": "quantized"},
        "clean",
    ),
    ("llama-7b", [*LLAMA, SEVEN], {"base_models": ("a/Llama-3-8b",), "base_model_relation": "quantized"}, "clean"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict
