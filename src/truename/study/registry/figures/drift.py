"""Figures of change over time: one small chart an element, or a convention."""

from __future__ import annotations

import math

import altair as alt
import polars as pl

from truename.study.publication.figure import BLUE, GREY, PALE, TEXT, Figure, Specification, styled

_FEW = 100  # models in a quarter, of which no share is drawn
_COLUMNS = 3
_SIZE = (53, 34)  # points of one small chart
_AXIS = 26  # points of its axis: three charts with theirs fill a column
_TITLE = 10  # points over it, for its title
_YEARS = 4  # labels of its axis


def drift(table: pl.DataFrame, measures: tuple[str, ...], name: str, title: str) -> Figure | None:
    """Shares by the quarter of creation; None where fewer than two quarters have enough models.

    Args:
        table: of ``tables.drift``.
        measures: which of its measures are drawn.
        name: of the figure's file.
        title: one line over the charts.
    """
    shown = table.filter(pl.col("measure").is_in(measures) & (pl.col("of") >= _FEW))
    quarters = shown.select("quarter", "of").unique(maintain_order=True)
    if quarters.height < 2:
        return None
    total = int(quarters["of"].sum())
    left = int(table.select("quarter", "of").unique()["of"].sum()) - total
    first, last = quarters["quarter"].cast(pl.String).sort().to_list()[:: quarters.height - 1]
    few = f" {left:,} models of quarters with fewer than {_FEW} are left out." if left else ""
    return Figure(
        name,
        "drift",
        f"{title}: share of the names of the models created in a quarter, {total:,} in all, from {first} to {last}; "
        f"the grey band is the 95 % Wilson interval; each chart has its own scale, from 0.{few}",
        _panels(shown, title, f"% of names; n = {total:,} models with a date, {quarters.height} quarters"),
    )


def _panels(shown: pl.DataFrame, title: str, subtitle: str) -> Specification:
    begins = pl.col("quarter").cast(pl.String)
    values = shown.select(
        "label", "share", "low", "high", "of", count="models", quarter=begins, quarter_begins=begins
    ).to_dicts()
    years = shown["quarter"].dt.year().n_unique()
    order = shown["label"].unique(maintain_order=True).to_list()
    base = alt.Chart().encode(
        x=alt.X(
            "quarter:T",
            title=None,
            scale=alt.Scale(type="utc"),
            axis=alt.Axis(
                format="'%y",
                tickCount=alt.TimeIntervalStep(interval="year", step=math.ceil(years / _YEARS)),
                grid=False,
            ),
        )
    )
    y = alt.Y(
        "low:Q",
        title=None,
        scale=alt.Scale(zero=True),
        axis=alt.Axis(format="~%", tickCount=2, gridColor=PALE, minExtent=_AXIS, maxExtent=_AXIS),
    )
    band = base.mark_area(color="#CCCCCC", opacity=1).encode(y=y, y2="high:Q")
    line = base.mark_line(color=BLUE, strokeWidth=1.2).encode(y="share:Q")
    points = base.mark_circle(color=BLUE, size=7, opacity=1).encode(
        y="share:Q",
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("quarter_begins:N", title="quarter from"),
            alt.Tooltip("share:Q", format=".2%"),
            alt.Tooltip("count:Q", format=","),
            alt.Tooltip("of:Q", format=","),
        ],
    )
    width, height = _SIZE
    # a header would stand as high as the topmost label of its chart's axis: these stand in one line
    named = (
        alt.Chart()
        .transform_aggregate(groupby=["label"])
        .mark_text(align="right", baseline="bottom", fontSize=TEXT, color=GREY)
        .encode(x=alt.value("width"), y=alt.value(-3), text="label:N")
    )
    chart = (
        alt.layer(band, line, points, named, data=alt.InlineData(values=values))
        .properties(width=width, height=height)
        .facet(
            alt.Facet(
                "label:N",
                title=None,
                sort=order,
                header=alt.Header(labelExpr="''", labelPadding=0),
            ),
            columns=_COLUMNS,
            bounds="flush",
            spacing={"row": _TITLE + 6, "column": _AXIS + 1},
        )
        .resolve_scale(y="independent")
    )
    return styled(chart, title, subtitle)
