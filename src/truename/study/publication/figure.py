"""A figure as Vega-Lite, drawn for one column of a paper: 252 points wide, text of 7.5 points and more.

Figures are laid out in points and drawn in pixels, four for three points: the smallest letters are 10 pixels high.

Colours are Okabe and Ito's, which people of every colour vision tell apart; nothing is said by colour alone. Nothing is
translucent (a label that overlaps would be hidden so), and all letters are of one font and weight: so equal figures are
equal bytes as PDF too, whose renderer else orders its parts at random.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import altair as alt
import msgspec

from truename.errors import MissingExtraError, UsageError
from truename.report.visible import visible

SKY, BLUE, ORANGE, GREY, PALE = "#56B4E9", "#0072B2", "#E69F00", "#595959", "#E3E3E3"
WIDTH = 252  # points: the column of a two-column paper
WIDE = 360  # points: what does not fit into it
TEXT = 7.5  # points
PIXELS = 4 / 3  # of a point

Specification = dict[str, Any]  # Vega-Lite


class Figure(msgspec.Struct, frozen=True):
    """One figure: its file's name, what it shows, and its specification."""

    name: str
    section: str
    caption: str
    specification: Specification


def framed(
    chart: alt.LayerChart | alt.FacetChart | alt.Chart,
    title: str,
    subtitle: str | list[str],
    height: float,
    width: float = WIDTH,
) -> Specification:
    """The specification of a chart of one view, fitted into the width of a column.

    Args:
        chart: the marks.
        title: one line over the chart.
        subtitle: what the numbers are of: how many; in one line or several.
        height: of all, titles and axes included, in points.
        width: of all, in points.
    """
    fitted = chart.properties(width=width, height=height, autosize=alt.AutoSizeParams(type="fit", contains="padding"))
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
    drawn: Specification = _in_pixels(specification)
    return drawn


# numbers of a specification that are lengths and areas, whatever they are in
_LENGTHS = frozenset((
    "width", "height", "fontSize", "labelFontSize", "titleFontSize", "subtitleFontSize", "dx", "dy", "offset",
    "labelPadding", "labelOffset", "titlePadding", "labelLimit", "minExtent", "maxExtent", "strokeWidth", "thickness",
    "spacing", "left", "right", "top", "bottom", "row", "column",
))  # fmt: skip
_AREAS = frozenset(("size", "symbolSize"))
_DATA = frozenset(("data", "datasets", "domain", "range", "scale"))


def _in_pixels(value: Any, key: str = "", mark: str = "") -> Any:
    """The same with every length in pixels, where it was in points, and with the areas of marks to match.

    Args:
        value: a specification, or a part of one.
        key: under which it stands.
        mark: what kind of mark it is of.
    """
    if isinstance(value, dict):
        mark = value.get("type", mark) if key == "mark" else mark
        return {k: one if k in _DATA else _in_pixels(one, k, mark) for k, one in value.items()}
    if isinstance(value, list):
        return [_in_pixels(one, "", mark) for one in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if key in _LENGTHS or (key in _AREAS and mark == "tick"):
        return round(value * PIXELS, 3)
    return round(value * PIXELS**2, 3) if key in _AREAS else value


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
    (folder / f"{figure.name}.pdf").write_bytes(vl_convert.svg_to_pdf(_in_points(svg)))
    return svg


def _in_points(svg: str) -> str:
    """A figure whose size is given in points, which is what a page of a PDF takes it for."""
    return _SIZE.sub(lambda found: f'{found[1]}="{float(found[2]) / PIXELS:g}"', svg, count=2)


_SIZE = re.compile(r'(?<=\s)(width|height)="([\d.]+)"')  # the first two are of the whole figure


def _visible(value: Any) -> Any:
    """A specification whose texts a renderer can draw: a control character in one of them ends the whole process."""
    if isinstance(value, str):
        return "\n".join(map(visible, value.split("\n")))
    if isinstance(value, dict):
        return {visible(key) if isinstance(key, str) else key: _visible(one) for key, one in value.items()}
    return list(map(_visible, value)) if isinstance(value, list | tuple) else value
