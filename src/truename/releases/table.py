"""The tables as they are loaded: made by ``tools/build_releases.py``, each decoded when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import msgspec

from truename._lazy import once
from truename.errors import UsageError
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


_stand_in: ContextVar[ReleaseTable | None] = ContextVar("stand_in", default=None)


def releases_in_use() -> ReleaseTable:
    """The table of the package, or the one that stands in for it."""
    stand_in = _stand_in.get()
    return known_releases() if stand_in is None else stand_in


@contextmanager
def standing_in(table: ReleaseTable) -> Iterator[None]:
    """Let a table stand in for the package's own inside a ``with`` block."""
    token = _stand_in.set(table)
    try:
        yield
    finally:
        _stand_in.reset(token)


def with_releases_of(path: Path) -> ReleaseTable:
    """The package's table with the releases of another, as ``truename releases build`` wrote it, in front.

    Raises:
        UsageError: the file is not there, or is not such a table.
    """
    try:
        own = msgspec.json.decode(path.read_bytes(), type=ReleaseTable)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not a table of releases ({error})") from error
    known = known_releases()
    ids = {release.id for release in own.releases}
    rest = tuple(release for release in known.releases if release.id not in ids)
    return ReleaseTable(max(own.date, known.date), known.sources, (*own.releases, *rest))
