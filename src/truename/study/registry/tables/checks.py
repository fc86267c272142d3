"""How often names contradict what is known of their models, by rule and by the family that a name claims.

A rule ends flagged, confirmed, cannot tell or does not apply. A rate is flagged of flagged and confirmed; how many a
rule could not tell stands beside it. Where the snapshot says downloads, a rate weighted by them stands beside that of
models.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from truename.study.registry.labels import labels
from truename.study.registry.statistics import with_shares, with_weighted_shares
from truename.study.registry.tables.profile import COUNT, collected

NO_FAMILY, OTHER_FAMILIES = "(no family)", "(other families)"
_ENDS = ("flagged", "confirmed", "cannot_tell")
_WEIGHT = pl.col("downloads").cast(pl.Int128)  # the squares of the largest do not fit into 64 bits
_SUMS = [
    COUNT,
    _WEIGHT.sum().alias("downloads"),
    (_WEIGHT * _WEIGHT).sum().alias("squares"),
]
_CODES = pl.element().struct.field("code")


def rules(rows: pl.LazyFrame, slugs: dict[str, str], comparing: Sequence[str]) -> pl.DataFrame:
    """Each rule that had anything to compare: how it ended, and its rates.

    Columns ``code``, ``rule``, ``compares`` (a claim of the name with a fact), ``flagged``,
    ``confirmed``, ``cannot_tell``, ``does_not_apply`` (models), ``decided`` (flagged and confirmed), ``share`` of the
    decided that are flagged with its interval, ``claimed`` (all but those it does not apply to); and weighted by
    downloads: ``flagged_downloads``, ``decided_downloads``, ``weighted_share`` with its interval and
    ``weighted_effective``, the number of models that the weights amount to.

    Args:
        rows: of the schema in ``columns.py``.
        slugs: the name of each rule by its code.
        comparing: codes of the rules that compare a claim of the name with a fact.
    """
    parts = [_ended(rows, end) for end in _ENDS]
    names = pl.col("code").replace_strict(slugs, default="")
    rates = _rates(pl.concat(parts), ["code"]).with_columns(rule=names, compares=pl.col("code").is_in(comparing))
    of = collected(rows.select(COUNT)).item()
    first = ("code", "rule", "compares", *_ENDS)
    return rates.select(*first, (of - pl.col("claimed")).alias("does_not_apply"), pl.exclude(first))


def verdicts(rows: pl.LazyFrame) -> pl.DataFrame:
    """How many models have each verdict by their metadata. Columns ``what``, ``label``, ``models``, ``of``, a share.

    Args:
        rows: of the schema in ``columns.py``.
    """
    counted = collected(rows.group_by(what="verdict").agg(COUNT))
    order = pl.LazyFrame({"what": list(labels().verdicts), "label": list(labels().verdicts.values())}).collect()
    found = order.join(counted, on="what", how="left", maintain_order="left")
    models = pl.col("models").fill_null(0)
    return with_shares(found.with_columns(models=models, of=models.sum()))


def _ended(rows: pl.LazyFrame, end: str) -> pl.DataFrame:
    codes = pl.col("findings").list.eval(_CODES).list.unique() if end == "flagged" else pl.col(end)
    each = rows.select("downloads", code=codes).explode("code").filter(pl.col("code").is_not_null())
    return collected(each.group_by("code").agg(_SUMS)).with_columns(end=pl.lit(end))


def families(rows: pl.LazyFrame, comparing: Sequence[str], top: int) -> pl.DataFrame:
    """The same by the first family that a name claims: a model is flagged if any rule that compares flags it,
    confirmed if one could decide and none flags it, and else, where a rule could not, it cannot be told.

    The ``top`` families of most decided models; names without a family share a line, and so do the other families.

    Args:
        rows: of the schema in ``columns.py``.
        comparing: codes of the rules that compare a claim of the name with a fact (at least one).
        top: how many families have a line of their own.
    """
    codes = "|".join(comparing)
    ends = {
        "flagged": pl.col("findings").list.eval(_CODES),
        "confirmed": pl.col("confirmed"),
        "cannot_tell": pl.col("cannot_tell"),
    }
    outcome = pl.coalesce(
        pl.when(listed.list.join(" ").str.contains(codes)).then(pl.lit(end)) for end, listed in ends.items()
    )
    outcomes = rows.select("downloads", "family", end=outcome).filter(pl.col("end").is_not_null())
    counts = collected(outcomes.group_by("family", "end").agg(_SUMS)).with_columns(
        pl.col("family").fill_null(NO_FAMILY)
    )
    ranked = _rates(counts, ["family"]).sort(["decided", "family"], descending=[True, False])
    shown = [*ranked.filter(pl.col("family") != NO_FAMILY)["family"].head(top), NO_FAMILY, OTHER_FAMILIES]
    rest = pl.when(pl.col("family").is_in(shown)).then("family").otherwise(pl.lit(OTHER_FAMILIES))
    place = {name: number for number, name in enumerate(shown)}
    return _rates(counts.with_columns(family=rest), ["family"]).sort(
        pl.col("family").replace_strict(place, return_dtype=pl.Int64)
    )


def _rates(counts: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    def sums(column: str, *ends: str) -> pl.Expr:
        return pl.col(column).filter(pl.col("end").is_in(ends)).sum()

    decided = ("flagged", "confirmed")
    wide = (
        counts.group_by(by)
        .agg(
            *(sums("models", end).alias(end) for end in _ENDS),
            decided=sums("models", *decided),
            claimed=pl.col("models").sum(),
            flagged_downloads=sums("downloads", "flagged"),
            decided_downloads=sums("downloads", *decided),
            squares=sums("squares", *decided),
        )
        .sort(by)
    )
    rated = with_shares(wide, "flagged", "decided")
    weighted = with_weighted_shares(rated, "flagged_downloads", "decided_downloads", "squares", "weighted_")
    return weighted.with_columns(within_64_bits(pl.col("flagged_downloads", "decided_downloads"))).drop("squares")


def within_64_bits(total: pl.Expr) -> pl.Expr:
    """A sum that was made with more bits; it stays at the largest where it is larger still.

    ``MOST_TIMES`` keeps it below that for nine million models.
    """
    return total.clip(upper_bound=2**63 - 1).cast(pl.Int64)
