"""A figure as Vega-Lite, drawn for one column of a paper: 252 points wide, text of 7 points and more.

Colours are Okabe and Ito's, which people of every colour vision tell apart; nothing is said by colour alone. Nothing is
translucent (a label that overlaps would be hidden so), and all letters are of one font and weight: so equal figures are
equal bytes as PDF too, whose renderer else orders its parts at random.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import altair as alt
import msgspec

from truename.errors import MissingExtraError, UsageError
from truename.report.visible import visible

SKY, BLUE, ORANGE, GREY, PALE = "#56B4E9", "#0072B2", "#E69F00", "#595959", "#E3E3E3"
WIDTH = 252  # points: the column of a two-column paper
TEXT = 7.5  # points

Specification = dict[str, Any]  # Vega-Lite


class Figure(msgspec.Struct, frozen=True):
    """One figure: its file's name, what it shows, and its specification."""

    name: str
    section: str
    caption: str
    specification: Specification


def framed(
    chart: alt.LayerChart | alt.FacetChart | alt.Chart, title: str, subtitle: str | list[str], height: float
) -> Specification:
    """The specification of a chart of one view, fitted into the width of a column.

    Args:
        chart: the marks.
        title: one line over the chart.
        subtitle: what the numbers are of: how many; in one line or several.
        height: of all, titles and axes included, in points.
    """
    fitted = chart.properties(width=WIDTH, height=height, autosize=alt.AutoSizeParams(type="fit", contains="padding"))
    return styled(fitted, title, subtitle)


def styled(chart: alt.TopLevelMixin, title: str, subtitle: str | list[str]) -> Specification:
    """The specification of a chart whose views have their sizes, in the common style."""
    # the room at the left is for a browser whose letters are wider than the renderer's
    specification: Specification = (
        chart.properties(
            title=alt.TitleParams(title, subtitle=subtitle, anchor="start", frame="bounds"),
            padding={"left": 8, "right": 2, "top": 2, "bottom": 2},
        )
        .configure(font="Helvetica, Arial, Liberation Sans, sans-serif", background="white")
        .configure_axis(
            labelFontSize=TEXT,
            titleFontSize=TEXT,
            titleFontWeight="normal",
            labelColor="black",
            labelOverlap=False,
        )
        .configure_legend(labelFontSize=TEXT, titleFontSize=TEXT, titleFontWeight="normal", labelColor="black")
        .configure_header(labelFontSize=TEXT, titleFontSize=TEXT, titleFontWeight="normal", labelFontWeight="normal")
        .configure_title(
            fontSize=9.5,
            fontWeight="normal",
            subtitleFontWeight="normal",
            subtitleFontSize=TEXT,
            offset=4,
            subtitleColor=GREY,
        )
        .configure_view(stroke=None)
        .to_dict()
    )
    return specification


def write_figure(figure: Figure, folder: Path) -> str:
    """Write a figure as Vega-Lite, SVG and PDF.

    Returns:
        The SVG.

    Raises:
        UsageError: its name is a path.
        MissingExtraError: the renderer is not installed.
    """
    try:
        import vl_convert
    except ModuleNotFoundError as error:
        raise MissingExtraError("drawing figures", "study") from error
    if Path(figure.name).name != figure.name:
        raise UsageError(f"the figure '{figure.name}' cannot be written: a name of a file must not be a path")
    specification = _visible(figure.specification)
    text = msgspec.json.format(msgspec.json.encode(specification, order="sorted"), indent=1)
    (folder / f"{figure.name}.vl.json").write_bytes(text + b"\n")
    svg: str = vl_convert.vegalite_to_svg(specification)
    (folder / f"{figure.name}.svg").write_text(svg, encoding="utf-8")
    (folder / f"{figure.name}.pdf").write_bytes(vl_convert.svg_to_pdf(svg))
    return svg


def _visible(value: Any) -> Any:
    """A specification whose texts a renderer can draw: a control character in one of them ends the whole process."""
    if isinstance(value, str):
        return "\n".join(map(visible, value.split("\n")))
    if isinstance(value, dict):
        return {visible(key) if isinstance(key, str) else key: _visible(one) for key, one in value.items()}
    return list(map(_visible, value)) if isinstance(value, list | tuple) else value
