"""Figures of names of models beside names of packages."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import polars as pl

from truename.study.publication.figure import BLUE, GREY, PALE, SKY, TEXT, Figure, styled

_MEASURES = {"length": "Characters", "words": "Words"}
_MARGIN, _INNER = 84, 158  # points of the labels and of a chart without them: together a column
_LINE = 26  # points of one list, whose label has two lines
_HALF = 4  # points from the middle of two lines to that of the first
_LONGEST = 16  # characters of a list's title in a label
_EDGE = 5  # points at the right of an axis, for half of its last label
_NUMBER = 34  # points at the right of bars, for their numbers
_ABOVE = 9  # points from the middle of a box to that of the number over its median


def forms(table: pl.DataFrame) -> Figure:
    """Length and words: half of the names in the box, nine of ten on the line."""
    labelled = _labelled(table, "models")
    charts = [_boxes(labelled.filter(pl.col("measure") == measure), title) for measure, title in _MEASURES.items()]
    return Figure(
        "package_forms",
        "packages",
        "Length of names in characters and in words, each a run of letters and digits: median, half of the names "
        f"(box), nine of ten (line); the number is the median. n = {_sizes(table, 'models')}.",
        styled(alt.vconcat(*charts, spacing=4), "Length of names", _subtitle(table, "models")),
    )


def short_titles(titles: Sequence[str]) -> list[str]:
    """Titles cut in their middle to what a label can hold; numbered where that makes two of them alike."""
    cut = [_cut(title, _LONGEST) for title in titles]
    if len(set(cut)) == len(cut):
        return cut
    return [f"{number} {_cut(title, _LONGEST - 2)}" for number, title in enumerate(titles, 1)]


def _cut(title: str, longest: int) -> str:
    if len(title) <= longest:
        return title
    tail = (longest - 1) // 2
    return f"{title[: longest - 1 - tail]}…{title[-tail:]}"


def _labelled(table: pl.DataFrame, of: str) -> pl.DataFrame:
    """A table with the label of each list: its title and how many names it has, on two lines."""
    titles = table["list"].unique(maintain_order=True).to_list()
    title = pl.col("list").replace_strict(titles, short_titles(titles), return_dtype=pl.String)
    number = pl.Series([f"{count:,}" for count in table[of]], dtype=pl.String)
    return table.with_columns(line=pl.format("{}\nn = {}", title, number))


def _each(table: pl.DataFrame, of: str) -> list[tuple[str, int]]:
    return table.select("list", of).unique(subset="list", keep="first", maintain_order=True).rows()


def _sizes(table: pl.DataFrame, of: str) -> str:
    """How many names each list has, for a caption."""
    return ", ".join(f"{number:,} {title}" for title, number in _each(table, of))


def _subtitle(table: pl.DataFrame, of: str) -> str:
    lists = _each(table, of)
    return f"n = {sum(number for _, number in lists):,} names in {len(lists)} lists"


def _boxes(table: pl.DataFrame, title: str) -> alt.LayerChart | alt.FacetChart:
    base = alt.Chart(alt.InlineData(values=table.to_dicts()))
    y = _lists()
    end = max(table["p95"])
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
    number = base.mark_text(fontSize=TEXT, dy=-_ABOVE).encode(y=y, x="median:Q", text="median:Q")
    return alt.layer(line, box, median, number).properties(width=_INNER - _EDGE, height=_LINE * table.height)


def _lists() -> alt.Y:
    """The lists from above, in a margin of one width for every chart."""
    axis = alt.Axis(
        labelExpr="split(datum.label, '\\n')",
        labelLimit=_MARGIN - 4,
        labelPadding=4,
        labelOffset=-_HALF,
        minExtent=_MARGIN,
        maxExtent=_MARGIN,
        ticks=False,
        domain=False,
    )
    return alt.Y("line:N", sort=None, title=None, axis=axis)


def features(table: pl.DataFrame) -> Figure:
    """Names with digits, numbers, versions, list by list."""
    base = alt.Chart(alt.InlineData(values=_labelled(table, "of").to_dicts()))
    number_of_lists = table["list"].n_unique()
    y = _lists()
    x = alt.X(
        "share:Q",
        title=None,
        axis=alt.Axis(format="%", values=[0, 0.5, 1], gridColor=PALE, labelFlush=False),
        scale=alt.Scale(domain=[0, 1]),
    )
    tooltip = [alt.Tooltip("list:N"), alt.Tooltip("models:Q", format=","), alt.Tooltip("share:Q", format=".2%")]
    share = base.mark_bar(color=BLUE, height=8).encode(y=y, x=x, tooltip=tooltip)
    interval = base.mark_rule(color="black").encode(y=y, x="low:Q", x2="high:Q")
    number = base.mark_text(fontSize=TEXT, align="right", dx=_NUMBER).encode(
        y=y, x=alt.value("width"), text=alt.Text("share:Q", format=".1%")
    )
    charts = []
    for label in table["label"].unique(maintain_order=True):
        own = alt.layer(share, interval, number).transform_filter(alt.datum.label == label)
        charts.append(
            own.properties(
                width=_INNER - _NUMBER,
                height=_LINE * number_of_lists,
                title=alt.TitleParams(label, fontSize=TEXT, offset=2),
            )
        )
    return Figure(
        "package_features",
        "packages",
        "Names with a digit, with a number as a word of its own, with a version; 95 % Wilson intervals. "
        f"n = {_sizes(table, 'of')}.",
        styled(alt.vconcat(*charts, spacing=4), "Numbers in names", f"Share of names; {_subtitle(table, 'of')}"),
    )
