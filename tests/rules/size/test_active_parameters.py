"""SIZ003: edges, embeddings left out, several claims."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from truename.findings import Outcome, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.size.active_parameters import ActiveParameters

B = 10**9
RULE = ActiveParameters()
CLAIM = (Role.ACTIVE_PARAMETERS, "A22B", 22 * B)


@pytest.mark.parametrize(
    ("active", "severity"),
    [
        (22.0, None),
        (27.5, None),
        (27.6, Severity.NOTE),
        (16.5, None),
        (16.4, Severity.NOTE),
        (44.0, Severity.NOTE),
        (44.1, Severity.WARNING),
        (88.0, Severity.WARNING),
        (88.1, Severity.ERROR),
        (5.4, Severity.ERROR),
    ],
)
def test_the_edges(stated: Callable[..., Claims], active: float, severity: Severity | None) -> None:
    verdict = RULE.check(stated("moe-A22B", CLAIM), Case("", active_parameters=round(active * B)).evidence())
    assert [f.severity for f in verdict.findings] == ([severity] if severity else [])


def test_embeddings_may_be_left_out(stated: Callable[..., Claims]) -> None:
    facts = {"active_parameters": 32 * B, "parameters": 100 * B}
    assert RULE.check(stated("moe-A22B", CLAIM), Case("", **facts).evidence()).outcome is Outcome.FLAGGED
    facts["non_embedding_parameters"] = 90 * B
    assert RULE.check(stated("moe-A22B", CLAIM), Case("", **facts).evidence()).outcome is Outcome.CLEAN


def test_the_suggestion_keeps_the_letter(stated: Callable[..., Claims]) -> None:
    (finding,) = RULE.check(stated("moe-A22B", CLAIM), Case("", active_parameters=3_300_000_000).evidence()).findings
    assert finding.suggestion == "moe-A3.3B"
    assert finding.message == "the name says A22B; the weights hold 3.30 B parameters in use for one token"


def test_one_right_claim_of_two_is_enough(stated: Callable[..., Claims]) -> None:
    name = stated("moe-A22B-to-A3B", CLAIM, (Role.ACTIVE_PARAMETERS, "A3B", 3 * B))
    assert RULE.check(name, Case("", active_parameters=3_300_000_000).evidence()).outcome is Outcome.CLEAN
