"""The tables as they are loaded: made by ``tools/build_releases.py``, each decoded when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from truename._lazy import once
from truename.releases.release import ReleaseTable

RELEASES = Path(__file__).with_name("releases.json")
COUNTS = Path(__file__).with_name("counts.json")


class Counts(msgspec.Struct, frozen=True):
    """Parameters by the plain name of a release.

    Attributes:
        date: of the newest source, ISO 8601.
        sources: where they come from.
        parameters: name in lower case, without its owner -> every count that a source gives.
    """

    date: str
    sources: tuple[str, ...]
    parameters: Mapping[str, tuple[int, ...]]


@once
def known_releases() -> ReleaseTable:
    """The table of this package."""
    return msgspec.json.decode(RELEASES.read_bytes(), type=ReleaseTable)


@once
def counted_names() -> Counts:
    """Names of releases with their parameters."""
    return msgspec.json.decode(COUNTS.read_bytes(), type=Counts)
