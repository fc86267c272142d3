"""What every figure of a study keeps, and which figures there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
import vl_convert

from small_study import row, rows, varied
from truename.study.publication.figure import PIXELS, WIDE, WIDTH, Figure
from truename.study.registry.figures import drift, form, heat, packages, rates
from truename.study.registry.figures.draw import draw_figures
from truename.study.registry.report.sections import SECTIONS
from truename.study.registry.tables.study_tables import tabulate

TITLES = (
    "npm_high_impact",
    "list_with_a_rather_long_title_a",
    "list_with_a_rather_long_title_b",
    "WWWWWWWWWWWWWWWWWWWW",
)


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    lists = {title: pl.LazyFrame({"name": ["chalk", "left-pad", "three.2"] * 7}) for title in TITLES}
    tables = tabulate(rows(*varied(1500)), {"SIZ001": "parameter-count"}, ["SIZ001", "ARC001"], None, lists)
    return {figure.name: figure for figure in draw_figures(tables)}


def test_every_figure_has_a_place_in_the_report(figures: dict[str, Figure]) -> None:
    assert {figure.section for figure in figures.values()} <= {section.id for section in SECTIONS}
    assert {f"by_{name}" for name in ("task", "library", "owner_kind", "year", "popularity")} <= set(figures)


def test_captions_say_of_how_many(figures: dict[str, Figure]) -> None:
    assert "1,500" in figures["elements"].caption
    assert "n = 1,500" in figures["by_task"].specification["title"]["subtitle"]
    assert "187 names with a version" in figures["versions"].specification["title"]["subtitle"]
    assert "decisions of rules" in figures["rules"].specification["title"]["subtitle"]


@pytest.mark.parametrize(
    "name", ["elements", "combinations", "precedence", "length", "by_task", "drift_elements", "rules", "versions"]
)
def test_nothing_is_translucent_small_or_of_another_font(figures: dict[str, Figure], name: str) -> None:
    svg = vl_convert.vegalite_to_svg(figures[name].specification)
    assert set(re.findall(r'opacity="([^"]+)"', svg)) <= {"1"}
    assert len(set(re.findall(r'font-family="([^"]+)"', svg))) == 1
    assert min(float(size) for size in re.findall(r'font-size="([\d.]+)px"', svg)) >= 10


def test_every_figure_fills_a_column(figures: dict[str, Figure]) -> None:
    for figure in figures.values():
        svg = vl_convert.vegalite_to_svg(figure.specification)
        width = re.search(r'<svg[^>]* width="([\d.]+)"', svg)
        assert width is not None
        points = WIDE if figure.name.startswith("by_") else WIDTH
        assert float(width[1]) == pytest.approx(points * PIXELS, abs=3), figure.name


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (["models", "npm_high_impact"], ["models", "npm_high_impact"]),
        (["a_rather_long_title_1", "a_rather_long_title_2"], ["a_rather…title_1", "a_rather…title_2"]),
        (["a_rather_x_long_title", "a_rather_y_long_title"], ["1 a_rathe…_title", "2 a_rathe…_title"]),
    ],
)
def test_labels_of_lists_differ(titles: list[str], expected: list[str]) -> None:
    assert packages.short_titles(titles) == expected


def test_how_many_names_a_list_has_stands_beside_it(figures: dict[str, Figure]) -> None:
    for name in ("package_forms", "package_features"):
        text = str(figures[name].specification)
        assert "n = 1,500" in text
        assert "n = 21" in text


def test_too_few_pairs_have_no_figure() -> None:
    tables = tabulate(rows(*(row(f"n{n}", kinds="AS") for n in range(29))), {}, ["SIZ001"])
    assert "precedence" not in {figure.name for figure in draw_figures(tables)}


def test_a_snapshot_without_metadata_has_fewer_figures() -> None:
    tables = tabulate(rows(*(row(f"n-{n}", owner=None, confirmed=["NAM001"]) for n in range(5))), {}, ["SIZ001"])
    names = {figure.name for figure in draw_figures(tables)}
    assert names == {
        "elements", "conventions", "combinations", "orders", "separators", "length", "segments"
    }  # fmt: skip


def test_rare_quarters_are_not_drawn_and_are_told() -> None:
    quarters = {"2023-01-01": 500, "2023-04-01": 400, "2023-07-01": 7}
    lines: list[dict[str, Any]] = [
        {"quarter": quarter, "measure": "element", "what": "A", "label": "Architecture", "models": 3, "of": of}
        for quarter, of in quarters.items()
    ]
    table = pl.DataFrame(lines).with_columns(pl.col("quarter").str.to_date(), share=0.1, low=0.05, high=0.2)
    drawn = drift.drift(table, ("element",), "drift", "Over time")
    assert drawn is not None
    assert "900 in all, from 2023-01-01 to 2023-04-01" in drawn.caption
    assert "7 models of quarters with fewer than 100 are left out" in drawn.caption
    assert drift.drift(table.filter(pl.col("of") < 450), ("element",), "drift", "Over time") is None


def test_rules_that_decided_nothing_have_no_figure() -> None:
    tables = tabulate(rows(row("a", cannot_tell=["SIZ001"])), {}, ["SIZ001"])
    assert rates.rates(tables.rules, pl.col("code"), "rules", "By rule", "by code") is None


def test_what_could_not_be_decided_is_not_said_to_lack_a_fact() -> None:
    lines = [row("a", confirmed=["SIZ001"]), row("b", cannot_tell=["SIZ001"])]
    drawn = rates.rates(tabulate(rows(*lines), {}, ["SIZ001"]).rules, pl.col("code"), "rules", "By rule", "decisions")
    assert drawn is not None
    assert "0 of 1 decisions flagged; 1 more could not be decided" in drawn.caption


@pytest.mark.parametrize(
    ("lengths", "end"),
    [([2, 3, 5, 5, 5, 5, 5, 5, 5, 5, 5], 5), ([5] * 300 + [90], 5), ([5] * 100 + [90], 90), ([7], 7)],
)
def test_the_longest_names_that_are_not_drawn_are_few(lengths: list[int], end: int) -> None:
    tables = tabulate(rows(*(row("n" * length) for length in lengths)), {}, ["SIZ001"])
    drawn = form.distribution(tables.length, tables.quantiles, "length", "Length", "Characters")
    left = sum(length > end for length in lengths)
    assert (f"; {left} names beyond {end} are not drawn" in drawn.caption) == bool(left)
    sets = drawn.specification["datasets"].values()
    assert max(value["value"] for values in sets for value in values) == end


def test_a_caption_tells_of_no_rest_where_there_is_none() -> None:
    assert "rarer" not in form.separators(tabulate(rows(row("a")), {}, ["SIZ001"]).separators).caption


def _luminance(colour: Sequence[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_letters_stand_out_on_every_shade() -> None:
    light, dark = ([int(shade[at : at + 2], 16) for at in (1, 3, 5)] for shade in heat.SHADES)
    for share in (n / 100 for n in range(101)):
        shade = _luminance([a + (b - a) * share for a, b in zip(light, dark, strict=True)])
        letters = 1.0 if share > heat.DARK else 0.0
        assert (max(shade, letters) + 0.05) / (min(shade, letters) + 0.05) >= 4.4, share


def test_the_number_of_a_median_stands_at_the_median(figures: dict[str, Figure]) -> None:
    for chart in figures["package_forms"].specification["vconcat"]:
        numbers = [layer for layer in chart["layer"] if layer["mark"]["type"] == "text"]
        assert [layer["encoding"]["x"]["field"] for layer in numbers] == ["median"]


def test_an_axis_of_shares_ends_at_all(figures: dict[str, Figure]) -> None:
    for chart in figures["package_features"].specification["vconcat"]:
        scales = [layer["encoding"]["x"].get("scale") for layer in chart["layer"] if "field" in layer["encoding"]["x"]]
        assert {tuple(scale["domain"]) for scale in scales if scale} == {(0, 1)}
