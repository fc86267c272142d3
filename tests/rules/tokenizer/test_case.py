"""TOK001: both words, and other spellings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.tokenizer.case import TokenizerCase

RULE = TokenizerCase()

CASED = (Role.CASE, "-cased", "cased")
UNCASED = (Role.CASE, "uncased", "uncased")

TABLE = [
    ("bert-cased", [CASED], {"cased": True}, "clean"),
    ("bert-cased", [CASED], {"cased": False}, "error"),
    ("bert-uncased", [UNCASED], {"cased": False}, "clean"),
    ("bert-uncased", [UNCASED], {"cased": True}, "error"),
    ("bert-uncased-cased", [UNCASED, CASED], {"cased": True}, "cannot_tell"),
    ("bert-uncased", [UNCASED], {}, "cannot_tell"),
    ("bert", [], {"cased": True}, "cannot_tell"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict


def test_it_suggests_the_other_word(stated: Callable[..., Claims]) -> None:
    (finding,) = RULE.check(stated("bert-base-uncased-x", UNCASED), Case("", cased=True).evidence()).findings
    assert finding.suggestion == "bert-base-cased-x"
    assert finding.message == "the name says uncased; the tokenizer keeps upper case"
