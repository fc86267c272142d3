"""Versions in names: how they are written, and whether an earlier one exists.

Models of one owner whose names differ in nothing but their own version are one series. The version of an architecture
family (``llama-2-7b-chat``) is not the model's own, and such a name is in no series.
"""

from __future__ import annotations

import polars as pl

from truename.study.registry.labels import labels
from truename.study.registry.statistics import with_shares
from truename.study.registry.tables.profile import COUNT, collected, has

_COUNTED = 100  # a first number from here on is a date or a build, and none that is counted up from 1
_DIGITS = 19  # of the largest number, to compare numbers as texts


def versions(rows: pl.LazyFrame) -> pl.DataFrame:
    """Names with a version by whether the registry holds an earlier one of their series.

    Columns ``what``, ``label``, ``models``, ``of`` (names with the element, as everywhere) and the share.
    ``predecessor``: it does. ``first``: it does not, and the number is a first one (v0, v1, v1.0, v0.1). ``missing``:
    it does not, though the number is a later one. ``date``: it does not, and the number is not counted from 1.
    ``no_number``: the version is not of numbers that can be compared (a date, ``beta``). ``family``: the only version
    is that of an architecture family.
    """
    numbers = pl.col("version_parts")
    ordered = numbers.list.eval(pl.element().cast(pl.String).str.zfill(_DIGITS)).list.join(".")
    place = ordered.str.replace(rf"(\.0{{{_DIGITS}}})+$", "")  # v1 is v1.0
    kind = (
        pl.when(pl.col("version").is_null())
        .then(pl.lit("no_number"))
        .when(pl.col("series").is_null())
        .then(pl.lit("family"))
        .when(numbers.list.len() == 0)
        .then(pl.lit("no_number"))
        .when(numbers.list.sum() <= 1)
        .then(pl.lit("first"))
        .when(numbers.list.first() >= _COUNTED)
        .then(pl.lit("date"))
        .otherwise(pl.lit("missing"))
    )
    versioned = rows.filter(has("V")).select("owner", "series", place=place, kind=kind)
    each = collected(versioned)
    numbered = ~pl.col("kind").is_in(["family", "no_number"])
    earliest = pl.col("place").filter(numbered).min().over("owner", "series")
    what = pl.when(numbered & (pl.col("place") > earliest)).then(pl.lit("predecessor")).otherwise("kind")
    found = dict(each.select(what=what).group_by("what").len().iter_rows())
    names = labels().versions
    lines = [(what, label, found.get(what, 0), each.height) for what, label in names.items()]
    schema = {"what": pl.String, "label": pl.String, "models": pl.Int64, "of": pl.Int64}
    return with_shares(pl.DataFrame(lines, schema=schema, orient="row"))


def forms(rows: pl.LazyFrame) -> pl.DataFrame:
    """How versions are written, each run of digits as ``#``: ``form``, ``example``, ``models``, ``of``, the share."""
    versioned = rows.filter(pl.col("version").is_not_null())
    shape = pl.col("version").str.to_lowercase().str.replace_all(r"\d+", "#")
    counts = collected(versioned.group_by(form=shape).agg(COUNT, example=pl.col("version").min()))
    ranked = counts.sort(["models", "form"], descending=[True, False])
    return with_shares(ranked.select("form", "example", "models", of=pl.col("models").sum()))
