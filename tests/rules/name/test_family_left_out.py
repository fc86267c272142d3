"""NAM003: names that give a hold, and configurations that belong to no line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.findings import ReasonKind
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.name.family_left_out import FamilyLeftOut
from truename.rules.rule import Case

RULE = FamilyLeftOut()

SEVEN = [(Role.PARAMETERS, "7b", 7_000_000_000)]
GPT = [(Role.FAMILY, "gpt", "gpt")]

TABLE = [
    ("dolping", [], {"model_type": "mixtral", "tags": ("mixtral",)}, "flagged", None),
    ("dolping", [], {"model_type": "mixtral"}, "cannot_tell", ReasonKind.NOT_DECLARED),
    ("dolping-7b", SEVEN, {"model_type": "mixtral"}, "confirmed", None),
    ("dolping-7b", SEVEN, {"model_type": "llama"}, "confirmed", None),  # whatever the line is, the name gives a hold
    ("my-gpt", GPT, {"model_type": "mixtral", "tags": ("mixtral",)}, "flagged", None),
    ("my-gpt", GPT, {"model_type": "llama"}, "cannot_tell", ReasonKind.AMBIGUOUS_FILES),
    ("dolping", [], {"model_type": "bert"}, "does_not_apply", ReasonKind.OTHER_KIND_OF_MODEL),
    ("dolping", [], {"model_type": "somebody"}, "cannot_tell", ReasonKind.UNKNOWN_TO_TRUENAME),
    ("dolping", [], {}, "does_not_apply", ReasonKind.NO_SUCH_FILE),
]


@pytest.mark.parametrize(("name", "claims", "facts", "outcome", "kind"), TABLE)
def test_table(
    stated: Callable[..., Claims],
    name: str,
    claims: list[tuple[Role, str, Any]],
    facts: dict[str, Any],
    outcome: str,
    kind: ReasonKind | None,
) -> None:
    decision = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    assert decision.outcome.value == outcome
    assert (decision.reason.kind if decision.reason else None) is kind


def test_what_passed_is_the_declared_type(stated: Callable[..., Claims]) -> None:
    (passed,) = RULE.check(stated("dolping-7b", *SEVEN), Case("", model_type="mixtral").evidence()).confirmations
    assert passed.claim is None
    assert passed.evidence is not None
    assert passed.evidence.value == "mixtral"
    assert not is_measured(passed)
