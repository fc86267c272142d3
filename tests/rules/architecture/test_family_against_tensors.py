"""ARC002: shared sets of tensors, types nobody knows, models of several parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import IDENTIFICATION_MODEL_TYPE, TENSOR_MODEL_TYPES, Fact, Origin
from truename.findings import Reason, ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.architecture.family_against_tensors import FamilyAgainstTensors
from truename.rules.rule import Case

RULE = FamilyAgainstTensors()


@pytest.mark.parametrize(
    ("family", "facts", "expected"),
    [
        ("llama", {"tensor_model_types": ("llama", "mistral", "qwen2")}, "confirmed"),
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


def test_a_confirmation_holds_what_was_measured(stated: Callable[..., Claims]) -> None:
    claims = stated("a-bert", (Role.FAMILY, "bert", "bert"))
    for key, origin in ((TENSOR_MODEL_TYPES, Origin.WEIGHTS), (IDENTIFICATION_MODEL_TYPE, Origin.CLASSIFIER)):
        (one,) = RULE.check(claims, Evidence.of([Fact(key, ("bert", "roberta"), origin)])).confirmations
        assert is_measured(one)
        assert one.claim is not None
        assert one.claim.text == "bert"
        assert one.evidence is not None
        assert (one.evidence.value, one.evidence.origin) == (("bert", "roberta"), origin)


@pytest.mark.parametrize(
    ("facts", "kind", "open_"),
    [
        ({}, ReasonKind.NOT_MEASURED, True),
        ({"model_type": "bert"}, ReasonKind.NOT_MEASURED, False),  # the config's word decides
        ({"gguf_architecture": "bert"}, ReasonKind.NOT_MEASURED, False),
        ({"gguf_architecture": "bert", "tensor_model_types": ("gpt2",)}, ReasonKind.AMBIGUOUS_FILES, True),
        ({"tensor_model_types": ("llama", "own-code")}, ReasonKind.UNKNOWN_TO_TRUENAME, True),
        ({"tensor_model_types": ("llava",)}, ReasonKind.AMBIGUOUS_FILES, True),
        ({"is_adapter": True}, ReasonKind.ADAPTER, True),
    ],
)
def test_why_it_is_open_and_of_which_claim(
    stated: Callable[..., Claims], facts: dict[str, Any], kind: ReasonKind, open_: bool
) -> None:
    claims = stated("a-bert", (Role.FAMILY, "bert", "bert"))
    decision = RULE.check(claims, Case("", **facts).evidence())
    assert decision.outcome.value == "cannot_tell"
    assert decision.reason is not None
    assert decision.reason.kind is kind
    assert decision.about == (claims.items if open_ else ())


@pytest.mark.parametrize(
    ("kind", "outcome"), [(ReasonKind.NO_WEIGHTS, "does_not_apply"), (ReasonKind.UNREAD_WEIGHTS, "cannot_tell")]
)
def test_without_weights_there_are_no_tensors_to_compare(
    stated: Callable[..., Claims], kind: ReasonKind, outcome: str
) -> None:
    evidence = Evidence.of([], {TENSOR_MODEL_TYPES: Reason(kind, "why")})
    assert RULE.check(stated("a-bert", (Role.FAMILY, "bert", "bert")), evidence).outcome.value == outcome
