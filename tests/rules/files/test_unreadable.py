"""FIL001: one finding a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.files.unreadable import UnreadableFile
from truename.rules.rule import Case

RULE = UnreadableFile()

TABLE = [
    ("m", [], {}, "cannot_tell"),
    ("m", [], {"model_type": "bert"}, "clean"),
    ("m", [], {"unreadable_files": ()}, "clean"),
    ("m", [], {"unreadable_files": ("a.safetensors: is cut short",)}, "error"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict


def test_one_finding_a_file(stated: Callable[..., Claims]) -> None:
    problems = ("a.safetensors: is cut short", "config.json: is a list")
    findings = RULE.check(stated("m"), Case("", unreadable_files=problems).evidence()).findings
    assert tuple(finding.message for finding in findings) == problems
