"""Horizontal bars of shares with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from truename.study.publication.figure import PALE, SKY, TEXT, Specification, framed

_STEP = 13  # points of one bar
_AROUND = 70  # points of the titles and the axis


def bars(values: Sequence[dict[str, Any]], title: str, subtitle: str, axis: str) -> Specification:
    """Bars of shares; the counts stand at the right edge, clear of bars and intervals.

    Args:
        values: one bar each, from above: ``label``, ``count``, ``share``, ``low``, ``high``.
        title: one line over the chart.
        subtitle: what the shares are of.
        axis: what the axis shows.
    """
    base = alt.Chart(alt.InlineData(values=list(values)))
    y = alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=120, ticks=False, domain=False))
    top = min(1.0, max(value["high"] or 0 for value in values) * 1.02)
    x = alt.X(
        "share:Q",
        title=axis,
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(format="%", tickCount=4, gridColor=PALE, labelFlush=False),
    )
    tooltip = [
        alt.Tooltip("label:N", title=" "),
        alt.Tooltip("count:Q", format=","),
        *(alt.Tooltip(f"{name}:Q", format=".2%") for name in ("share", "low", "high")),
    ]
    shares = base.mark_bar(color=SKY, height={"band": 0.66}).encode(y=y, x=x, tooltip=tooltip)
    interval = base.mark_rule(color="black", strokeWidth=1).encode(y=y, x="low:Q", x2="high:Q")
    ends = [
        base.mark_tick(color="black", opacity=1, thickness=1, size=5).encode(y=y, x=f"{end}:Q")
        for end in ("low", "high")
    ]
    room = 6 + 4.5 * max(len(f"{value['count']:,}") for value in values)
    counts = base.mark_text(align="right", dx=room, fontSize=TEXT).encode(
        y=y, x=alt.value("width"), text=alt.Text("count:Q", format=",")
    )
    return framed(alt.layer(shares, interval, *ends, counts), title, subtitle, len(values) * _STEP + _AROUND)
