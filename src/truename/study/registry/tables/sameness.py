"""Names that say nothing, and names that several owners gave."""

from __future__ import annotations

import polars as pl

from truename.study.registry.statistics import with_shares
from truename.study.registry.tables.profile import COUNT, collected

_SCHEMA = {"what": pl.String, "label": pl.String, "models": pl.Int64, "of": pl.Int64}
NEAR, EQUAL = "near", "equal"


def says_nothing(rows: pl.LazyFrame, top: int) -> pl.DataFrame:
    """The ``top`` most frequent names that say nothing of their model, signs and case aside.

    Columns ``key``, ``models``, ``owners``.
    """
    silent = rows.filter("says_nothing").group_by("key").agg(COUNT, owners=pl.col("owner").n_unique().cast(pl.Int64))
    return collected(silent).sort(["models", "key"], descending=[True, False]).head(top)


def shared_keys(rows: pl.LazyFrame) -> pl.DataFrame:
    """Names that models of several owners have, signs and case aside.

    Columns ``key``, ``models``, ``owners``, ``spellings`` (different names), ``says_nothing``, ``equal`` (models whose
    very name another owner's has); the most owners first. Models without an owner count for none.
    """
    owned = rows.filter(pl.col("owner").is_not_null() & (pl.col("key") != ""))
    # hashes first: most keys are there once, and need not be kept as texts
    hashed = pl.col("key").hash().alias("hash")
    several = collected(owned.select(hashed).group_by("hash").len().filter(pl.col("len") > 1).select("hash"))
    named = owned.select("key", "owner", "name", "says_nothing", hashed)
    kept = collected(named.join(several.lazy(), on="hash", how="semi").drop("hash"))
    owners = pl.col("owner").n_unique()
    kept = kept.filter(owners.over("key") > 1).with_columns(
        same=owners.over("name") > 1  # a name has one key
    )
    groups = kept.group_by("key").agg(
        COUNT,
        owners=owners.cast(pl.Int64),
        spellings=pl.col("name").n_unique().cast(pl.Int64),
        says_nothing=pl.col("says_nothing").any(),
        equal=pl.col("same").sum().cast(pl.Int64),
    )
    return groups.sort(["owners", "models", "key"], descending=[True, True, False])


def sharing(shared: pl.DataFrame, models: int, silent: int) -> pl.DataFrame:
    """How many models have a name that another owner's has, of all and of those whose names say something.

    Columns ``what`` (near, equal; all or telling), ``label``, ``models``, ``of`` and the share.

    Args:
        shared: of ``shared_keys``.
        models: of the rows with an owner.
        silent: how many of them have a name that says nothing.
    """
    telling = shared.filter(~pl.col("says_nothing"))
    lines = [
        (NEAR, "Same but for signs and case", shared["models"].sum(), models),
        (EQUAL, "Same name", shared["equal"].sum(), models),
        (
            f"{NEAR}, telling",
            "Names that say something: but for signs and case",
            telling["models"].sum(),
            models - silent,
        ),
        (f"{EQUAL}, telling", "Names that say something: same name", telling["equal"].sum(), models - silent),
    ]
    return with_shares(pl.DataFrame(lines, schema=_SCHEMA, orient="row"))
