from __future__ import annotations

import polars as pl
import pytest

from small_study import row, rows
from truename.study.registry.tables import form


def test_separators_are_sets_of_signs() -> None:
    table = form.separators(
        rows(
            row("a", separators=""),
            row("a-b_c", separators="-_"),
            row("a_b-c", separators="_-"),
            row("b-c", separators="--"),
        )
    )
    assert table.select("separators", "label", "models").rows() == [
        ("-_", "- _", 2),
        ("", "none", 1),
        ("-", "hyphen -", 1),
    ]


def test_a_quantile_is_the_smallest_value_that_reaches_its_share() -> None:
    counts = pl.DataFrame({"value": [1, 2, 10], "models": [4, 15, 1]})
    line = form.quantile_line("length", counts).row(0, named=True)
    assert [line[name] for name in form.QUANTILES] == [1, 1, 2, 2, 2, 2, 10]
    assert line["mean"] == pytest.approx(44 / 20)


def test_quantiles_of_nothing() -> None:
    empty = pl.DataFrame(schema={"value": pl.Int64, "models": pl.Int64})
    line = form.quantile_line("length", empty).row(0, named=True)
    assert (line["models"], line["median"], line["mean"]) == (0, None, None)


def test_distribution() -> None:
    table = form.distribution(rows(row("abc"), row("abd"), row("a")), "length")
    assert table.rows() == [(1, 1), (3, 2)]
