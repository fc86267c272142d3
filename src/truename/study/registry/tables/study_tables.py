"""Every table of a study, in the order of its report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from truename.study.publication.table import cleaned
from truename.study.registry.tables import (
    checks,
    drift,
    elements,
    form,
    groups,
    packages,
    preference,
    sameness,
    versions,
)
from truename.study.registry.tables.profile import collected, has, profile

if TYPE_CHECKING:
    from truename.study.survey import Analysis

_TOP_ROWS = 1000  # lines of a table that would else have one a name


class Tables(msgspec.Struct, frozen=True):
    """The tables of a study by name; what each holds stands at the step that makes it."""

    overview: pl.DataFrame
    elements: pl.DataFrame
    elements_of_owners: pl.DataFrame
    conventions: pl.DataFrame
    combinations: pl.DataFrame
    orders: pl.DataFrame
    precedence: pl.DataFrame
    separators: pl.DataFrame
    length: pl.DataFrame
    segments: pl.DataFrame
    element_counts: pl.DataFrame
    quantiles: pl.DataFrame
    by_task: pl.DataFrame
    by_library: pl.DataFrame
    by_owner_kind: pl.DataFrame
    by_year: pl.DataFrame
    by_popularity: pl.DataFrame
    drift: pl.DataFrame
    verdicts: pl.DataFrame
    rules: pl.DataFrame
    families: pl.DataFrame
    versions: pl.DataFrame
    version_forms: pl.DataFrame
    says_nothing: pl.DataFrame
    sharing: pl.DataFrame
    shared_names: pl.DataFrame
    preference: pl.DataFrame | None = None
    package_forms: pl.DataFrame | None = None
    package_lengths: pl.DataFrame | None = None
    package_features: pl.DataFrame | None = None
    package_entropy: pl.DataFrame | None = None

    def cleaned(self) -> Tables:
        """The same, with what could hide in a text or drive a terminal as its escape."""
        return Tables(**{name: cleaned(table) for name, table in self.named().items()})

    def named(self) -> dict[str, pl.DataFrame]:
        """The tables that there are, by the names of their files."""
        return {name: table for name, table in msgspec.structs.asdict(self).items() if table is not None}


def tabulate(
    rows: pl.LazyFrame,
    slugs: dict[str, str],
    comparing: Sequence[str],
    survey: Analysis | None = None,
    lists: dict[str, pl.LazyFrame] | None = None,
    top: int = 15,
) -> Tables:
    """All tables of a study.

    Args:
        rows: of the schema in ``columns.py``; each table reads the columns that it needs.
        slugs: the name of each rule by its code.
        comparing: codes of the rules that compare a claim of the name with a fact.
        survey: what preference is taken from.
        lists: names of packages by the title of their list, each with the column ``name``.
        top: how many tasks, libraries and families have a line of their own.
    """
    since = drift.recorded_since(rows)
    dated = drift.with_periods(rows, since)
    counts = profile(rows)
    found = overview(rows, counts, None if since is None else since.isoformat())
    shared = sameness.shared_keys(rows)
    distributions = {
        "length": form.distribution(rows, "length"),
        "segments": form.distribution(rows, "segments"),
        "element_counts": elements.element_counts(counts),
    }
    corpora = {packages.MODELS: rows.select("name"), **lists} if lists else {}
    return Tables(
        overview=found,
        elements=elements.elements(counts),
        elements_of_owners=elements.of_owners(rows),
        conventions=elements.conventions(counts),
        combinations=elements.combinations(counts),
        orders=elements.orders(counts, _TOP_ROWS),
        precedence=elements.precedence(counts),
        separators=form.separators(rows),
        **distributions,
        quantiles=form.quantiles(distributions),
        **{f"by_{dimension}": groups.by_group(dated, dimension, top) for dimension in groups.DIMENSIONS},
        drift=drift.drift(dated),
        verdicts=checks.verdicts(rows),
        rules=checks.rules(rows, slugs, comparing),
        families=checks.families(rows, comparing, top),
        versions=versions.versions(rows),
        version_forms=versions.forms(rows).head(_TOP_ROWS),
        says_nothing=sameness.says_nothing(rows, _TOP_ROWS),
        sharing=sameness.sharing(shared, *found.select("owned", "owned_says_nothing").row(0)),
        shared_names=shared.head(_TOP_ROWS),
        preference=preference.preference(survey, counts) if survey else None,
        package_forms=packages.package_forms(corpora) if corpora else None,
        package_lengths=packages.package_lengths(corpora) if corpora else None,
        package_features=packages.package_features(corpora) if corpora else None,
        package_entropy=packages.package_entropy(corpora) if corpora else None,
    )


def overview(rows: pl.LazyFrame, counts: pl.DataFrame, recorded_since: str | None) -> pl.DataFrame:
    """One line: how many models, owners, downloads there are, of how many what is stated, and from when to when.

    Args:
        rows: of the schema in ``columns.py``.
        counts: of ``profile``.
        recorded_since: day on which the registry began to record times of creation, where the rows show one.
    """
    stated = ("owner", "owner_kind", "library", "task", "created", "downloads", "likes", "model_type", "parameters")
    sums = collected(
        rows.select(
            models=pl.len().cast(pl.Int64),
            owners=pl.col("owner").drop_nulls().n_unique().cast(pl.Int64),
            **{f"with_{name}": pl.col(name).count().cast(pl.Int64) for name in stated},
            first=pl.col("created").min().dt.date(),
            last=pl.col("created").max().dt.date(),
            downloads=checks.within_64_bits(pl.col("downloads").cast(pl.Int128).sum()),
            owned=pl.col("owner").count().cast(pl.Int64),
            owned_says_nothing=(pl.col("says_nothing") & pl.col("owner").is_not_null()).sum().cast(pl.Int64),
        )
    )
    silent = counts.filter("says_nothing")["models"].sum()
    versioned = counts.filter(has("V"))["models"].sum()  # as the table of elements counts them
    return sums.with_columns(
        with_version=pl.lit(versioned, pl.Int64),
        says_nothing=pl.lit(silent, pl.Int64),
        recorded_since=pl.lit(recorded_since, pl.String),
    )
