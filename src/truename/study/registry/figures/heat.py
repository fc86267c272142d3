"""A table of shares as a figure: shaded cells with their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from truename.study.publication.figure import TEXT, WIDE, WIDTH, Specification, framed

NUMBER = "n"  # the column that says of how many
_STEP = 13  # points of a row
_AROUND = 52  # points of titles and heads
DARK = 0.7  # from which share on letters are white: there both colours of letters stand out alike
_NARROW = 13  # columns that fit into a column of a paper
SHADES = ("#ffffff", "#0b3c6f")  # one hue from light to dark: right in grey


def heat(
    values: Sequence[dict[str, Any]],
    title: str,
    subtitle: str,
    rows: Sequence[str],
    columns: Sequence[str],
    sizes: Sequence[dict[str, Any]] = (),
) -> Specification:
    """Cells shaded by their share, with the percentage in them.

    Args:
        values: one cell each: ``row``, ``column``, ``share``, ``count``, ``of``.
        title: one line over the chart.
        subtitle: what the numbers are.
        rows: the rows from above.
        columns: the columns from the left.
        sizes: ``row`` and ``of`` of rows whose n stands in a column of its own.
    """
    heads = [*columns, NUMBER] if sizes else list(columns)
    x = alt.X(
        "column:N",
        scale=alt.Scale(domain=heads),
        title=None,
        axis=alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False, labelPadding=2),
    )
    y = alt.Y(
        "row:N",
        scale=alt.Scale(domain=list(rows)),
        title=None,
        axis=alt.Axis(labelLimit=100, ticks=False, domain=False, labelPadding=2),
    )
    cells = alt.Chart(alt.InlineData(values=list(values)))
    tooltip = [
        alt.Tooltip("row:N", title=" "),
        alt.Tooltip("column:N", title="  "),
        alt.Tooltip("share:Q", format=".2%"),
        alt.Tooltip("count:Q", format=","),
        alt.Tooltip("of:Q", format=","),
    ]
    shade = alt.Color("share:Q", scale=alt.Scale(domain=[0, 1], range=list(SHADES), interpolate="rgb"), legend=None)
    squares = cells.mark_rect(stroke="white", strokeWidth=0.5).encode(x=x, y=y, color=shade, tooltip=tooltip)
    white = alt.condition(f"datum.share > {DARK}", alt.value("white"), alt.value("black"))
    numbers = (
        cells.transform_calculate(percent="format(100 * datum.share, '.0f')")
        .mark_text(fontSize=TEXT)
        .encode(x=x, y=y, text="percent:N", color=white)
    )
    layers = [squares, numbers]
    if sizes:
        of = alt.Chart(alt.InlineData(values=[{**size, "column": NUMBER} for size in sizes]))
        layers.append(of.mark_text(fontSize=TEXT).encode(x=x, y=y, text=alt.Text("of:Q", format=".2~s")))
    width = WIDTH if len(heads) <= _NARROW else WIDE
    return framed(alt.layer(*layers), title, subtitle, len(rows) * _STEP + _AROUND, width)
