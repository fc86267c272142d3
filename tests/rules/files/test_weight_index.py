"""FIL002: totals, missing shards, long lists, an index that stands alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.facts import Fact, Origin
from truename.findings import ReasonKind
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.files.weight_index import WeightIndex
from truename.rules.rule import Case

RULE = WeightIndex()

READ = {"formats": ("safetensors",)}

TABLE = [
    ("m", [], {}, "does_not_apply"),
    ("m", [], {"parameters": 7_615_616_512}, "does_not_apply"),
    ("m", [], {"index_total_parameters": 7_615_616_512, "parameters": 7_615_616_512}, "confirmed"),
    ("m", [], {"index_total_parameters": 333_312, "parameters": 7_615_616_512}, "warning"),
    ("m", [], {"index_total_parameters": 7_650_000_000, "parameters": 7_615_616_512}, "confirmed"),
    (
        "m",
        [],
        {"index_total_parameters": 751_632_384, "parameters": 596_049_920, "tied_parameters": 751_632_384},
        "confirmed",
    ),
    ("m", [], {"index_total_size": 100, "total_bytes": 1_000}, "warning"),
    ("m", [], {"index_total_size": 0, "total_bytes": 1_000}, "note"),
    ("m", [], {"index_total_size": 1_030.0, "total_bytes": 1_000}, "confirmed"),
    ("m", [], {**READ, "index_missing_files": ("b",), "index_total_size": 2_000, "total_bytes": 1_000}, "error"),
    ("m", [], {**READ, "index_missing_tensors": ("a", "b")}, "error"),
    ("m", [], {**READ, "index_extra_tensors": ("a",)}, "warning"),
    ("m", [], {"index_missing_files": ("a", "b"), "tensors": 291}, "cannot_tell"),
    ("m", [], {**READ, "index_total_size": 1_000}, "cannot_tell"),
    ("m", [], {**READ, "index_missing_tensors": ()}, "confirmed"),
    ("m", [], {"index_total_size": 10, "total_bytes": Fact("total_bytes", 1_000, Origin.DECLARED)}, "cannot_tell"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    decision = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in decision.findings), key=lambda s: s.rank, default=None)
    assert (worst or decision.outcome).value == expected, decision


def test_a_missing_shard_is_reported_once(stated: Callable[..., Claims]) -> None:
    facts = {**READ, "index_missing_files": ("b",), "index_total_size": 2_000, "total_bytes": 1_000}
    assert len(RULE.check(stated("m"), Case("", **facts).evidence()).findings) == 1


def test_long_lists_are_cut(stated: Callable[..., Claims]) -> None:
    evidence = Case("", **READ, index_missing_tensors=tuple(f"t{n}" for n in range(1_000))).evidence()
    (finding,) = RULE.check(stated("m"), evidence).findings
    assert finding.message == "the weight index promises 1,000 tensors that are in no shard: t0, t1, t2 and 997 more"


def test_what_agrees_with_the_index_is_the_evidence(stated: Callable[..., Claims]) -> None:
    facts = {"index_total_parameters": 751_632_384, "parameters": 596_049_920, "tied_parameters": 751_632_384}
    (one,) = RULE.check(stated("m"), Case("", **facts).evidence()).confirmations
    assert one.claim is None
    assert one.evidence is not None
    assert (one.evidence.value, one.evidence.origin) == (751_632_384, Origin.WEIGHTS)
    assert is_measured(one)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, ReasonKind.NO_SUCH_FILE),
        ({"index_total_size": 10}, ReasonKind.UNREAD_WEIGHTS),
        ({**READ, "index_total_size": 10}, ReasonKind.NOT_MEASURED),
    ],
)
def test_why_it_does_not_decide(stated: Callable[..., Claims], facts: dict[str, Any], kind: ReasonKind) -> None:
    reason = RULE.check(stated("m"), Case("", **facts).evidence()).reason
    assert reason is not None
    assert reason.kind is kind
