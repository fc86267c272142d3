"""The readings of names by what the models are: task, library, kind of owner, year, popularity."""

from __future__ import annotations

import polars as pl

from truename.study.registry.labels import labels
from truename.study.registry.statistics import with_shares
from truename.study.registry.tables.drift import EARLIER
from truename.study.registry.tables.elements import OTHERS
from truename.study.registry.tables.profile import each_convention, each_element, profile

NOT_STATED = "(not stated)"
SAYS_NOTHING = "says nothing"
BANDS = {  # of downloads, each from where it begins to where the next does
    "0": 0,
    "1-9": 1,
    "10-99": 10,
    "100-999": 100,
    "1k-9.9k": 1_000,
    "10k-99k": 10_000,
    "100k-999k": 100_000,
    "1M+": 1_000_000,
}


def _band() -> pl.Expr:
    downloads = pl.col("downloads")
    chosen = [pl.when(downloads >= low).then(pl.lit(name)) for name, low in reversed(BANDS.items())]
    return pl.coalesce(chosen).alias("group")


DIMENSIONS: dict[str, pl.Expr] = {
    "task": pl.col("task").alias("group"),
    "library": pl.col("library").alias("group"),
    "owner_kind": pl.col("owner_kind").alias("group"),
    "year": pl.col("year").alias("group"),
    "popularity": _band(),
}


def by_group(rows: pl.LazyFrame, dimension: str, top: int) -> pl.DataFrame:
    """Elements, conventions and names that say nothing within each group of a dimension.

    One line a group and what is counted: ``group``, ``measure`` (element, convention, says nothing), ``what``,
    ``label``, ``models``, ``of`` (of the group) and the share. The ``top`` largest groups have their own lines, the
    others share one, and so do models of which the snapshot does not say it.

    Args:
        rows: of the schema in ``columns.py``, with the columns of ``with_periods``.
        dimension: a key of ``DIMENSIONS``.
        top: how many groups of a dimension without an order of its own are shown.
    """
    counts = profile(rows, [DIMENSIONS[dimension]])
    kept = _kept(counts, dimension, top)
    group = pl.col("group")
    chosen = pl.when(group.is_null()).then(pl.lit(NOT_STATED)).when(group.is_in(kept)).then(group)
    counts = counts.with_columns(group=chosen.otherwise(pl.lit(OTHERS)))
    silent = counts.group_by("group").agg(
        models=pl.col("models").filter("says_nothing").sum(), of=pl.col("models").sum()
    )
    parts = [
        each_element(counts, ["group"]).with_columns(measure=pl.lit("element")),
        each_convention(counts, ["group"]).with_columns(measure=pl.lit("convention")),
        silent.with_columns(
            measure=pl.lit(SAYS_NOTHING), what=pl.lit(SAYS_NOTHING), label=pl.lit(SAYS_NOTHING.capitalize())
        ),
    ]
    order = ["group", "measure", "what", "label", "models", "of"]
    lines = pl.concat([part.select(order) for part in parts])
    ranks = {name: number for number, name in enumerate([*kept, OTHERS, NOT_STATED])}
    measured = {"element": 0, "convention": 1, SAYS_NOTHING: 2}
    what = {name: number for number, name in enumerate([*labels().elements, *labels().conventions, SAYS_NOTHING])}
    return with_shares(
        lines.sort(
            pl.col("group").replace_strict(ranks, return_dtype=pl.Int64),
            pl.col("measure").replace_strict(measured, return_dtype=pl.Int64),
            pl.col("what").replace_strict(what, return_dtype=pl.Int64),
        )
    )


def _kept(counts: pl.DataFrame, dimension: str, top: int) -> list[str]:
    """The groups that have lines of their own, in their order."""
    sums = counts.group_by("group").agg(pl.col("models").sum()).drop_nulls()
    if dimension == "popularity":
        found = set(sums["group"])
        return [name for name in BANDS if name in found]
    if dimension == "year":
        since = pl.col("group").str.starts_with(EARLIER)
        return sums.sort(~since, "group")["group"].to_list()
    return sums.sort(["models", "group"], descending=[True, False])["group"].head(top).to_list()
