"""Every figure of a study, in the order of its report."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from truename.study.publication.bars import bars
from truename.study.publication.figure import Figure
from truename.study.registry.figures import drift, form, groups, names, packages, preference, rates
from truename.study.registry.tables.groups import DIMENSIONS, NOT_STATED
from truename.study.registry.tables.study_tables import Tables


def draw_figures(tables: Tables) -> tuple[Figure, ...]:
    """A figure for each table that has something to show."""
    return tuple(figure for figure in _figures(tables) if figure is not None)


def _figures(tables: Tables) -> Iterator[Figure | None]:
    yield names.elements(tables.elements)
    yield names.conventions(tables.conventions)
    yield names.combinations(tables.combinations)
    yield names.orders(tables.orders)
    yield names.precedence(tables.precedence)
    yield form.separators(tables.separators)
    for table, title, axis in (("length", "Length of names", "Characters"), ("segments", "Words of names", "Words")):
        yield form.distribution(getattr(tables, table), tables.quantiles, table, title, axis)
    for dimension in DIMENSIONS:
        yield _group(getattr(tables, f"by_{dimension}"), dimension)
    yield drift.drift(tables.drift, ("element", "says nothing"), "drift_elements", "Elements over time")
    yield drift.drift(tables.drift, ("convention",), "drift_conventions", "Conventions over time")
    rule = pl.format("{} {}", "code", "rule")
    yield rates.rates(
        tables.rules.filter("compares"), rule, "rules", "Inconsistent names by rule", "decisions of rules"
    )
    yield rates.rates(tables.families, pl.col("family"), "families", "Inconsistent names by family", "decided models")
    yield _versions(tables.versions)
    if tables.preference is not None:
        for question in tables.preference.partition_by("question", maintain_order=True):
            yield preference.preference(question)
    if tables.package_forms is not None:
        yield packages.forms(tables.package_forms)
    if tables.package_features is not None:
        yield packages.features(tables.package_features)


def _group(table: pl.DataFrame, dimension: str) -> Figure | None:
    """None where the snapshot does not say it of any model."""
    return groups.groups(table, dimension) if set(table["group"]) != {NOT_STATED} else None


def _versions(table: pl.DataFrame) -> Figure | None:
    of = table["of"][0]
    if not of:
        return None
    values = table.select("label", "share", "low", "high", count="models").to_dicts()
    return Figure(
        "versions",
        "versions",
        f"Names with a version, of {of:,}, by whether the registry has an earlier version of the same owner's series; "
        "95 % Wilson intervals; the number is the count.",
        bars(
            values,
            "Versions and their predecessors",
            f"n = {of:,} names with a version",
            "Share of names with a version",
        ),
    )
