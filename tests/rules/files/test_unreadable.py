"""FIL001: one finding a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.findings import ReasonKind
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.files.unreadable import UnreadableFile
from truename.rules.rule import Case

RULE = UnreadableFile()

TABLE = [
    ("m", [], {}, "does_not_apply"),
    ("m", [], {"model_type": "bert"}, "does_not_apply"),
    ("m", [], {"model_type": "bert", "bytes_read": 900}, "confirmed"),
    ("m", [], {"formats": ("mlmodel",)}, "cannot_tell"),
    ("m", [], {"tensors": 199}, "confirmed"),
    ("m", [], {"unreadable_files": "a.safetensors: is cut short"}, "error"),
    ("m", [], {"unreadable_files": "config.json: is a list", "tensors": 199}, "error"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    decision = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in decision.findings), key=lambda s: s.rank, default=None)
    assert (worst or decision.outcome).value == expected, decision


def test_one_finding_a_file(stated: Callable[..., Claims]) -> None:
    problems = ["a.safetensors: is cut short", "config.json: is a list"]
    findings = RULE.check(stated("m"), Case("", unreadable_files=problems).evidence()).findings
    assert [finding.message for finding in findings] == problems
    assert [finding.evidence and finding.evidence.value for finding in findings] == problems


def test_weights_that_were_not_read_are_not_called_sound(stated: Callable[..., Claims]) -> None:
    decision = RULE.check(stated("m"), Case("", formats=("mlmodel",), model_type="bert").evidence())
    assert decision.reason is not None
    assert decision.reason.kind is ReasonKind.UNREAD_WEIGHTS
