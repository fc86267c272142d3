"""The cache of the Hub's client: ``models--owner--name/{blobs,refs,snapshots/<commit>}``."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from truename.errors import EmptyTargetError, SeveralModelsError
from truename.sources.file_names import shard_set, shards_in_set
from truename.sources.paths import unsafe_because

_MODELS = "models--"
_OTHERS = ("datasets--", "spaces--")
_PARTS = ("blobs", "refs", "snapshots")
_REF_BYTES = 256


def repository_of(path: str) -> str | None:
    """The cached repository that a folder is, or whose ``snapshots`` or ``blobs`` it is; None for any other folder."""
    if os.path.basename(path) in _PARTS:
        path = os.path.dirname(path)
    is_one = os.path.basename(path).startswith(_MODELS) and os.path.isdir(os.path.join(path, "snapshots"))
    return path if is_one else None


def snapshot_above(path: str) -> tuple[str, str] | None:
    """The cached repository and the snapshot that a path is or lies in; None for a path anywhere else."""
    if _MODELS not in path:
        return None
    while (parent := os.path.dirname(path)) != path:
        if os.path.basename(parent) == "snapshots":
            repository = os.path.dirname(parent)
            return (repository, path) if os.path.basename(repository).startswith(_MODELS) else None
        path = parent
    return None


def cached_name(repository: str) -> str:
    """``owner/name`` for the folder ``models--owner--name``."""
    return os.path.basename(repository).removeprefix(_MODELS).replace("--", "/", 1)


def is_of_another_kind(path: str) -> bool:
    """Whether a folder is the cache of a data set or of a space."""
    return os.path.basename(path).startswith(_OTHERS) and os.path.isdir(os.path.join(path, "snapshots"))


def current_snapshot(repository: str, target: str) -> str:
    """The folder of the snapshot that is meant when none is named: that of the main branch, or the only one.

    Raises:
        EmptyTargetError: no snapshot was downloaded.
        SeveralModelsError: there are several, and the main branch was never asked for.
    """
    if (main := snapshot_folder(os.path.dirname(repository), cached_name(repository), "main")) is not None:
        return str(main)
    home = os.path.join(repository, "snapshots")
    found = sorted(entry.name for entry in os.scandir(home) if entry.is_dir(follow_symlinks=False))
    if not found:
        raise EmptyTargetError(target, "holds no snapshot of the model: its download has not ended")
    if len(found) > 1:
        problem = f"holds {len(found):,} snapshots, and none is that of the main branch; name one of snapshots/"
        raise SeveralModelsError(target, problem, tuple(found))
    return os.path.join(home, found[0])


def file_of_blob(location: str) -> str | None:
    """The path in a snapshot under which a blob is a file, the current snapshot's first; None for any other file."""
    repository = repository_of(os.path.dirname(location))
    if repository is None or os.path.basename(os.path.dirname(location)) != "blobs":
        return None
    home = os.path.join(repository, "snapshots")
    main = snapshot_folder(os.path.dirname(repository), cached_name(repository), "main")
    snapshots = [str(main)] if main is not None else []
    snapshots += [os.path.join(home, name) for name in sorted(os.listdir(home))]
    blob = os.path.realpath(location)
    for snapshot in snapshots:
        for folder, _, names in os.walk(snapshot):
            for name in sorted(names):
                path = os.path.join(folder, name)
                if os.path.islink(path) and os.path.realpath(path) == blob:
                    return path
    return None


def snapshot_folder(cache: Path | str, repo: str, revision: str) -> Path | None:
    """The folder of a downloaded revision, None where there is none.

    Args:
        cache: the client's cache of repositories.
        repo: ``owner/name``.
        revision: a branch, tag or commit.
    """
    if unsafe_because(revision):
        return None
    home = Path(cache) / f"{_MODELS}{repo.replace('/', '--')}"
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
    there = Counter(shard_set(path) for path in files)
    return {path: size for path, size in files.items() if there[shard_set(path)] >= shards_in_set(path)}
