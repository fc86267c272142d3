"""ARC003: types that share tensors, parts of a model, and what is not known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import MODEL_TYPE, TENSOR_MODEL_TYPES, Fact, Origin
from truename.findings import Reason, ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.architecture.model_type_against_tensors import ModelTypeAgainstTensors
from truename.rules.rule import Case

RULE = ModelTypeAgainstTensors()


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"model_type": "xlm-roberta", "tensor_model_types": ("bert", "xlm_roberta")}, "confirmed"),
        ({"model_type": "clip_text_model", "tensor_model_types": ("clip",)}, "confirmed"),
        ({"model_type": "bert", "tensor_model_types": ("gpt2",)}, "flagged"),
        ({"model_type": "own-code", "tensor_model_types": ("gpt2",)}, "cannot_tell"),
        ({"model_type": "llava", "tensor_model_types": ("clip",)}, "cannot_tell"),
        ({"model_type": "bert", "tensor_model_types": ("llava",)}, "cannot_tell"),
        ({"model_type": "bert", "tensor_model_types": ("gpt2",), "is_adapter": True}, "does_not_apply"),
        ({"model_type": "bert", "tensor_model_types": ("gpt2",), "diffusers_class": "X"}, "cannot_tell"),
        ({"model_type": "bert", "tensor_model_types": ()}, "cannot_tell"),
        ({"model_type": 7, "tensor_model_types": ("gpt2",)}, "does_not_apply"),
    ],
)
def test_types(stated: Callable[..., Claims], facts: dict[str, Any], expected: str) -> None:
    assert RULE.check(stated(""), Case("", **facts).evidence()).outcome.value == expected


def test_a_part_of_the_model_may_agree(stated: Callable[..., Claims]) -> None:
    outer = Fact("model_type", "gpt2", Origin.DECLARED, "config.json", "model_type")
    inner = Fact("model_type", "bert", Origin.DECLARED, "config.json", "text_config.model_type")
    tensors = Fact("tensor_model_types", ("bert",), Origin.CLASSIFIER)
    assert RULE.check(stated(""), Evidence.of([outer, inner, tensors])).outcome.value == "confirmed"


def test_no_part_of_the_name_is_blamed(stated: Callable[..., Claims]) -> None:
    (finding,) = RULE.check(
        stated("bert"), Case("", model_type="bert", tensor_model_types=("gpt2",)).evidence()
    ).findings
    assert finding.claim is None
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"model_type": "own-code", "tensor_model_types": ("gpt2",)}, ReasonKind.UNKNOWN_TO_TRUENAME),
        ({"model_type": "llava", "tensor_model_types": ("clip",)}, ReasonKind.AMBIGUOUS_FILES),
        ({"model_type": "bert", "tensor_model_types": ("gpt2",), "is_adapter": True}, ReasonKind.OTHER_KIND_OF_MODEL),
        ({"model_type": "bert", "tensor_model_types": ("gpt2",), "gguf_architecture": "x"}, ReasonKind.AMBIGUOUS_FILES),
        ({"model_type": "bert"}, ReasonKind.NOT_MEASURED),
        ({"tensor_model_types": ("gpt2",)}, ReasonKind.NO_SUCH_FILE),
    ],
)
def test_why_nothing_is_decided(stated: Callable[..., Claims], facts: dict[str, Any], kind: ReasonKind) -> None:
    reason = RULE.check(stated(""), Case("", **facts).evidence()).reason
    assert reason is not None
    assert reason.kind is kind


@pytest.mark.parametrize(
    ("missing", "kind", "outcome"),
    [
        (TENSOR_MODEL_TYPES, ReasonKind.NO_WEIGHTS, "does_not_apply"),
        (TENSOR_MODEL_TYPES, ReasonKind.UNREAD_WEIGHTS, "cannot_tell"),
        (MODEL_TYPE, ReasonKind.NOT_DECLARED, "does_not_apply"),
        (MODEL_TYPE, ReasonKind.UNREAD_FILE, "cannot_tell"),
    ],
)
def test_an_absent_file_is_not_a_broken_one(
    stated: Callable[..., Claims], missing: Any, kind: ReasonKind, outcome: str
) -> None:
    there = {MODEL_TYPE: "bert", TENSOR_MODEL_TYPES: ("bert",)}
    facts = [Fact(key, value, Origin.DECLARED) for key, value in there.items() if key != missing]
    decision = RULE.check(stated(""), Evidence.of(facts, {missing: Reason(kind, "why")}))
    assert decision.outcome.value == outcome
    assert decision.reason is not None
    assert decision.reason.text == "why"
    assert decision.reason.kind is {ReasonKind.NOT_DECLARED: ReasonKind.NO_SUCH_FILE}.get(kind, kind)


def test_it_is_a_check_of_the_files(stated: Callable[..., Claims]) -> None:
    assert RULE.about_files
    facts = Case("", model_type="bert", tensor_model_types=("bert",)).evidence()
    (passed,) = RULE.check(stated("bert"), facts).confirmations
    assert passed.claim is None
    assert passed.evidence is not None
    assert passed.evidence.value == ("bert",)
    assert is_measured(passed)
