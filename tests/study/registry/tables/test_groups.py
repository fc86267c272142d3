from __future__ import annotations

import datetime

import polars as pl
import pytest

from small_study import row, rows
from truename.study.registry.tables import drift
from truename.study.registry.tables.groups import BANDS, by_group


def groups(frame: pl.LazyFrame, dimension: str, top: int = 15) -> list[tuple[str, int]]:
    """The groups of a dimension in their order, each with its number of names."""
    dated = drift.with_periods(frame, drift.recorded_since(frame))
    table = by_group(dated, dimension, top)
    return table.select("group", "of").unique(maintain_order=True).rows()


def test_rare_groups_share_a_line_and_so_do_the_not_stated() -> None:
    tasks = ["t1"] * 3 + ["t2"] * 2 + ["t3", "t4", None]
    frame = rows(*(row(f"n{n}", task=task) for n, task in enumerate(tasks)))
    assert groups(frame, "task", top=2) == [("t1", 3), ("t2", 2), ("(others)", 2), ("(not stated)", 1)]


def test_each_group_has_its_own_shares() -> None:
    frame = rows(
        row("a", task="x", kinds="AS"),
        row("b", task="x", kinds="O", says_nothing=True, convention="other"),
        row("c", task="y", kinds="A"),
    )
    table = by_group(drift.with_periods(frame, None), "task", 5)
    found = {(line["group"], line["what"]): line["share"] for line in table.iter_rows(named=True)}
    assert (found["x", "A"], found["y", "A"], found["x", "S"], found["y", "S"]) == (0.5, 1.0, 0.5, 0.0)
    assert (found["x", "says nothing"], found["x", "other"], found["y", "implementation"]) == (0.5, 0.5, 1.0)
    assert table.height == 2 * (13 + 4 + 1)


@pytest.mark.parametrize(
    ("downloads", "band"),
    [(0, "0"), (1, "1-9"), (9, "1-9"), (10, "10-99"), (999, "100-999"), (10**12, "1M+"), (None, "(not stated)")],
)
def test_bands_of_popularity(downloads: int | None, band: str) -> None:
    assert groups(rows(row("a", downloads=downloads)), "popularity") == [(band, 1)]


def test_bands_are_in_their_order() -> None:
    frame = rows(*(row(f"n{low}", downloads=low) for low in reversed(BANDS.values())))
    assert [group for group, _ in groups(frame, "popularity")] == list(BANDS)


def test_years_begin_when_the_registry_began_to_record_them() -> None:
    first = [row(f"old{n}", created="2022-03-02") for n in range(50)]
    later = [row(f"new{n}", created=f"202{2 + n % 2}-06-{1 + n:02d}") for n in range(20)]
    frame = rows(*first, *later, row("undated"))
    assert drift.recorded_since(frame) == datetime.date(2022, 3, 2)
    assert groups(frame, "year") == [("to 2022-03-02", 50), ("2022", 10), ("2023", 10), ("(not stated)", 1)]
    quarters = drift.drift(drift.with_periods(frame, datetime.date(2022, 3, 2)))
    assert quarters.select("quarter", "of").unique(maintain_order=True).rows() == [
        (datetime.date(2022, 4, 1), 10),
        (datetime.date(2023, 4, 1), 10),
    ]


def test_an_even_registry_has_no_such_day() -> None:
    frame = rows(*(row(f"n{n}", created=f"2023-{1 + n % 12:02d}-{1 + n % 28:02d}") for n in range(80)))
    assert drift.recorded_since(frame) is None
    assert groups(frame, "year") == [("2023", 80)]


def test_nothing_is_dated() -> None:
    frame = rows(row("a"))
    assert drift.recorded_since(frame) is None
    assert drift.drift(drift.with_periods(frame, None)).is_empty()
