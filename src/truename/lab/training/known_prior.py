"""How often each model type occurs among known releases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from truename.dara.prior import Prior, counted_prior
from truename.releases import known_releases


def prior_of_releases(model_types: Collection[str]) -> Prior:
    """The releases of each model type; one whose type no source gives counts for that of its family's name."""
    table = known_releases()
    counts: Counter[str] = Counter()
    for release in table.releases:
        name = release.model_type or release.family.replace("-", "_")
        if name in model_types:
            counts[name] += 1
    return counted_prior(counts, f"{sum(counts.values())} known releases, {table.date}")
