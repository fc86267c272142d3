"""TOK001: both words, and other spellings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.findings import ReasonKind
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.tokenizer.case import TokenizerCase

RULE = TokenizerCase()

CASED = (Role.CASE, "-cased", "cased")
UNCASED = (Role.CASE, "uncased", "uncased")

TABLE = [
    ("bert-cased", [CASED], {"cased": True}, "confirmed"),
    ("bert-cased", [CASED], {"cased": False}, "error"),
    ("bert-uncased", [UNCASED], {"cased": False}, "confirmed"),
    ("bert-uncased", [UNCASED], {"cased": True}, "error"),
    ("bert-uncased-cased", [UNCASED, CASED], {"cased": True}, "cannot_tell"),
    ("bert-uncased", [UNCASED], {}, "cannot_tell"),
    ("bert", [], {"cased": True}, "does_not_apply"),
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


def test_every_word_is_confirmed_by_the_tokenizer(stated: Callable[..., Claims]) -> None:
    other = (Role.CASE, "-uncased", "uncased")
    decision = RULE.check(stated("uncased-bert-uncased", UNCASED, other), Case("", cased=False).evidence())
    assert [one.claim.text for one in decision.confirmations if one.claim] == ["uncased", "-uncased"]
    assert [(one.evidence.value, is_measured(one)) for one in decision.confirmations if one.evidence] == [
        (False, False)
    ] * 2


@pytest.mark.parametrize(
    ("claims", "facts", "kind"),
    [
        ([UNCASED, CASED], {"cased": True}, ReasonKind.AMBIGUOUS_NAME),
        ([UNCASED], {}, ReasonKind.NOT_DECLARED),
        ([], {}, ReasonKind.NO_CLAIM),
    ],
)
def test_why_nothing_is_decided(
    stated: Callable[..., Claims], claims: list[tuple[Role, str, Any]], facts: dict[str, Any], kind: ReasonKind
) -> None:
    reason = RULE.check(stated("bert-uncased-cased", *claims), Case("", **facts).evidence()).reason
    assert reason is not None
    assert reason.kind is kind
