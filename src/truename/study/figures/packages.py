"""Figures of names of models beside names of packages."""

from __future__ import annotations

import altair as alt
import polars as pl

from truename.publication.figure import BLUE, GREY, PALE, SKY, TEXT, Figure, styled

_MEASURES = {"length": "Characters", "words": "Words"}
_MARGIN, _INNER = 62, 170  # points of the labels and of a chart without them
_ROOM = 1.18  # times the longest bar, for its number


def forms(table: pl.DataFrame) -> Figure:
    """Length and words: half of the names in the box, nine of ten on the line."""
    charts = [_boxes(table.filter(pl.col("measure") == measure), title) for measure, title in _MEASURES.items()]
    sizes = table.filter(pl.col("measure") == "length").select("list", "models").rows()
    of = ", ".join(f"{models:,} {title}" for title, models in sizes)
    return Figure(
        "package_forms",
        "packages",
        "Length of names in characters and in words, each a run of letters and digits: median, half of the names "
        f"(box), nine of ten (line). n = {of}.",
        styled(alt.vconcat(*charts, spacing=4), "Length of names", f"n = {of}"),
    )


def _boxes(table: pl.DataFrame, title: str) -> alt.LayerChart | alt.FacetChart:
    base = alt.Chart(alt.InlineData(values=table.to_dicts()))
    y = _lists()
    end = _ROOM * max(table["p95"])
    line = base.mark_rule(color=GREY).encode(
        y=y,
        x=alt.X(
            "p5:Q",
            title=title,
            axis=alt.Axis(tickCount=5, gridColor=PALE),
            scale=alt.Scale(domain=[0, end], nice=False),
        ),
        x2="p95:Q",
    )
    tooltip = [alt.Tooltip("list:N"), *(alt.Tooltip(f"{q}:Q") for q in ("p5", "p25", "median", "p75", "p95", "max"))]
    box = base.mark_bar(color=SKY, height=9).encode(y=y, x="p25:Q", x2="p75:Q", tooltip=tooltip)
    median = base.mark_tick(color="black", thickness=1.5, size=11, opacity=1).encode(y=y, x="median:Q")
    number = base.mark_text(fontSize=TEXT, align="left", dx=4).encode(y=y, x="p95:Q", text="median:Q")
    return alt.layer(line, box, median, number).properties(width=_INNER, height=16 * table.height)


def _lists() -> alt.Y:
    """The lists from above, in a margin of one width for every chart."""
    axis = alt.Axis(labelLimit=_MARGIN - 4, minExtent=_MARGIN, maxExtent=_MARGIN, ticks=False, domain=False)
    return alt.Y("list:N", sort=None, title=None, axis=axis)


def features(table: pl.DataFrame) -> Figure:
    """Names with digits, numbers, versions, list by list."""
    base = alt.Chart(alt.InlineData(values=table.to_dicts()))
    titles = table["list"].unique(maintain_order=True).to_list()
    y = _lists()
    x = alt.X(
        "share:Q",
        title=None,
        axis=alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1], gridColor=PALE, labelFlush=False),
        scale=alt.Scale(domain=[0, _ROOM]),
    )
    tooltip = [alt.Tooltip("list:N"), alt.Tooltip("models:Q", format=","), alt.Tooltip("share:Q", format=".2%")]
    share = base.mark_bar(color=BLUE, height=8).encode(y=y, x=x, tooltip=tooltip)
    interval = base.mark_rule(color="black").encode(y=y, x="low:Q", x2="high:Q")
    number = base.mark_text(fontSize=TEXT, align="left", dx=4).encode(
        y=y, x="high:Q", text=alt.Text("share:Q", format=".1%")
    )
    charts = []
    for label in table["label"].unique(maintain_order=True):
        own = alt.layer(share, interval, number).transform_filter(alt.datum.label == label)
        charts.append(
            own.properties(width=_INNER, height=13 * len(titles), title=alt.TitleParams(label, fontSize=TEXT, offset=2))
        )
    of = ", ".join(
        f"{models:,} {title}" for title, models in table.select("list", "of").unique(maintain_order=True).rows()
    )
    return Figure(
        "package_features",
        "packages",
        f"Names with a digit, with a number as a word of its own, with a version; 95 % Wilson intervals. n = {of}.",
        styled(alt.vconcat(*charts, spacing=4), "Numbers in names", f"Share of names; n = {of}"),
    )
