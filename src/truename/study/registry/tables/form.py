"""What names look like: their length, their words, the signs between the words."""

from __future__ import annotations

import polars as pl

from truename.study.registry.labels import labels
from truename.study.registry.statistics import with_shares
from truename.study.registry.tables.profile import COUNT, collected

QUANTILES = {"min": 0.0, "p5": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95, "max": 1.0}


def separators(rows: pl.LazyFrame) -> pl.DataFrame:
    """How many names use exactly these signs between their words; ``none`` for names of one word."""
    found = collected(rows.group_by("separators").agg(COUNT))
    signs = pl.col("separators").str.split("").list.unique().list.sort().list.join("")
    sums = found.with_columns(separators=signs).group_by("separators").agg(pl.col("models").sum())
    known = labels().separators
    label = pl.when(pl.col("separators").str.len_chars() <= 1)
    single = pl.col("separators").replace_strict(known, default=pl.col("separators"))
    several = pl.col("separators").str.split("").list.join(" ")
    ranked = sums.sort(["models", "separators"], descending=[True, False])
    return with_shares(
        ranked.select(
            "separators", label.then(single).otherwise(several).alias("label"), "models", of=pl.col("models").sum()
        )
    )


def distribution(rows: pl.LazyFrame, column: str) -> pl.DataFrame:
    """How many names have each value of a whole number: ``value``, ``models``."""
    return collected(rows.select(value=pl.col(column).cast(pl.Int64)).group_by("value").agg(COUNT).sort("value"))


def quantiles(distributions: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Quantiles and means of distributions, one line each; a quantile is the smallest value that reaches its share."""
    return pl.concat([quantile_line(measure, counts) for measure, counts in distributions.items()])


def quantile_line(measure: str, counts: pl.DataFrame) -> pl.DataFrame:
    """One distribution as a line: ``measure``, ``models``, the quantiles, ``mean``; null where it is empty."""
    total = int(counts["models"].sum())
    running = counts["models"].cum_sum()
    values: dict[str, int | None] = {}
    for name, part in QUANTILES.items():
        place = (running >= max(1, part * total)).arg_max() if total else None
        values[name] = None if place is None else counts["value"][place]
    mean = (counts["value"] * counts["models"]).sum() / total if total else None
    schema = {"measure": pl.String, "models": pl.Int64, **dict.fromkeys(QUANTILES, pl.Int64), "mean": pl.Float64}
    return pl.DataFrame([{"measure": measure, "models": total, **values, "mean": mean}], schema=schema)
