"""The report: one HTML file that needs no other; its charts are drawn by Vega, which it holds."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import vl_convert

from truename import __version__
from truename.study.publication.figure import Figure
from truename.study.publication.html_page import template
from truename.study.registry.manifest import Settings
from truename.study.registry.report.sections import SECTIONS, shown
from truename.study.registry.tables.sameness import EQUAL
from truename.study.registry.tables.study_tables import Tables

if TYPE_CHECKING:
    from truename.study.survey import Analysis

_PAGE = Path(__file__).with_name("page.html")
# what stands in the place of a section's tables where the snapshot lacks what they are of
NOTHING_TO_COMPARE = "The snapshot says nothing of its models that a name could be compared with."
_STATED = ("owner", "owner_kind", "library", "task", "created", "downloads", "likes", "model_type", "parameters")
NEEDS = {
    "groups": "The snapshot states no task, library, kind of owner, time or downloads of any model.",
    "drift": "The snapshot states too few times of creation to show how names change.",
}


def page(tables: Tables, figures: Sequence[Figure], settings: Settings, survey: Analysis | None, skipped: Path) -> str:
    """The report of a study.

    Args:
        tables: of ``tabulate``.
        figures: of ``draw_figures``.
        settings: what the rows were made of.
        survey: what preference was taken from.
        skipped: the table of what has no row; it need not be there.
    """
    return template(_PAGE).render(
        title=f"Names of models in {settings.snapshot}",
        overview=tables.overview.row(0, named=True),
        key=_key_numbers(tables),
        sections=list(_sections(tables, figures)),
        specifications={figure.name: figure.specification for figure in figures},
        stated=_stated(tables),
        settings=settings,
        survey=survey,
        skips=_skips(skipped),
        version=__version__,
        vega=f"Vega {vl_convert.get_vega_version()}, Vega-Lite, Vega-Embed {vl_convert.get_vega_embed_version()}",
        libraries=vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"),
    )


def _sections(tables: Tables, figures: Sequence[Figure]) -> list[dict[str, Any]]:
    found = []
    for section in SECTIONS:
        own = [figure for figure in figures if figure.section == section.id]
        drawn = {figure.name for figure in own}
        # groups of which the snapshot says nothing have no figure, and their table would say nothing either
        wanted = [view for view in section.views if section.id != "groups" or view.table in drawn]
        views = [view for view in (shown(view, tables) for view in wanted) if view and view["groups"]]
        text = section.text
        if section.id == "checks" and not tables.rules.filter("compares")["decided"].sum():
            own, views, text = [], [], NOTHING_TO_COMPARE
        if section.id in NEEDS and not own and not views:
            text = NEEDS[section.id]
        elif not (own or views or text is NOTHING_TO_COMPARE):
            continue
        found.append({"id": section.id, "title": section.title, "text": text, "figures": own, "views": views})
    return found


def _key_numbers(tables: Tables) -> list[tuple[str, str]]:
    """What a reader wants first: a number and what it is of."""
    overview = tables.overview.row(0, named=True)
    models = overview["models"]

    def part(count: int, of: int) -> str:
        return f"{100 * count / of:.1f} %" if of else "-"

    first = tables.conventions.sort("models", descending=True).row(0, named=True)
    found = [
        (f"{models:,}", "models"),
        (f"{overview['owners']:,}", "owners"),
        (part(first["models"], models), f"follow the convention “{first['what']}”, the most frequent"),
        (part(overview["says_nothing"], models), "have a name that says nothing"),
        (part(overview["with_version"], models), "have a version in their name"),
    ]
    compared = tables.rules.filter("compares")
    flagged, decided = (int(compared[name].sum()) for name in ("flagged", "decided"))
    if decided:
        found.append((part(flagged, decided), f"of {decided:,} decided checks contradict the name"))
    equal = tables.sharing.row(by_predicate=pl.col("what") == EQUAL, named=True)
    if equal["of"]:
        found.append((part(equal["models"], equal["of"]), "share their name with another owner's model"))
    return found


def _stated(tables: Tables) -> list[tuple[str, int]]:
    """Of how many models the snapshot states what; empty where it has nothing but names."""
    overview = tables.overview.row(0, named=True)
    found = [(name, int(overview[f"with_{name}"])) for name in _STATED]
    return found if any(models for name, models in found if name != "owner") else []


def _skips(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
