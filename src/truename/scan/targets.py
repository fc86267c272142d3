"""What to scan: ids from a list, folders in a folder. Listings of a hub come from ``sources``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import msgspec

from truename.errors import TargetNotFoundError, UsageError

MAX_LINE = 4_096  # characters of a line in a list of targets


class Target(msgspec.Struct, frozen=True):
    """One model to check, and the name it claims where that is not the target's own."""

    target: str
    name: str | None = None


def read_targets(lines: Iterable[str], origin: str) -> Iterator[Target]:
    """One target a line; empty lines and lines that start with ``#`` are passed over.

    Raises:
        UsageError: a line is longer than any target.
    """
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if len(text) > MAX_LINE:
            raise UsageError(f"{origin}: line {number} has {len(text):,} characters; give one target a line")
        if text and not text.startswith("#"):
            yield Target(text)


def folders_in(path: str) -> Iterator[Target]:
    """Every folder in a folder as a model, in order of their names; ``owner+name`` claims ``owner/name``.

    Raises:
        TargetNotFoundError: there is no such folder.
    """
    try:
        names = sorted(entry.name for entry in os.scandir(path) if entry.is_dir() and not entry.name.startswith("."))
    except OSError as error:
        raise TargetNotFoundError(
            path, f"cannot be listed ({error.strerror}); give a folder of model folders"
        ) from None
    for name in names:
        yield Target(os.path.join(path, name), name.replace("+", "/"))
