"""Shares with intervals as columns of a frame."""

from __future__ import annotations

import polars as pl

from truename.study.publication.proportions import wilson

SHARES = {"share": pl.Float64, "low": pl.Float64, "high": pl.Float64}  # 95 %, Wilson; null: of nothing


def with_shares(frame: pl.DataFrame, count: str = "models", of: str = "of", prefix: str = "") -> pl.DataFrame:
    """Add the shares of a count column with their intervals.

    Args:
        frame: has the columns ``count`` and ``of``.
        count: column of how many have it.
        of: column of how many there are.
        prefix: begins the names of the new columns.
    """
    values = wilson(frame[count].to_numpy(), frame[of].to_numpy())
    added = [pl.Series(f"{prefix}{name}", part) for name, part in zip(SHARES, values, strict=True)]
    return frame.with_columns(column.fill_nan(None) for column in added)


def with_weighted_shares(frame: pl.DataFrame, count: str, of: str, of_squares: str, prefix: str) -> pl.DataFrame:
    """Add the shares of weighted counts, with intervals at Kish's effective number of observations.

    The number is the square of the sum of the weights over the sum of their squares (Kish, Survey Sampling, 1965): of
    downloads, of which few models have most, it is far below the number of models.

    Args:
        frame: has the three columns.
        count: sum of the weights of those that have it.
        of: sum of all weights.
        of_squares: sum of the squares of all weights.
        prefix: begins the names of the new columns.
    """
    total, squares = frame[of].cast(pl.Float64), frame[of_squares].cast(pl.Float64)
    effective = (total * total / squares).fill_nan(0.0)
    weighted = frame.with_columns(
        _effective=effective,
        _count=(frame[count].cast(pl.Float64) / total * effective).fill_nan(0.0),
    )
    shown = with_shares(weighted, "_count", "_effective", prefix)
    return shown.with_columns(pl.col("_effective").round(1).alias(f"{prefix}effective")).drop("_effective", "_count")
