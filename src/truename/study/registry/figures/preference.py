"""Figures of what people want beside what names have."""

from __future__ import annotations

import altair as alt
import polars as pl

from truename.study.publication.figure import BLUE, ORANGE, PALE, TEXT, Figure, framed

_STEP = 16
_AROUND = 88
_SIGNIFICANT = 0.05
_LINE = 10  # of a subtitle
_UNTESTED = "The question is of no preference: the shares are not tested against each other."
_OF_ONE = (
    " A participant could choose several and a name follows one: shares of participants add up to more than 100 %, "
    "those of names do not, and a part of each difference comes from that."
)
_WANTED, _FOUND = "participants", "names"


def preference(table: pl.DataFrame) -> Figure:
    """One question: for each thing the share that wants it, the share of names with it, and their difference."""
    first = table.row(0, named=True)
    tested = first["preference"]
    of_one = first["several"] and first["measure"] == "convention"
    ranked = table.sort("difference" if tested else "wanted_share", descending=True, maintain_order=True)
    stars = pl.when(pl.col("p_holm") < _SIGNIFICANT).then(pl.lit("*")).otherwise(pl.lit(""))
    points = pl.col("difference") * 100
    gap = pl.format(
        "{}{}{}", pl.when(points > 0).then(pl.lit("+")).otherwise(pl.lit("")), points.round(0).cast(pl.Int64), stars
    )
    ranked = ranked.with_columns(gap=gap.fill_null(""))
    wanted = ranked.select(
        "label", "gap", share="wanted_share", low="wanted_low", high="wanted_high", kind=pl.lit(_WANTED)
    )
    found = ranked.select("label", "gap", "share", "low", "high", kind=pl.lit(_FOUND))
    base = alt.Chart(alt.InlineData(values=pl.concat([wanted, found]).to_dicts()))
    y = alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=112, ticks=False, domain=False))
    x = alt.X(
        "share:Q",
        title="Share of participants, share of names",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", tickCount=5, gridColor=PALE, labelFlush=False),
    )
    kinds = [_WANTED, _FOUND]
    legend = alt.Legend(title=None, orient="top", offset=0, symbolOpacity=1, symbolSize=40)
    between = alt.Chart(alt.InlineData(values=ranked.select("label", "share", "wanted_share").to_dicts()))
    link = between.mark_rule(color="#BBBBBB", strokeWidth=3).encode(y=y, x="share:Q", x2="wanted_share:Q")
    interval = base.mark_rule(color="black").encode(y=y, x="low:Q", x2="high:Q")
    marks = base.mark_point(filled=True, opacity=1, size=32, stroke="black", strokeWidth=0.5).encode(
        y=y,
        x=x,
        fill=alt.Fill("kind:N", scale=alt.Scale(domain=kinds, range=[ORANGE, BLUE]), legend=legend),
        shape=alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=["diamond", "circle"]), legend=legend),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("kind:N", title="  "),
            *(alt.Tooltip(f"{column}:Q", format=".2%") for column in ("share", "low", "high")),
        ],
    )
    gaps = (
        base.transform_filter(alt.datum.kind == _WANTED)
        .mark_text(align="right", dx=24, fontSize=TEXT)
        .encode(y=y, x=alt.value("width"), text="gap:N")
    )
    number = f"n = {first['answered']} participants, {first['of']:,} names"
    remarks = ["several could be chosen; a name follows one"] if of_one else []
    remarks += [] if tested else ["no preference: side by side, not tested"]
    return Figure(
        f"preference_{first['question']}",
        "preference",
        f"Share of the {first['answered']} participants who answered and chose it, and share of "
        f"{first['of']:,} names that have it; 95 % Wilson intervals. {_compared(table) if tested else _UNTESTED}"
        f"{_OF_ONE if of_one else ''}",
        framed(
            alt.layer(link, interval, marks, gaps),
            f"{first['title']}, and names",
            [number, *remarks],
            table.height * _STEP + _AROUND + len(remarks) * _LINE,
        ),
    )


def _compared(table: pl.DataFrame) -> str:
    return (
        f"At the right the difference in points; * marks what differs at {_SIGNIFICANT:.0%} (score test, "
        f"Holm-corrected for {table.height} comparisons)."
    )
