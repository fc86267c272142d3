"""The sections of a report: what each says, and which tables it shows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import msgspec
import polars as pl

from truename.study.publication.html_page import percent
from truename.study.registry.tables.study_tables import Tables

_MEASURES = {"length": "characters", "segments": "words", "element_counts": "elements"}
_ROWS = 40  # lines of a table in the report; the file has all


class Column(msgspec.Struct, frozen=True):
    """A column as the report shows it: its head, and the table's column or the prefix of a share's three."""

    head: str
    name: str
    is_share: bool = False
    is_number: bool = False  # as a text


class View(msgspec.Struct, frozen=True):
    """A table as the report shows it."""

    table: str
    title: str
    columns: tuple[Column, ...]
    open: bool = False  # else it is folded, as a figure shows the same
    by: str | None = None  # column whose value stands once, over the lines that share it


class Section(msgspec.Struct, frozen=True):
    """One section: figures name it by its id."""

    id: str
    title: str
    text: str
    views: tuple[View, ...] = ()


def _counted(first: str, name: str, of: str = "of") -> tuple[Column, ...]:
    return (Column(first, name), Column("Models", "models"), Column("Of", of), Column("Share, 95 %", "", True))


_PUBLISHED = Column("As published", "published_text", is_number=True)
_GROUPED = _counted("What", "label")
_ENDED = (
    Column("Flagged", "flagged"),
    Column("Confirmed", "confirmed"),
    Column("Cannot tell", "cannot_tell"),
    Column("Flagged of decided, 95 %", "", True),
    Column("By downloads, 95 %", "weighted_", True),
    Column("Effective n", "weighted_effective"),
)
_COMPARED = (
    Column("What", "label"),
    Column("Chose it", "chose_text", is_number=True),
    Column("Of answered, 95 %", "wanted_", True),
    Column("Of names, 95 %", "", True),
    Column("Difference, 95 %", "difference_text", is_number=True),
    Column("p, Holm", "p_text", is_number=True),
)
_QUANTILES = tuple(
    Column(head, name)
    for head, name in (
        ("5 %", "p5"),
        ("25 %", "p25"),
        ("Median", "median"),
        ("75 %", "p75"),
        ("95 %", "p95"),
        ("Longest", "max"),
        ("Mean", "mean"),
    )
)

SECTIONS = (
    Section(
        "elements",
        "Elements and conventions",
        "A name is read into naming elements. A name has an element if any part of it is read so. Where every owner "
        "counts once, an owner of thousands of models that a program named weighs as much as one with a single model. "
        "As published is the practice of the study that this one repeats: of 14,178 names, for conventions of 8,744, "
        "as a language model read them.",
        (
            View("elements", "Elements", (*_counted("Element", "label"), _PUBLISHED)),
            View(
                "elements_of_owners",
                "Elements where every owner counts once",
                (
                    Column("Element", "label"),
                    Column("Owners", "owners"),
                    Column("Mean share, 95 %", "mean_", True),
                ),
            ),
            View("conventions", "Conventions", (*_counted("Convention", "label"), _PUBLISHED)),
        ),
    ),
    Section(
        "order",
        "Combinations and order",
        "A combination is the set of kinds of elements that a name has; an order is their sequence as written.",
        (
            View("combinations", "Combinations", _counted("Elements", "elements")),
            View("orders", "Orders", _counted("Order", "elements")),
        ),
    ),
    Section(
        "form",
        "Form",
        "Words are what stands between signs; a point between digits parts none.",
        (
            View("separators", "Signs between words", _counted("Signs", "label")),
            View("quantiles", "Length", (Column("Of a name", "measure"), Column("Names", "models"), *_QUANTILES)),
        ),
    ),
    Section(
        "groups",
        "By task, library, owner, year and popularity",
        "Groups as the snapshot states them; models of which it does not are a group of their own.",
        tuple(
            View(f"by_{name}", f"By {title}", _GROUPED, by="group")
            for name, title in (
                ("task", "task"),
                ("library", "library"),
                ("owner_kind", "kind of owner"),
                ("year", "year of creation"),
                ("popularity", "downloads"),
            )
        ),
    ),
    Section(
        "drift",
        "Drift over time",
        "By the quarter in which a model was created. Models that were there when the registry began to record times "
        "have no date of their own and are left out.",
    ),
    Section(
        "checks",
        "Inconsistent names",
        "A rule compares a claim of the name with what the registry's metadata says; no weights are read. It ends "
        "flagged, confirmed or, where the fact is missing or decides nothing, cannot tell; it does not apply where the "
        "name makes no such claim. Rates are of flagged and confirmed. A model is contradicted where a finding at "
        "warning or error is against its name, defective where one is against its files alone; all others are not "
        "verified, since only weights can verify a name. Rules that check no claim are in the table by rule only.",
        (
            View("verdicts", "Verdicts by metadata", _counted("Verdict", "label")),
            View("rules", "By rule", (Column("Code", "code"), Column("Rule", "rule"), *_ENDED), open=True),
            View("families", "By family", (Column("Family", "family"), *_ENDED)),
        ),
    ),
    Section(
        "versions",
        "Versions",
        "Models of one owner whose names differ in nothing but the version are a series. A version has a predecessor "
        "where the series holds an earlier one.",
        (
            View("versions", "Predecessors", _counted("Version", "label")),
            View(
                "version_forms", "How versions are written", (*_counted("Form", "form"), Column("Example", "example"))
            ),
        ),
    ),
    Section(
        "sameness",
        "Names that say nothing, names that are shared",
        "Signs and case aside, the same name given by several owners is a near-duplicate.",
        (
            View("sharing", "Models whose name another owner's model has", _counted("", "label"), open=True),
            View(
                "shared_names",
                "Names of most owners",
                tuple(
                    Column(head, name)
                    for head, name in (
                        ("Name, normalised", "key"),
                        ("Models", "models"),
                        ("Owners", "owners"),
                        ("Spellings", "spellings"),
                    )
                ),
            ),
            View(
                "says_nothing",
                "Names that say nothing, most frequent",
                (Column("Name, normalised", "key"), Column("Models", "models"), Column("Owners", "owners")),
            ),
        ),
    ),
    Section(
        "preference",
        "Preference and practice",
        "What participants of the survey chose beside what names have. Where they could choose several conventions, "
        "their shares add up to more than 100 %, and those of names, each of which follows one, do not: a part of each "
        "difference comes from that, and its test does not tell it apart. What a participant would notice is no "
        "preference: the shares stand side by side, without a test. Differences are of independent shares, with "
        "Newcombe's intervals and score tests corrected by Holm within each question. Names of one owner are alike, so "
        "the interval of names is narrower than it should be; that of participants decides.",
        (View("preference", "Differences", _COMPARED, open=True, by="title"),),
    ),
    Section(
        "packages",
        "Against traditional packages",
        "All lists are read by the same patterns and not by the grammar of model names; of scoped names, the name "
        "counts. Entropies are of equally many names of each list: the more bits, the less can be foreseen.",
        (
            View("package_features", "Numbers in names", (Column("List", "list"), *_counted("Names with", "label"))),
            View(
                "package_forms",
                "Length",
                (Column("List", "list"), Column("Of a name", "measure"), Column("Names", "models"), *_QUANTILES),
            ),
            View(
                "package_entropy",
                "Entropy in bits",
                tuple(
                    Column(head, name)
                    for head, name in (
                        ("List", "list"),
                        ("Names", "names"),
                        ("Of a character", "character"),
                        ("Of a character, the one before known", "next_character"),
                        ("Of a word", "word"),
                        ("Different words", "distinct"),
                    )
                ),
                open=True,
            ),
        ),
    ),
)


def shown(view: View, tables: Tables) -> dict[str, Any] | None:
    """A view as the template takes it; None without its table.

    Its groups are pairs of a heading (None: there is none) and lines; a line's cell is a text, its interval (empty:
    none) and whether it is a number.
    """
    table = tables.named().get(view.table)
    if table is None:
        return None
    numeric = [
        column.is_share or column.is_number or (column.name in table.columns and table[column.name].dtype.is_numeric())
        for column in view.columns
    ]
    rows = _readable(table).head(_ROWS).to_dicts()
    groups = [
        (heading, [_line(view.columns, numeric, row) for row in lines])
        for heading, lines in groupby(rows, lambda row: None if view.by is None else row[view.by])
    ]
    return {
        "file": f"tables/{view.table}.csv",
        "title": view.title,
        "open": view.open,
        "heads": [(column.head, number) for column, number in zip(view.columns, numeric, strict=True)],
        "groups": groups,
        "left": table.height - len(rows),
    }


def _readable(table: pl.DataFrame) -> pl.DataFrame:
    """A table with the texts of columns that are not shown as they are."""
    if "difference" in table.columns:
        points = [
            "-" if d is None else f"{100 * d:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"
            for d, low, high in table.select("difference", "difference_low", "difference_high").iter_rows()
        ]
        p = [_p(value) for value in table["p_holm"]]
        return table.with_columns(
            chose_text=pl.format("{} of {}", "wanted", "answered"),
            difference_text=pl.Series(points, dtype=pl.String),
            p_text=pl.Series(p, dtype=pl.String),
        )
    if "published" in table.columns:
        published = ["-" if share is None else f"{100 * share:.1f} %" for share in table["published"]]
        return table.with_columns(published_text=pl.Series(published, dtype=pl.String))
    if "median" in table.columns:
        return table.with_columns(pl.col("measure").replace(_MEASURES))
    return table


def _p(value: float | None) -> str:
    if value is None:
        return "-"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _line(columns: Sequence[Column], numeric: Sequence[bool], row: dict[str, Any]) -> list[tuple[str, str, bool]]:
    cells = []
    for column, number in zip(columns, numeric, strict=True):
        if column.is_share:
            text = percent(*(row[f"{column.name}{part}"] for part in ("share", "low", "high")))
        else:
            text = _text(row[column.name])
        value, opened, interval = text.partition(" (") if number else (text, "", "")
        cells.append((value, opened.lstrip() + interval, number))
    return cells


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
