from __future__ import annotations

import polars as pl
import pytest

from small_study import row, rows
from truename.study.registry.tables.checks import families, rules, verdicts

NAMES = rows(
    row("a", findings=["SIZ001", "SIZ001"], downloads=900, family="llama"),
    row("b", confirmed=["SIZ001", "NAM001"], downloads=100, family="llama"),
    row("c", confirmed=["SIZ001"], cannot_tell=["CTX001"], downloads=None, family="bert"),
    row("d", cannot_tell=["SIZ001"], downloads=50),
    row("e", confirmed=["NAM001"], downloads=50, family="t5"),
)


def lines(table: pl.DataFrame, key: str) -> dict[str, dict[str, object]]:
    return {line[key]: line for line in table.iter_rows(named=True)}


def test_a_rate_is_of_flagged_and_confirmed() -> None:
    found = lines(rules(NAMES, {"SIZ001": "parameter-count"}, ["SIZ001", "CTX001"]), "code")
    size = found["SIZ001"]
    assert (size["flagged"], size["confirmed"], size["cannot_tell"], size["decided"], size["claimed"]) == (
        1,
        2,
        1,
        3,
        4,
    )
    assert (size["share"], size["rule"]) == (pytest.approx(1 / 3), "parameter-count")
    assert (found["CTX001"]["decided"], found["CTX001"]["share"]) == (0, None)
    compares = {code: line["compares"] for code, line in found.items()}
    assert compares == {"CTX001": True, "NAM001": False, "SIZ001": True}


def test_whom_a_rule_does_not_apply_to_is_counted() -> None:
    found = lines(rules(NAMES, {}, []), "code")
    assert {code: line["does_not_apply"] for code, line in found.items()} == {"SIZ001": 1, "NAM001": 3, "CTX001": 4}


def test_every_verdict_has_a_line() -> None:
    told = [("a", "contradicted"), ("b", "not_verified"), ("c", "not_verified")]
    found = verdicts(rows(*(row(name, verdict=verdict) for name, verdict in told)))
    assert found.select("what", "models", "of").rows() == [
        ("contradicted", 1, 3),
        ("defective", 0, 3),
        ("not_verified", 2, 3),
    ]


def test_weights_are_downloads_where_they_are_stated() -> None:
    size = lines(rules(NAMES, {}, []), "code")["SIZ001"]
    assert (size["flagged_downloads"], size["decided_downloads"]) == (900, 1000)
    assert size["weighted_share"] == pytest.approx(0.9)
    assert size["weighted_effective"] == pytest.approx(1000**2 / (900**2 + 100**2), abs=0.05)
    # two models, one with nearly all downloads, say no more than one would
    assert size["weighted_high"] - size["weighted_low"] > 0.7


def test_squares_of_many_downloads_do_not_overflow() -> None:
    huge = 5 * 10**9
    table = rules(rows(*(row(f"n{n}", findings=["SIZ001"], downloads=huge) for n in range(4))), {}, [])
    assert table.select("weighted_effective", "weighted_share").row(0) == (4.0, 1.0)


def test_families_count_rules_that_compare() -> None:
    found = lines(families(NAMES, ["SIZ001", "CTX001"], top=5), "family")
    assert {name: (f["flagged"], f["confirmed"], f["cannot_tell"]) for name, f in found.items()} == {
        "llama": (1, 1, 0),
        "bert": (0, 1, 0),
        "(no family)": (0, 0, 1),
    }


def test_rare_families_share_a_line() -> None:
    table = families(NAMES, ["SIZ001", "CTX001"], top=1)
    assert table["family"].to_list() == ["llama", "(no family)", "(other families)"]


def test_nothing_was_checked() -> None:
    assert rules(rows(row("a")), {}, []).is_empty()
    assert families(rows(row("a")), ["SIZ001"], 5).is_empty()
