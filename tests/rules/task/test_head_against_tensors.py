"""TSK002: which classes are judged, and when a head may lie elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.task.head_against_tensors import HeadAgainstTensors

RULE = HeadAgainstTensors()

CLASSIFIER = ("BertForSequenceClassification",)

TABLE = [
    ("m", [], {"architectures": CLASSIFIER, "head_tensors": ("classifier",)}, "clean"),
    ("m", [], {"architectures": CLASSIFIER, "head_tensors": ("lm_head",)}, "warning"),
    ("m", [], {"architectures": CLASSIFIER, "head_tensors": ()}, "warning"),
    ("m", [], {"architectures": CLASSIFIER, "head_tensors": ("cls.predictions", "sop_classifier")}, "warning"),
    ("m", [], {"architectures": CLASSIFIER}, "cannot_tell"),
    ("m", [], {"architectures": CLASSIFIER, "head_tensors": (), "index_missing_files": ("b",)}, "cannot_tell"),
    ("m", [], {"architectures": CLASSIFIER, "head_tensors": (), "is_adapter": True}, "cannot_tell"),
    ("m", [], {"architectures": ("BartForSequenceClassification",), "head_tensors": ("classifier",)}, "clean"),
    ("m", [], {"architectures": ("LlamaForTokenClassification",), "head_tensors": ("score",)}, "clean"),
    ("m", [], {"architectures": ("BertForMaskedLM",), "head_tensors": ()}, "cannot_tell"),
    ("m", [], {"architectures": ("XLNetForSequenceClassification",), "head_tensors": ()}, "cannot_tell"),
    ("m", [], {"architectures": ("ViTForImageClassification",), "head_tensors": ()}, "cannot_tell"),
    ("m", [], {}, "cannot_tell"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict
