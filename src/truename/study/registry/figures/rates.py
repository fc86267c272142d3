"""Figures of how often names contradict what is known of their models."""

from __future__ import annotations

import altair as alt
import polars as pl

from truename.study.publication.figure import BLUE, ORANGE, PALE, TEXT, Figure, framed

_STEP = 17  # points of one line, which holds two intervals
_AROUND = 88
_MODELS, _DOWNLOADS = "of models", "of downloads"


def rates(table: pl.DataFrame, label: pl.Expr, name: str, title: str, unit: str) -> Figure | None:
    """Rates with their intervals, of models and weighted by downloads; None where nothing could be decided.

    Args:
        table: of ``tables.checks``.
        label: names a line.
        name: of the figure's file.
        title: one line over the chart.
        unit: what is decided: decisions of rules, or models.
    """
    known = table.filter(pl.col("decided") > 0).with_columns(label=label)
    if known.is_empty():
        return None
    number = [f"{decided:,}" for decided in known["decided"]]
    of = [f"{flagged:,} of {decided:,}" for flagged, decided in known.select("flagged", "decided").rows()]
    known = known.with_columns(counts=pl.Series(of, dtype=pl.String), n=pl.Series(number, dtype=pl.String))
    models = known.select("label", "counts", "n", "share", "low", "high", kind=pl.lit(_MODELS))
    weighted = known.filter(pl.col("decided_downloads") > 0).select(
        "label",
        "counts",
        "n",
        share="weighted_share",
        low="weighted_low",
        high="weighted_high",
        kind=pl.lit(_DOWNLOADS),
    )
    base = alt.Chart(alt.InlineData(values=pl.concat([models, weighted]).to_dicts()))
    axis = alt.Axis(labelLimit=112, labelPadding=7, ticks=False, domain=False)  # clear of a mark at 0
    y = alt.Y("label:N", sort=None, title=None, axis=axis)
    offset = alt.YOffset("kind:N", sort=[_MODELS, _DOWNLOADS], scale=alt.Scale(paddingOuter=0.3))
    x = alt.X(
        "share:Q",
        title="Share of decided names that are flagged",
        axis=alt.Axis(format="%", tickCount=3, gridColor=PALE, labelFlush=False),
        scale=alt.Scale(zero=True, nice=True),
    )
    kinds = [_MODELS, _DOWNLOADS]
    legend = alt.Legend(title=None, orient="top", symbolOpacity=1, symbolSize=40, offset=0)
    colour = alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[BLUE, ORANGE]), legend=legend)
    shape = alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=["circle", "diamond"]), legend=legend)
    interval = base.mark_rule(color="black").encode(y=y, yOffset=offset, x="low:Q", x2="high:Q")
    points = base.mark_point(filled=True, opacity=1, size=26).encode(
        y=y,
        yOffset=offset,
        x=x,
        color=colour,
        shape=shape,
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("kind:N", title="  "),
            alt.Tooltip("counts:N", title="flagged"),
            *(alt.Tooltip(f"{column}:Q", format=".2%") for column in ("share", "low", "high")),
        ],
    )
    room = 8 + 4.2 * max(map(len, number))
    counts = (
        base.transform_filter(alt.datum.kind == _MODELS)
        .mark_text(align="right", dx=room, fontSize=TEXT)
        .encode(y=y, x=alt.value("width"), text="n:N")
    )
    flagged, decided, cannot = (known[column].sum() for column in ("flagged", "decided", "cannot_tell"))
    return Figure(
        name,
        "checks",
        f"{title}: {flagged:,} of {decided:,} {unit} flagged; {cannot:,} more could not be decided: the registry's "
        "metadata lacks the fact, or the fact decides nothing. Numbers at the right: how many were decided. 95 % "
        "Wilson intervals; those weighted by downloads at Kish's effective number, as few models have most of the "
        "downloads.",
        framed(alt.layer(interval, points, counts), title, f"n = {decided:,} {unit}", known.height * _STEP + _AROUND),
    )
