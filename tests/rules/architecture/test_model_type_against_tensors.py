"""ARC003: types that share tensors, parts of a model, and what is not known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.evidence.evidence import Evidence
from truename.facts import Fact, Origin
from truename.findings import Severity
from truename.names.claims import Claims
from truename.rules.architecture.model_type_against_tensors import ModelTypeAgainstTensors
from truename.rules.rule import Case

RULE = ModelTypeAgainstTensors()


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"model_type": "xlm-roberta", "tensor_model_types": ("bert", "xlm_roberta")}, "clean"),
        ({"model_type": "clip_text_model", "tensor_model_types": ("clip",)}, "clean"),
        ({"model_type": "bert", "tensor_model_types": ("gpt2",)}, "flagged"),
        ({"model_type": "own-code", "tensor_model_types": ("gpt2",)}, "cannot_tell"),
        ({"model_type": "llava", "tensor_model_types": ("clip",)}, "cannot_tell"),
        ({"model_type": "bert", "tensor_model_types": ("llava",)}, "cannot_tell"),
        ({"model_type": "bert", "tensor_model_types": ("gpt2",), "is_adapter": True}, "cannot_tell"),
        ({"model_type": "bert", "tensor_model_types": ("gpt2",), "diffusers_class": "X"}, "cannot_tell"),
        ({"model_type": "bert", "tensor_model_types": ()}, "cannot_tell"),
        ({"model_type": 7, "tensor_model_types": ("gpt2",)}, "cannot_tell"),
    ],
)
def test_types(stated: Callable[..., Claims], facts: dict[str, Any], expected: str) -> None:
    assert RULE.check(stated(""), Case("", **facts).evidence()).outcome.value == expected


def test_a_part_of_the_model_may_agree(stated: Callable[..., Claims]) -> None:
    outer = Fact("model_type", "gpt2", Origin.DECLARED, "config.json", "model_type")
    inner = Fact("model_type", "bert", Origin.DECLARED, "config.json", "text_config.model_type")
    tensors = Fact("tensor_model_types", ("bert",), Origin.CLASSIFIER)
    assert RULE.check(stated(""), Evidence.of([outer, inner, tensors])).outcome.value == "clean"


def test_no_part_of_the_name_is_blamed(stated: Callable[..., Claims]) -> None:
    (finding,) = RULE.check(
        stated("bert"), Case("", model_type="bert", tensor_model_types=("gpt2",)).evidence()
    ).findings
    assert finding.claim is None
    assert finding.severity is Severity.ERROR
