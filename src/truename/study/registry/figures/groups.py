"""Figures of elements within groups of models."""

from __future__ import annotations

import polars as pl

from truename.study.publication.figure import Figure
from truename.study.registry.figures.heat import heat
from truename.study.registry.figures.names import key
from truename.study.registry.labels import labels
from truename.study.registry.tables.groups import SAYS_NOTHING

_NOTHING = "–"
_TITLES = {
    "task": "Elements by task",
    "library": "Elements by library",
    "owner_kind": "Elements by kind of owner",
    "year": "Elements by year of creation",
    "popularity": "Elements by downloads",
}


def groups(table: pl.DataFrame, dimension: str) -> Figure:
    """Elements by group, and how many names say nothing."""
    letter = pl.when(pl.col("measure") == SAYS_NOTHING).then(pl.lit(_NOTHING)).otherwise("what")
    cells = table.filter(pl.col("measure") != "convention").select(
        "share", "of", row="group", column=letter, count="models"
    )
    sizes = cells.select("row", "of").unique(maintain_order=True)
    title = _TITLES[dimension]
    total = sizes["of"].sum()
    return Figure(
        f"by_{dimension}",
        "groups",
        f"{title}: of the names of a group, how many of a hundred have the element; n names. {key()}; {_NOTHING} says "
        "nothing.",
        heat(
            cells.to_dicts(),
            title,
            f"% of the names of a row; n = {total:,} in all",
            sizes["row"].to_list(),
            [*labels().elements, _NOTHING],
            sizes.to_dicts(),
        ),
    )
