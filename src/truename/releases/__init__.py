"""Known releases of models: what they are made of, looked up by structure or by name. Loaded when first asked for."""

from truename.releases.release import SHAPE, Release, ReleaseTable, differences
from truename.releases.table import (
    counted_names,
    known_releases,
    releases_in_use,
    standing_in,
    with_releases_of,
)

__all__ = [
    "SHAPE",
    "Release",
    "ReleaseTable",
    "counted_names",
    "differences",
    "known_releases",
    "releases_in_use",
    "standing_in",
    "with_releases_of",
]
