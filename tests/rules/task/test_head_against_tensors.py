"""TSK002: which classes are judged, and when a head may lie elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import ARCHITECTURES, HEAD_TENSORS, Fact, Origin
from truename.findings import Reason, ReasonKind
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.task.head_against_tensors import HeadAgainstTensors

RULE = HeadAgainstTensors()

CLASSIFIER = ("BertForSequenceClassification",)

TABLE = [
    ("m", [], {"architectures": CLASSIFIER, "head_tensors": ("classifier",)}, "confirmed"),
    ("m", [], {"architectures": CLASSIFIER, "head_tensors": ("lm_head",)}, "warning"),
    ("m", [], {"architectures": CLASSIFIER, "head_tensors": ()}, "warning"),
    ("m", [], {"architectures": CLASSIFIER, "head_tensors": ("cls.predictions", "sop_classifier")}, "warning"),
    ("m", [], {"architectures": CLASSIFIER}, "cannot_tell"),
    ("m", [], {"architectures": CLASSIFIER, "head_tensors": (), "index_missing_files": ("b",)}, "cannot_tell"),
    ("m", [], {"architectures": CLASSIFIER, "head_tensors": (), "is_adapter": True}, "cannot_tell"),
    ("m", [], {"architectures": ("BartForSequenceClassification",), "head_tensors": ("classifier",)}, "confirmed"),
    ("m", [], {"architectures": ("LlamaForTokenClassification",), "head_tensors": ("score",)}, "confirmed"),
    ("m", [], {"architectures": ("BertForMaskedLM",), "head_tensors": ()}, "does_not_apply"),
    ("m", [], {"architectures": ("XLNetForSequenceClassification",), "head_tensors": ()}, "cannot_tell"),
    ("m", [], {"architectures": ("ViTForImageClassification",), "head_tensors": ()}, "cannot_tell"),
    ("m", [], {}, "does_not_apply"),
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
        ({"architectures": CLASSIFIER}, ReasonKind.NOT_MEASURED),
        ({"architectures": CLASSIFIER, "head_tensors": (), "index_missing_files": ("b",)}, ReasonKind.UNREAD_WEIGHTS),
        ({"architectures": CLASSIFIER, "head_tensors": (), "is_adapter": True}, ReasonKind.ADAPTER),
        ({"architectures": ("XLNetForSequenceClassification",)}, ReasonKind.UNKNOWN_TO_TRUENAME),
        ({"architectures": ("BertForMaskedLM",)}, ReasonKind.OTHER_KIND_OF_MODEL),
        ({"head_tensors": ("classifier",)}, ReasonKind.NO_SUCH_FILE),
    ],
)
def test_why_nothing_is_decided(stated: Callable[..., Claims], facts: dict[str, Any], kind: ReasonKind) -> None:
    reason = RULE.check(stated("m"), Case("", **facts).evidence()).reason
    assert reason is not None
    assert reason.kind is kind


@pytest.mark.parametrize(
    ("kind", "outcome"), [(ReasonKind.NO_WEIGHTS, "does_not_apply"), (ReasonKind.UNREAD_WEIGHTS, "cannot_tell")]
)
def test_without_weights_there_is_no_head_to_miss(
    stated: Callable[..., Claims], kind: ReasonKind, outcome: str
) -> None:
    declared = Fact(ARCHITECTURES, CLASSIFIER, Origin.DECLARED)
    evidence = Evidence.of([declared], {HEAD_TENSORS: Reason(kind, "why")})
    assert RULE.check(stated("m"), evidence).outcome.value == outcome


def test_what_passed_was_measured(stated: Callable[..., Claims]) -> None:
    facts = Case("", architectures=CLASSIFIER, head_tensors=("classifier",)).evidence()
    (passed,) = RULE.check(stated("m"), facts).confirmations
    assert RULE.about_files
    assert passed.claim is None
    assert is_measured(passed)
