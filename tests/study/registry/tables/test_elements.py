from __future__ import annotations

import pytest

from small_study import row, rows
from truename.study.registry.tables import elements
from truename.study.registry.tables.profile import profile

NAMES = rows(
    row("bert-base", kinds="AS"),
    row("base-bert", kinds="SA"),
    row("bert-base-base", kinds="ASS", owner="bob"),
    row("foo", kinds="O", owner="bob", convention="other"),
    row("bar", kinds="O", owner=None, convention="other"),
)


def test_a_name_counts_once_for_each_element() -> None:
    table = elements.elements(profile(NAMES))
    found = {line["what"]: (line["models"], line["of"]) for line in table.iter_rows(named=True)}
    assert found == {**dict.fromkeys("DCVFLTRNHP", (0, 5)), "A": (3, 5), "S": (3, 5), "O": (2, 5)}
    line = table.row(0, named=True)
    assert (line["share"], line["low"], line["high"]) == pytest.approx((0.6, 0.2307, 0.8824), abs=1e-4)


def test_conventions_without_names_are_there_with_0() -> None:
    assert elements.conventions(profile(NAMES))["models"].to_list() == [3, 0, 0, 2]


def test_combinations_know_no_order_and_no_number() -> None:
    table = elements.combinations(profile(NAMES))
    assert table.select("elements", "models").rows() == [("AS", 3), ("O", 2)]


def test_orders_are_of_the_name_and_the_rest_is_one_line() -> None:
    counts = profile(NAMES)
    assert elements.orders(counts, 9).select("elements", "models").rows() == [
        ("O", 2),
        ("AS", 1),
        ("ASS", 1),
        ("SA", 1),
    ]
    assert elements.orders(counts, 2).select("elements", "models").rows() == [
        ("O", 2),
        ("AS", 1),
        ("(2 other orders)", 2),
    ]


def test_the_first_of_each_kind_decides_what_comes_first() -> None:
    table = elements.precedence(profile(NAMES)).filter(first="A", second="S")
    assert table.select("models", "of").row(0) == (2, 3)
    empty = elements.precedence(profile(NAMES)).filter(first="A", second="D")
    assert empty.select("of", "share").row(0) == (0, None)


def test_every_owner_counts_once() -> None:
    table = elements.of_owners(NAMES)
    found = {line["what"]: line["mean_share"] for line in table.iter_rows(named=True)}
    assert table["owners"].unique().to_list() == [2]  # the row without an owner is left out
    assert found["A"] == pytest.approx((1 + 1 / 2) / 2)
    assert found["O"] == pytest.approx((0 + 1 / 2) / 2)
    assert all(
        low < mean < high
        for mean, low, high in table.filter(what="A").select("mean_share", "mean_low", "mean_high").rows()
    )


def test_no_row_has_an_owner() -> None:
    assert elements.of_owners(rows(row("a", owner=None)))["mean_share"].null_count() == 13
