"""Models that the Hub's client has downloaded already: ``models--owner--name/snapshots/<commit>`` in its cache."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from truename.sources.paths import unsafe_because

_SHARD = re.compile(r"(?P<stem>.+)[-_]\d{1,6}-of-(?P<total>\d{1,6})(?P<rest>\..+)")
_REF_BYTES = 256


def snapshot_folder(cache: Path | str, repo: str, revision: str) -> Path | None:
    """The folder of a downloaded revision, None where there is none.

    Args:
        cache: the client's cache of repositories.
        repo: ``owner/name``.
        revision: a branch, tag or commit.
    """
    if unsafe_because(revision):
        return None
    home = Path(cache) / f"models--{repo.replace('/', '--')}"
    for commit in (revision, _ref(home / "refs" / revision)):
        if commit and not unsafe_because(commit) and (folder := home / "snapshots" / commit).is_dir():
            return folder
    return None


def _ref(path: Path) -> str | None:
    """The commit that a branch or tag stood at when it was downloaded."""
    try:
        with path.open("rb") as file:
            return file.read(_REF_BYTES).decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None


def without_broken_sets(files: Mapping[str, int]) -> dict[str, int]:
    """The files without shards whose siblings were not downloaded.

    A part of a model was asked for, and says nothing of what the model lacks: shards of an incomplete set are left
    out, so that their index stands alone.
    """
    parts = {path: found for path in files if (found := _SHARD.fullmatch(path))}
    there = Counter(_set_of(found) for found in parts.values())
    return {
        path: size
        for path, size in files.items()
        if path not in parts or there[_set_of(parts[path])] >= int(parts[path]["total"])
    }


def _set_of(found: re.Match[str]) -> tuple[str, str, str]:
    return found["stem"], found["total"], found["rest"]
