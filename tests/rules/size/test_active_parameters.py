"""SIZ003: edges, embeddings left out, several claims."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import Fact, Origin
from truename.findings import EvidenceRef, Outcome, ReasonKind, Severity
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
    decision = RULE.check(stated("moe-A22B", CLAIM), Case("", active_parameters=round(active * B)).evidence())
    assert [f.severity for f in decision.findings] == ([severity] if severity else [])


def test_embeddings_may_be_left_out(stated: Callable[..., Claims]) -> None:
    facts = {"active_parameters": 32 * B, "parameters": 100 * B}
    assert RULE.check(stated("moe-A22B", CLAIM), Case("", **facts).evidence()).outcome is Outcome.FLAGGED
    facts["non_embedding_parameters"] = 90 * B
    assert RULE.check(stated("moe-A22B", CLAIM), Case("", **facts).evidence()).outcome is Outcome.CONFIRMED


def test_the_suggestion_keeps_the_letter(stated: Callable[..., Claims]) -> None:
    (finding,) = RULE.check(stated("moe-A22B", CLAIM), Case("", active_parameters=3_300_000_000).evidence()).findings
    assert finding.suggestion == "moe-A3.3B"
    assert finding.message == "the name says A22B; the weights hold 3.30 B parameters in use for one token"


def test_one_right_claim_of_two_is_enough(stated: Callable[..., Claims]) -> None:
    name = stated("moe-A22B-to-A3B", CLAIM, (Role.ACTIVE_PARAMETERS, "A3B", 3 * B))
    assert RULE.check(name, Case("", active_parameters=3_300_000_000).evidence()).outcome is Outcome.CONFIRMED


def declared(key: str, value: int) -> Fact:
    return Fact(key, value, Origin.DECLARED, "config.json")


def test_the_count_without_embeddings_bears_the_claim_out(stated: Callable[..., Claims]) -> None:
    facts = {"active_parameters": 32 * B, "parameters": 100 * B, "non_embedding_parameters": 90 * B}
    (one,) = RULE.check(stated("moe-A22B", CLAIM), Case("", **facts).evidence()).confirmations
    assert one.evidence == EvidenceRef(22 * B, "weights", detail="without embeddings")
    assert is_measured(one)


def test_a_declared_count_neither_confirms_nor_accuses_where_one_was_measured(stated: Callable[..., Claims]) -> None:
    name = stated("moe-A22B", CLAIM)
    lie = Evidence.of([declared("active_parameters", 22 * B), Fact("active_parameters", 5 * B, Origin.WEIGHTS)])
    assert RULE.check(name, lie).outcome is Outcome.FLAGGED
    truth = Evidence.of([declared("active_parameters", 5 * B), Fact("active_parameters", 22 * B, Origin.WEIGHTS)])
    (one,) = RULE.check(name, truth).confirmations
    assert is_measured(one)


def test_declared_embeddings_are_not_taken_from_a_measured_count(stated: Callable[..., Claims]) -> None:
    facts = [
        Fact("active_parameters", 32 * B, Origin.WEIGHTS),
        declared("parameters", 100 * B),
        declared("non_embedding_parameters", 90 * B),
    ]
    assert RULE.check(stated("moe-A22B", CLAIM), Evidence.of(facts)).outcome is Outcome.FLAGGED


def test_what_is_only_declared_gives_a_warning_or_confirms_by_declaration(stated: Callable[..., Claims]) -> None:
    name = stated("moe-A22B", CLAIM)
    (finding,) = RULE.check(name, Evidence.of([declared("active_parameters", 3 * B)])).findings
    assert finding.severity is Severity.WARNING
    (one,) = RULE.check(name, Evidence.of([declared("active_parameters", 22 * B)])).confirmations
    assert not is_measured(one)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [({"parameters": 235 * B}, ReasonKind.NOT_MEASURED), ({"is_adapter": True}, ReasonKind.ADAPTER)],
)
def test_why_it_cannot_tell(stated: Callable[..., Claims], facts: dict[str, int], kind: ReasonKind) -> None:
    decision = RULE.check(stated("moe-A22B", CLAIM), Case("", **facts).evidence())
    assert decision.outcome is Outcome.CANNOT_TELL
    assert decision.reason is not None
    assert decision.reason.kind is kind
