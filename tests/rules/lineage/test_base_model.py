"""BAS001: several bases, local folders, families that are not known, sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import BASE_MODELS
from truename.findings import Reason, ReasonKind
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.lineage.base_model import BaseModel
from truename.rules.rule import Case, does_not_apply

RULE = BaseModel()

MISTRAL = [(Role.FAMILY, "mistral", "mistral")]
LLAMA = [(Role.FAMILY, "llama", "llama3.2")]
SEVEN = (Role.PARAMETERS, "7b", 7_000_000_000)

TABLE = [
    ("mistral-sft", MISTRAL, {"base_models": ("meta-llama/Llama-2-7b-hf",)}, "warning"),
    ("mistral-sft", MISTRAL, {"base_models": ("meta-llama/Llama-2-7b-hf",), "model_type": "mistral"}, "note"),
    ("mistral-sft", MISTRAL, {"base_models": ("a/Llama-2-7b", "mistralai/Mistral-7B-v0.1")}, "confirmed"),
    ("mistral-sft", MISTRAL, {"base_models": ("a/Llama-2-7b", "b/something")}, "cannot_tell"),
    ("mistral-sft", MISTRAL, {"base_models": ("mistralai/Mixtral-8x7B-v0.1",)}, "confirmed"),
    ("mistral-sft", MISTRAL, {"adapter_base": "/root/models/Qwen2-7B", "is_adapter": True}, "warning"),
    ("mistral-sft", MISTRAL, {"adapter_base": "/root/llama/storyteller", "is_adapter": True}, "cannot_tell"),
    ("mistral-sft", MISTRAL, {}, "does_not_apply"),
    ("mistral-sft", MISTRAL, {"is_adapter": True}, "cannot_tell"),
    ("bert-sft", [(Role.FAMILY, "bert", "bert")], {"base_models": ("meta-llama/Llama-2-7b-hf",)}, "does_not_apply"),
    ("llama-qwen", [*LLAMA, (Role.FAMILY, "qwen", "qwen")], {"base_models": ("Qwen/Qwen2-7B",)}, "confirmed"),
    ("llama-7b", [*LLAMA, SEVEN], {"adapter_base": "meta-llama/Llama-2-13b-hf", "is_adapter": True}, "warning"),
    ("llama-7b", [*LLAMA, SEVEN], {"adapter_base": "meta-llama/Llama-2-7b-hf", "is_adapter": True}, "confirmed"),
    ("llama-7b", [*LLAMA, SEVEN], {"base_models": ("meta-llama/Llama-2-13b-hf",)}, "confirmed"),
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
        "confirmed",
    ),
    ("llama-7b", [*LLAMA, SEVEN], {"base_models": ("a/Llama-3-8b",), "base_model_relation": "quantized"}, "confirmed"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, ReasonKind.NOT_DECLARED),
        ({"base_models": ("somebody/something",)}, ReasonKind.UNKNOWN_TO_TRUENAME),
    ],
)
@pytest.mark.parametrize("adapter", [False, True])
def test_a_family_stays_open_where_only_the_base_could_bear_it_out(
    stated: Callable[..., Claims], facts: dict[str, Any], kind: ReasonKind, adapter: bool
) -> None:
    """A whole model that declares no base claims none, and its own files can bear the family out."""
    claims = stated("mistral-bert", *MISTRAL, (Role.FAMILY, "bert", "bert"))
    decision = RULE.check(claims, Case("", is_adapter=adapter, **facts).evidence())
    if not adapter and not facts:
        assert decision == does_not_apply(ReasonKind.NO_SUCH_FILE, "no base model is declared")
        return
    assert decision.outcome.value == "cannot_tell"
    assert decision.reason is not None
    assert decision.reason.kind is kind
    assert [claim.value for claim in decision.about or ()] == (["mistral"] if adapter else [])


def test_a_broken_card_is_the_reason(stated: Callable[..., Claims]) -> None:
    broken = Reason(ReasonKind.UNREAD_FILE, "README.md: has front matter that no line '---' ends")
    decision = RULE.check(stated("mistral", *MISTRAL), Evidence.of([], {BASE_MODELS: broken}))
    assert decision.reason == broken


def test_a_confirmation_names_the_base_that_bears_it_out(stated: Callable[..., Claims]) -> None:
    claims = stated("llama-qwen", *LLAMA, (Role.FAMILY, "qwen", "qwen"))
    facts = {"adapter_base": "somebody/storyteller", "base_models": ("somebody/storyteller", "Qwen/Qwen2-7B")}
    (one,) = RULE.check(claims, Case("", **facts).evidence()).confirmations
    assert one.claim is not None
    assert one.claim.text == "qwen"
    assert one.evidence is not None
    assert one.evidence.value == facts["base_models"]
    assert not is_measured(one)


def test_a_wrong_size_leaves_the_family_confirmed(stated: Callable[..., Claims]) -> None:
    facts = Case("", adapter_base="meta-llama/Llama-2-13b-hf", is_adapter=True).evidence()
    decision = RULE.check(stated("llama-7b", *LLAMA, SEVEN), facts)
    assert [f.claim.text for f in decision.findings if f.claim] == ["7b"]
    assert [c.claim.text for c in decision.confirmations if c.claim] == ["llama"]
