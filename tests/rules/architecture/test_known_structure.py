"""ARC004: what passes, and why nothing is decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.evidence.evidence import Evidence
from truename.facts import IDENTIFICATION_MODEL_TYPE, MODEL_TYPE, Fact, Origin
from truename.findings import Reason, ReasonKind
from truename.names.claims import Claims
from truename.rules.architecture.known_structure import KnownStructure
from truename.rules.rule import Case

RULE = KnownStructure()


def found(*types: str) -> dict[str, Any]:
    return {IDENTIFICATION_MODEL_TYPE: Fact(IDENTIFICATION_MODEL_TYPE, types, Origin.CLASSIFIER)}


@pytest.mark.parametrize(
    ("facts", "outcome", "kind"),
    [
        ({"model_type": "brand", **found("bert")}, "flagged", None),
        ({"model_type": "brand", **found(*map(str, range(13)))}, "cannot_tell", ReasonKind.AMBIGUOUS_FILES),
        ({"model_type": "brand", "gguf_architecture": "x", **found("bert")}, "cannot_tell", ReasonKind.AMBIGUOUS_FILES),
        ({"model_type": "llava_x", **found("bert")}, "cannot_tell", ReasonKind.AMBIGUOUS_FILES),
        (
            {"model_type": "brand", "is_adapter": True, **found("bert")},
            "does_not_apply",
            ReasonKind.OTHER_KIND_OF_MODEL,
        ),
        ({"model_type": "brand"}, "cannot_tell", ReasonKind.NOT_MEASURED),
        (found("bert"), "does_not_apply", ReasonKind.NO_SUCH_FILE),
    ],
)
def test_outcomes(stated: Callable[..., Claims], facts: dict[str, Any], outcome: str, kind: ReasonKind | None) -> None:
    decision = RULE.check(stated("m"), Case("", **facts).evidence())
    assert decision.outcome.value == outcome
    assert (decision.reason.kind if decision.reason else None) is kind


def test_without_weights_there_is_no_structure(stated: Callable[..., Claims]) -> None:
    missing = {IDENTIFICATION_MODEL_TYPE: Reason(ReasonKind.NO_WEIGHTS, "there is no weights file")}
    evidence = Evidence.of([Fact(MODEL_TYPE, "brand", Origin.DECLARED)], missing)
    assert RULE.check(stated("m"), evidence).outcome.value == "does_not_apply"


def test_a_known_type_passes(stated: Callable[..., Claims]) -> None:
    (passed,) = RULE.check(stated("m"), Case("", model_type="bert", **found("gpt2")).evidence()).confirmations
    assert passed.claim is None
    assert passed.evidence is not None
    assert passed.evidence.value == "bert"
