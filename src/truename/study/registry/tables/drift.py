"""How names change over the time at which models were created."""

from __future__ import annotations

import datetime

import polars as pl

from truename.study.registry.statistics import with_shares
from truename.study.registry.tables.profile import collected, each_convention, each_element, profile

EARLIER = "to "  # begins the year of models that were there when the registry began to record times
_OFTEN = 10  # times as many models in a day as in the mean day, when it is the first
_LONG = 30  # days that a registry must span before its first day says anything


def recorded_since(rows: pl.LazyFrame) -> datetime.date | None:
    """The day on which the registry began to record when models are created, if the rows show it; else None.

    A registry that adds the time later gives one day to every model that was there by then (on the Hugging Face Hub
    2 March 2022). That is taken to be so where the first day of all has ten times the models of a mean day.
    """
    day = pl.col("created").dt.date()
    bounds = rows.select(first=day.min(), last=day.max(), dated=pl.col("created").count())
    first, last, dated = collected(bounds).row(0)
    if first is None or (last - first).days < _LONG:
        return None
    found = collected(rows.select((day == first).sum())).item()
    return first if found > _OFTEN * dated / ((last - first).days + 1) else None


def with_periods(rows: pl.LazyFrame, since: datetime.date | None) -> pl.LazyFrame:
    """Add ``year`` (a text) and ``quarter`` (its first day, null for models from before times were recorded).

    Args:
        rows: with the column ``created``.
        since: of ``recorded_since``.
    """
    created = pl.col("created")
    year, quarter = created.dt.year().cast(pl.String), created.dt.truncate("1q").dt.date()
    if since is not None:
        earlier = created.dt.date() <= since
        year = pl.when(earlier).then(pl.lit(f"{EARLIER}{since.isoformat()}")).otherwise(year)
        quarter = pl.when(~earlier).then(quarter)
    return rows.with_columns(year=year, quarter=quarter)


def drift(rows: pl.LazyFrame) -> pl.DataFrame:
    """Elements, conventions and names that say nothing, by the quarter in which a model was created.

    Columns ``quarter``, ``measure``, ``what``, ``label``, ``models``, ``of`` and the share; models without a date of
    their own are not in it.

    Args:
        rows: of the schema in ``columns.py``, with the columns of ``with_periods``.
    """
    counts = profile(rows.filter(pl.col("quarter").is_not_null()), [pl.col("quarter")])
    silent = counts.group_by("quarter", maintain_order=True).agg(
        models=pl.col("models").filter("says_nothing").sum(), of=pl.col("models").sum()
    )
    named = {"measure": "says nothing", "what": "says nothing", "label": "Says nothing"}
    parts = [
        each_element(counts, ["quarter"]).with_columns(measure=pl.lit("element")),
        each_convention(counts, ["quarter"]).with_columns(measure=pl.lit("convention")),
        silent.with_columns(pl.lit(text).alias(column) for column, text in named.items()),
    ]
    order = ["quarter", "measure", "what", "label", "models", "of"]
    return with_shares(pl.concat([part.select(order) for part in parts]))
