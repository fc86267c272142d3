"""Figures of what names hold: elements, conventions, combinations, orders."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from truename.study.publication.bars import bars
from truename.study.publication.figure import PALE, SKY, TEXT, Figure, Specification, styled
from truename.study.registry.figures.heat import heat
from truename.study.registry.labels import labels

_SHOWN = 15  # bars
_FEW = 30  # names, of which no share is drawn
_MATRIX = 106  # points of the columns of letters
_STEP = 13


def key() -> str:
    """What the letters stand for, for a caption."""
    return ", ".join(f"{letter} {name.lower()}" for letter, name in labels().elements.items())


def names(models: int) -> str:
    """What shares are of, for a subtitle."""
    return f"n = {models:,} names of models"


def elements(table: pl.DataFrame) -> Figure:
    """The frequency of each element, the most frequent first."""
    ranked = table.sort("models", descending=True, maintain_order=True)
    return _bars(ranked, "elements", "elements", "Elements in names", "Share of names that have the element")


def conventions(table: pl.DataFrame) -> Figure:
    """The frequency of each convention."""
    return _bars(table, "conventions", "elements", "Naming conventions", "Share of names that follow it")


def orders(table: pl.DataFrame) -> Figure:
    """The most frequent orders of elements."""
    shown = table.filter(~pl.col("elements").str.starts_with("(")).head(_SHOWN)
    spaced = shown.with_columns(label=pl.col("elements").str.split("").list.join(" "))
    figure = _bars(spaced, "orders", "order", f"The {shown.height} most frequent orders", "Share of names")
    part = shown["share"].sum()
    return Figure(
        figure.name,
        figure.section,
        f"{figure.caption} Together they are {100 * part:.1f} % of the names. Letters as they follow each other in a "
        f"name: {key()}.",
        figure.specification,
    )


def _bars(table: pl.DataFrame, name: str, section: str, title: str, axis: str) -> Figure:
    of = table["of"][0]
    values = table.select("label", "share", "low", "high", count="models").to_dicts()
    caption = f"{title}: {axis[:1].lower()}{axis[1:]}, of {of:,}; 95 % Wilson intervals; the number is the count."
    return Figure(name, section, caption, bars(values, title, names(of), axis))


def combinations(table: pl.DataFrame) -> Figure:
    """The most frequent sets of elements as a matrix of dots with a bar each."""
    shown = table.head(_SHOWN).with_row_index("rank")
    of = table["of"][0]
    title = f"The {shown.height} most frequent combinations"
    dots = [
        {"rank": row["rank"], "letter": letter, "there": letter in row["elements"]}
        for row in shown.iter_rows(named=True)
        for letter in labels().elements
    ]
    values = shown.select("rank", "elements", "share", "low", "high", count="models").to_dicts()
    part = shown["share"].sum()
    return Figure(
        "combinations",
        "order",
        f"Combinations of elements, whatever their order and number: share of {of:,} names; 95 % Wilson intervals; the "
        f"number is the count. Together they are {100 * part:.1f} % of the names; {table.height:,} combinations occur. "
        f"{key()}.",
        _matrix(dots, values, title, names(of)),
    )


def _matrix(dots: list[dict[str, Any]], values: list[dict[str, Any]], title: str, subtitle: str) -> Specification:
    height = len(values) * _STEP
    y = alt.Y("rank:O", axis=None)
    letters = alt.X(
        "letter:N",
        sort=None,
        title=None,
        axis=alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False, labelPadding=2),
    )
    base = alt.Chart(alt.InlineData(values=dots)).encode(x=letters, y=y)
    absent = base.mark_circle(size=9, color=PALE, opacity=1)
    there = base.mark_circle(size=34, color="black", opacity=1).transform_filter("datum.there")
    grid = alt.layer(absent, there).properties(width=_MATRIX, height=height)
    chart = alt.Chart(alt.InlineData(values=values))
    top = max(value["high"] for value in values)
    x = alt.X(
        "share:Q",
        title="Share of names",
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(format=".0%", tickCount=4, gridColor=PALE, labelFlush=False),
    )
    tooltip = [alt.Tooltip("elements:N"), alt.Tooltip("count:Q", format=","), alt.Tooltip("share:Q", format=".2%")]
    shares = chart.mark_bar(color=SKY, height={"band": 0.66}).encode(y=y, x=x, tooltip=tooltip)
    interval = chart.mark_rule(color="black").encode(y=y, x="low:Q", x2="high:Q")
    count = chart.mark_text(align="right", fontSize=TEXT, dx=32).encode(
        y=y, x=alt.value("width"), text=alt.Text("count:Q", format=",")
    )
    right = alt.layer(shares, interval, count).properties(width=92, height=height)
    return styled(alt.hconcat(grid, right, spacing=6), title, subtitle)


def precedence(table: pl.DataFrame) -> Figure | None:
    """Which element comes first, pair by pair; None where no pair has enough names."""
    known = table.filter(pl.col("of") >= _FEW)
    if known.is_empty():
        return None
    other = known.select(
        "of",
        first="second",
        second="first",
        share=1 - pl.col("share"),
        models=pl.col("of") - pl.col("models"),
        low=1 - pl.col("high"),
        high=1 - pl.col("low"),
    )
    both = pl.concat([known.select(other.columns), other])
    place = both.group_by("first").agg(pl.col("share").mean()).sort(["share", "first"], descending=[True, False])
    order = place["first"].to_list()
    return Figure(
        "precedence",
        "order",
        "Of the names that have both elements, in how many of a hundred the first of the row's comes before the "
        f"first of the column's. Pairs that fewer than {_FEW} names have are left out. {key()}.",
        heat(
            both.select(row="first", column="second", share="share", count="models", of="of").to_dicts(),
            "Which element comes first",
            "% of names with both in which the row's comes before the column's",
            order,
            order,
        ),
    )
