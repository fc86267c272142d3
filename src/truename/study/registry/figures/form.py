"""Figures of what names look like: separators, length, words."""

from __future__ import annotations

import altair as alt
import polars as pl

from truename.study.publication.bars import bars
from truename.study.publication.figure import PALE, SKY, Figure, framed
from truename.study.registry.figures.names import names

_SHOWN = 10
_HEIGHT = 150  # points
_TAIL = 0.995  # of the names are drawn at least; the longest few would squeeze the rest


def separators(table: pl.DataFrame) -> Figure:
    """The signs between words."""
    shown = table.head(_SHOWN)
    of = table["of"][0]
    left = table.height - shown.height
    rarer = f"; {left:,} rarer sets of signs are in the table only" if left else ""
    return Figure(
        "separators",
        "form",
        f"Signs between the words of a name: share of {of:,} names that use exactly these; 95 % Wilson intervals; the "
        f"number is the count{rarer}.",
        bars(
            shown.select("label", "share", "low", "high", count="models").to_dicts(),
            "Signs between words",
            names(of),
            "Share of names with exactly these signs",
        ),
    )


def distribution(table: pl.DataFrame, quantiles: pl.DataFrame, name: str, title: str, axis: str) -> Figure:
    """How many names have each value."""
    line = quantiles.filter(pl.col("measure") == name).row(0, named=True)
    of = line["models"]
    end = table.filter(table["models"].cum_sum() >= _TAIL * of)["value"][0]
    shown = table.filter(pl.col("value") <= end)
    longer = of - shown["models"].sum()
    values = shown.select("value", count="models", share=pl.col("models") / of).to_dicts()
    chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar(color=SKY, stroke="white", strokeWidth=0.25)
        .encode(
            x=alt.X(
                "start:Q", title=axis, axis=alt.Axis(grid=False, tickMinStep=1), scale=alt.Scale(nice=False, zero=False)
            ),
            x2="end:Q",
            y2=alt.datum(0),
            y=alt.Y("share:Q", title="Share of names", axis=alt.Axis(format=".0%", tickCount=4, gridColor=PALE)),
            tooltip=[
                alt.Tooltip("value:Q", title=axis),
                alt.Tooltip("count:Q", format=","),
                alt.Tooltip("share:Q", format=".2%"),
            ],
        )
        .transform_calculate(start="datum.value - 0.5", end="datum.value + 0.5")
    )
    median = alt.Chart(alt.InlineData(values=[{"value": line["median"]}])).mark_rule(color="black").encode(x="value:Q")
    rest = f"; {longer:,} names beyond {end} are not drawn" if longer else ""
    return Figure(
        name,
        "form",
        f"{title} of {of:,} names: median {line['median']} (the line), half of them from {line['p25']} to "
        f"{line['p75']}, nine of ten from {line['p5']} to {line['p95']}, longest {line['max']}{rest}.",
        framed(alt.layer(chart, median), title, f"{names(of)}, median {line['median']}", _HEIGHT),
    )
