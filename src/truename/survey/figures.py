"""Figures as Vega-Lite, drawn for one column of a paper: 252 points wide, text of 7 points and more.

Colours are Okabe and Ito's, which people of every colour vision tell apart; nothing is said by colour alone. Nothing is
translucent, and all letters are of one weight: so equal figures are equal bytes as PDF too, whose renderer else orders
its parts at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt
import msgspec
import polars as pl

from truename.errors import MissingExtraError
from truename.survey.coded import ThemeCounts
from truename.survey.instrument import Instrument, Question

SKY, GREY, PALE = "#56B4E9", "#595959", "#E3E3E3"
_WIDTH = 252  # points: the column of a two-column paper
_STEP = 13  # points of one bar
_MIN_CELLS = 2  # themes that were given less often are in the table only


class Figure(msgspec.Struct, frozen=True):
    """One figure: its file's name, what it shows, and its specification."""

    name: str
    section: str
    caption: str
    specification: dict[str, Any]  # Vega-Lite


def draw_figures(instrument: Instrument, counts: pl.DataFrame, themes: Sequence[ThemeCounts]) -> tuple[Figure, ...]:
    """A figure a question with options that anybody answered, one a sheet of themes."""
    figures = []
    for question in instrument.questions:
        rows = counts.filter(pl.col("question") == question.id)
        if question.options and question.figure and rows["answered"][0]:
            figures.append(_options(question, rows))
    figures += [_themes(theme) for theme in themes if theme.themes.figure and theme.coded]
    return tuple(figures)


def write_figure(figure: Figure, folder: Path) -> str:
    """Write a figure as Vega-Lite, SVG and PDF.

    Returns:
        The SVG.

    Raises:
        MissingExtraError: the renderer is not installed.
    """
    try:
        import vl_convert
    except ModuleNotFoundError as error:
        raise MissingExtraError("drawing figures", "study") from error
    text = msgspec.json.format(msgspec.json.encode(figure.specification, order="sorted"), indent=1)
    (folder / f"{figure.name}.vl.json").write_bytes(text + b"\n")
    svg: str = vl_convert.vegalite_to_svg(figure.specification)
    (folder / f"{figure.name}.svg").write_text(svg, encoding="utf-8")
    (folder / f"{figure.name}.pdf").write_bytes(vl_convert.vegalite_to_pdf(figure.specification))
    return svg


def _options(question: Question, rows: pl.DataFrame) -> Figure:
    answered, asked = rows["answered"][0], rows["asked"][0]
    values = rows.select("label", "count", share="of_answered", low="of_answered_low", high="of_answered_high")
    if question.kind == "many":
        values = values.sort("count", descending=True, maintain_order=True)
    choices = ", several could be chosen" if question.kind == "many" else ""
    return Figure(
        question.id,
        question.section,
        f"{question.title}: share of the {answered} who answered, of {asked} asked{choices}; 95 % Wilson intervals; "
        "the number is the count.",
        _bars(
            values.to_dicts(),
            question.title,
            f"n = {answered} answered of {asked} asked",
            "Share of those who answered",
        ),
    )


def _themes(counts: ThemeCounts) -> Figure:
    kept = counts.table.filter(pl.col("answers") >= _MIN_CELLS)
    values = kept.select("label", count="answers", share="of_coded", low="of_coded_low", high="of_coded_high")
    rare = counts.table.height - kept.height
    return Figure(
        counts.themes.id,
        counts.themes.section,
        f"{counts.themes.title}: share of the {counts.coded} answers with a theme, of {counts.answers}; an answer may "
        f"have several; 95 % Wilson intervals; {rare} themes that one answer has are in the table only.",
        _bars(
            values.sort("count", descending=True, maintain_order=True).to_dicts(),
            counts.themes.title,
            f"n = {counts.coded} coded answers of {counts.answers}",
            "Share of coded answers",
        ),
    )


def _bars(values: list[dict[str, Any]], title: str, subtitle: str, axis: str) -> dict[str, Any]:
    """Horizontal bars of shares with their intervals; the counts stand at the right edge, clear of both."""
    base = alt.Chart(alt.InlineData(values=values))
    y = alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=120, ticks=False, domain=False))
    top = min(1.0, max(value["high"] or 0 for value in values) * 1.02)
    x = alt.X(
        "share:Q",
        title=axis,
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(format="%", tickCount=4, gridColor=PALE, labelFlush=False),
    )
    bars = base.mark_bar(color=SKY, height={"band": 0.66}).encode(y=y, x=x)
    interval = base.mark_rule(color="black", strokeWidth=1).encode(y=y, x="low:Q", x2="high:Q")
    ends = [
        base.mark_tick(color="black", opacity=1, thickness=1, size=5).encode(y=y, x=f"{end}:Q")
        for end in ("low", "high")
    ]
    counts = base.mark_text(align="right", dx=20, fontSize=7.5).encode(y=y, x=alt.value("width"), text="count:Q")
    chart = alt.layer(bars, interval, *ends, counts)
    return _framed(chart, title, subtitle, len(values))


def _framed(chart: alt.LayerChart | alt.FacetChart, title: str, subtitle: str, bars: int) -> dict[str, Any]:
    framed = (  # the room at the left is for a browser whose letters are wider than the renderer's
        chart.properties(
            title=alt.TitleParams(title, subtitle=subtitle, anchor="start", frame="bounds"),
            width=_WIDTH,
            height=bars * _STEP + 70,
            autosize=alt.AutoSizeParams(type="fit", contains="padding"),
            padding={"left": 8, "right": 2, "top": 2, "bottom": 2},
        )
        .configure(font="Helvetica, Arial, Liberation Sans, sans-serif", background="white")
        .configure_axis(labelFontSize=7.5, titleFontSize=7.5, titleFontWeight="normal", labelColor="black")
        .configure_title(
            fontSize=9.5,
            fontWeight="normal",
            subtitleFontWeight="normal",
            subtitleFontSize=7.5,
            offset=4,
            subtitleColor=GREY,
        )
        .configure_view(stroke=None)
    )
    specification: dict[str, Any] = framed.to_dict()
    return specification
