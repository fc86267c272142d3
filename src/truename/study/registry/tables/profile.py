"""What the tables of names are counted from: how many rows read alike."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from truename.study.registry.labels import labels

NAMED = ("kinds", "convention", "says_nothing")  # what a reading comes to
COUNT = pl.len().cast(pl.Int64).alias("models")


def collected(frame: pl.LazyFrame) -> pl.DataFrame:
    """A lazy frame as a frame, computed in batches of rows."""
    return frame.collect(engine="streaming")


def profile(rows: pl.LazyFrame, by: Sequence[pl.Expr] = ()) -> pl.DataFrame:
    """Counts of rows that read alike: columns of ``by``, then ``kinds``, ``convention``, ``says_nothing``, ``models``.

    Args:
        rows: of the schema in ``columns.py``.
        by: what else tells rows apart, each with its name.
    """
    keys = [*(expression.meta.output_name() for expression in by), *NAMED]
    return collected(rows.select(*by, *NAMED).group_by(keys).agg(COUNT).sort(keys))


def has(letter: str) -> pl.Expr:
    """Whether a row's name has an element of that kind."""
    return pl.col("kinds").str.contains(letter, literal=True)


def each_element(counts: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """How many names have each element: one line a letter (and group), ``what``, ``label``, ``models``, ``of``.

    Args:
        counts: of ``profile``.
        by: columns that make groups.
    """
    names = labels().elements
    sums = [pl.col("models").filter(has(letter)).sum().alias(letter) for letter in names]
    total = pl.col("models").sum().alias("of")
    wide = counts.group_by(by, maintain_order=True).agg(total, *sums) if by else counts.select(total, *sums)
    return _long(wide, names, by)


def each_convention(counts: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """How many names follow each convention, as ``each_element``."""
    names = labels().conventions
    sums = [pl.col("models").filter(pl.col("convention") == name).sum().alias(name) for name in names]
    total = pl.col("models").sum().alias("of")
    wide = counts.group_by(by, maintain_order=True).agg(total, *sums) if by else counts.select(total, *sums)
    return _long(wide, names, by)


def _long(wide: pl.DataFrame, names: dict[str, str], by: Sequence[str]) -> pl.DataFrame:
    long = wide.with_row_index("_group").unpivot(
        on=list(names), index=["_group", *by, "of"], variable_name="what", value_name="models"
    )
    place = {name: number for number, name in enumerate(names)}
    return (
        long.with_columns(_place=pl.col("what").replace_strict(place, return_dtype=pl.Int64))
        .sort("_group", "_place")
        .select(*by, "what", pl.col("what").replace_strict(names).alias("label"), "models", "of")
    )
