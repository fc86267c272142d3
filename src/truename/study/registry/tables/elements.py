"""Which elements names have, together and in which order."""

from __future__ import annotations

from itertools import combinations as pairs

import polars as pl

from truename.study.registry.labels import labels
from truename.study.registry.statistics import with_shares
from truename.study.registry.tables.profile import COUNT, collected, each_convention, each_element, has

OTHERS = "(others)"
_OWNER = 10**12  # the weight of one owner


def elements(counts: pl.DataFrame) -> pl.DataFrame:
    """How many names have each element, by the counts of ``profile``, and ``published``: of the names of the study."""
    return _beside(with_shares(each_element(counts)), labels().published_elements)


def conventions(counts: pl.DataFrame) -> pl.DataFrame:
    """How many names follow each convention."""
    return _beside(with_shares(each_convention(counts)), labels().published_conventions)


def _beside(table: pl.DataFrame, published: dict[str, float]) -> pl.DataFrame:
    """A table with ``published``, the share that the study of 2025 gives of its names; null where it gives none."""
    return table.with_columns(published=pl.col("what").replace_strict(published, default=None) / 100)


def combinations(counts: pl.DataFrame) -> pl.DataFrame:
    """How many names have exactly these kinds of elements, whatever their order and number; the most frequent first."""
    letters = labels().elements
    sets = pl.concat_str([pl.when(has(letter)).then(pl.lit(letter)).otherwise(pl.lit("")) for letter in letters])
    return _ranked(counts.with_columns(elements=sets), "elements")


def orders(counts: pl.DataFrame, top: int) -> pl.DataFrame:
    """How many names have these elements in this order; the ``top`` most frequent, the others in one line."""
    ranked = _ranked(counts.rename({"kinds": "elements"}), "elements")
    rest = ranked.slice(top)
    if rest.is_empty():
        return ranked
    others = pl.DataFrame(
        {
            "elements": [f"({rest.height:,} other orders)"],
            "models": [rest["models"].sum()],
            "of": [ranked["of"][0]],
        }
    )
    return pl.concat([ranked.head(top), with_shares(others)])


def _ranked(counts: pl.DataFrame, key: str) -> pl.DataFrame:
    sums = counts.group_by(key).agg(pl.col("models").sum()).sort(["models", key], descending=[True, False])
    return with_shares(sums.with_columns(of=pl.col("models").sum()))


def precedence(counts: pl.DataFrame) -> pl.DataFrame:
    """Of the names that have two kinds of elements: in how many the first of the one comes before the other's."""
    orders = counts.group_by("kinds").agg(pl.col("models").sum())
    places = [pl.col("kinds").str.find(letter, literal=True).alias(letter) for letter in labels().elements]
    placed = orders.select("models", *places)
    found = {
        f"{one}{other}": (pl.col(one) < pl.col(other), pl.col(one).is_not_null() & pl.col(other).is_not_null())
        for one, other in pairs(labels().elements, 2)
    }
    of = placed.select(pl.col("models").filter(both).sum().alias(pair) for pair, (_, both) in found.items()).row(0)
    before = placed.select(pl.col("models").filter(first).sum().alias(pair) for pair, (first, _) in found.items()).row(
        0
    )
    lines = [(*pair, first, both) for pair, first, both in zip(found, before, of, strict=True)]
    schema = {"first": pl.String, "second": pl.String, "models": pl.Int64, "of": pl.Int64}
    return with_shares(pl.DataFrame(lines, schema=schema, orient="row"))


def element_counts(counts: pl.DataFrame) -> pl.DataFrame:
    """How many names have how many elements: ``value``, ``models``."""
    return (
        counts.group_by(value=pl.col("kinds").str.len_chars().cast(pl.Int64)).agg(pl.col("models").sum()).sort("value")
    )


def of_owners(rows: pl.LazyFrame) -> pl.DataFrame:
    """The frequency of each element where every owner counts once: the mean over owners of their names' shares.

    Owners with thousands of models that a program named weigh as much as those with one. Rows without an owner are
    left out. Columns ``what``, ``label``, ``owners``, ``mean_share``, ``mean_low``, ``mean_high``: Wilson's interval at
    the number of owners, wide enough in any case, as no shares of one mean vary more than all or nothing.
    """
    owned = rows.filter(pl.col("owner").is_not_null()).select("owner", "kinds")
    owners = collected(owned.group_by("owner").agg(COUNT))
    # a row weighs its part of its owner, in whole parts: sums do not depend on how the rows are split
    weight = (_OWNER // pl.col("models")).sum().alias("weight")
    weights = collected(owned.join(owners.lazy(), on="owner").group_by("kinds").agg(weight))
    number = owners.height
    letters = labels().elements
    sums = weights.select(pl.col("weight").filter(has(letter)).sum().alias(letter) for letter in letters).row(0)
    shares = [total / _OWNER for total in sums]
    lines = [(*letter, number, share) for letter, share in zip(letters.items(), shares, strict=True)]
    schema = {"what": pl.String, "label": pl.String, "owners": pl.Int64, "_shares": pl.Float64}
    table = pl.DataFrame(lines, schema=schema, orient="row")
    return with_shares(table, "_shares", "owners", "mean_").drop("_shares")
