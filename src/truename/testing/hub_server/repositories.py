"""The repositories in a folder: their files, the hashes that name them, and what the API says of them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from truename.blob import MemoryBlob
from truename.declared.card import read_card
from truename.errors import FileError
from truename.testing.hub_server.records import RepoSettings

LFS_BYTES = 10_000_000  # files of this size and more are in large-file storage, whatever their suffix
# fmt: off
_LFS_SUFFIXES = (
    ".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf", ".onnx", ".h5", ".msgpack", ".tflite", ".npz", ".model",
    ".ot", ".pkl", ".joblib", ".zip", ".parquet",
)
# fmt: on
_WHOLE = 1_000_000  # larger files are named by their size and their first bytes, not by all of them
_DATE = "2025-01-01T00:00:00.000Z"


class Entry(msgspec.Struct, frozen=True):
    """One file of a repository."""

    path: str
    location: str
    size: int
    oid: str  # git's hash of the file, or of its pointer
    sha256: str | None  # of a file in large-file storage

    @property
    def etag(self) -> str:
        """The tag of the file's content."""
        return self.sha256 or self.oid

    @property
    def xet_hash(self) -> str:
        """A hash in the form of Xet's, which are not SHA-256."""
        return hashlib.sha256(f"xet {self.etag}".encode()).hexdigest()


class Revision(msgspec.Struct, frozen=True):
    """A repository at one commit."""

    id: str
    commit: str
    files: Mapping[str, Entry]
    card: Mapping[str, Any]
    config: Mapping[str, Any]

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that the Hub makes of a card and its own."""
        card = self.card
        single = [card.get("library_name"), card.get("pipeline_tag"), self.config.get("model_type")]
        licence = [f"license:{card['license']}"] if isinstance(card.get("license"), str) else []
        bases = [f"base_model:{base}" for base in _texts(card.get("base_model"))]
        known = [*single, *_texts(card.get("tags")), *_texts(card.get("language")), *bases, *licence]
        formats = ["safetensors"] if any(path.endswith(".safetensors") for path in self.files) else []
        return tuple(dict.fromkeys(tag for tag in [*known, *formats] if isinstance(tag, str)))


class Repositories:
    """Every repository below a folder: ``owner/name``, the flat form ``owner+name``, or ``name`` without an owner.

    Files are looked at when a repository is first asked for; ``forget`` after changing them.
    """

    def __init__(self, folder: Path, settings: Mapping[str, RepoSettings]) -> None:
        self._settings = settings
        self._folders = dict(_discover(folder))
        self._moved = {old: new for new, repo in settings.items() for old in repo.moved_from}
        self._known: dict[tuple[str, str], Revision] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._folders))

    def forget(self) -> None:
        """Look at all files again when they are next asked for."""
        self._known.clear()

    def settings(self, repo: str) -> RepoSettings:
        """What a test settled for a repository."""
        return self._settings.get(repo, RepoSettings())

    def moved_to(self, repo: str) -> str | None:
        """The id that a renamed repository has now."""
        return self._moved.get(repo)

    def __contains__(self, repo: object) -> bool:
        return repo in self._folders

    def at(self, repo: str, revision: str = "main") -> Revision | None:
        """A repository at a branch, tag or commit, None where it has no such; ``HEAD`` is its main branch."""
        revision = "main" if revision == "HEAD" else revision
        known = {"main": self._folders[repo]}
        known.update({name: Path(folder) for name, folder in self.settings(repo).revisions.items()})
        if revision in known:
            return self._read(repo, revision, known[revision])
        found = (self._read(repo, name, folder) for name, folder in known.items())
        return next((rev for rev in found if rev.commit == revision), None)

    def _read(self, repo: str, revision: str, folder: Path) -> Revision:
        if (known := self._known.get((repo, revision))) is None:
            known = self._known[repo, revision] = read_revision(repo, folder)
        return known


def read_revision(repo: str, folder: Path) -> Revision:
    """The files of a folder as a commit of a repository."""
    files = {entry.path: entry for entry in sorted(_entries(folder), key=lambda entry: entry.path)}
    listing = "\n".join(f"{entry.etag} {entry.path}" for entry in files.values())
    commit = hashlib.sha1(f"{repo}\n{listing}".encode(), usedforsecurity=False).hexdigest()
    return Revision(repo, commit, files, _card(files.get("README.md")), _config(files.get("config.json")))


def model_info(found: Revision, settings: RepoSettings, *, blobs: bool) -> dict[str, Any]:
    """What the API says of a model; with ``blobs`` each file with its size and hashes."""
    owner = found.id.rpartition("/")[0]
    return {
        "_id": found.commit[:24],
        "id": found.id,
        "modelId": found.id,
        "author": owner or None,
        "sha": found.commit,
        "private": settings.private,
        "gated": settings.gated or False,
        "disabled": settings.disabled,
        "createdAt": _DATE,
        "lastModified": _DATE,
        "downloads": 0,
        "likes": 0,
        "library_name": found.card.get("library_name"),
        "pipeline_tag": found.card.get("pipeline_tag"),
        "tags": list(found.tags),
        "cardData": dict(found.card),
        "config": {key: found.config[key] for key in ("architectures", "model_type") if key in found.config},
        "spaces": [],
        "usedStorage": sum(entry.size for entry in found.files.values()),
        "siblings": [sibling(entry) if blobs else {"rfilename": entry.path} for entry in found.files.values()],
    }


def sibling(entry: Entry) -> dict[str, Any]:
    """A file in a model's information."""
    said: dict[str, Any] = {"rfilename": entry.path, "size": entry.size, "blobId": entry.oid}
    if entry.sha256 is not None:
        said["lfs"] = {"sha256": entry.sha256, "size": entry.size, "pointerSize": 134}
    return said


def tree_entry(entry: Entry) -> dict[str, Any]:
    """A file in a tree."""
    said: dict[str, Any] = {"type": "file", "path": entry.path, "size": entry.size, "oid": entry.oid}
    if entry.sha256 is not None:
        said["lfs"] = {"oid": entry.sha256, "size": entry.size, "pointerSize": 134}
    return said


def _discover(folder: Path) -> Iterator[tuple[str, Path]]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if not entry.is_dir() or entry.name.startswith("."):
            continue
        if "+" in entry.name:
            owner, _, name = entry.name.partition("+")
            yield f"{owner}/{name.replace('+', '-')}", Path(entry.path)
            continue
        inside = list(os.scandir(entry.path))
        if any(item.is_file() for item in inside):
            yield entry.name, Path(entry.path)
        else:
            yield from ((f"{entry.name}/{item.name}", Path(item.path)) for item in inside if item.is_dir())


def _entries(folder: Path) -> Iterator[Entry]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".git")]
        for name in names:
            location = os.path.join(parent, name)
            size = os.path.getsize(location)
            path = os.path.relpath(location, folder).replace(os.sep, "/")
            large = size >= LFS_BYTES or name.endswith(_LFS_SUFFIXES)
            yield Entry(path, location, size, *_hashes(path, location, size, large))


def _hashes(path: str, location: str, size: int, large: bool) -> tuple[str, str | None]:
    """Git's hash, and the content's own of a large file. A file with a hole is not read to its end for it."""
    with open(location, "rb") as file:
        data = file.read(_WHOLE)
    if not large:
        return hashlib.sha1(b"blob %d\0" % size + data, usedforsecurity=False).hexdigest(), None
    named = hashlib.sha256(data)
    if size > _WHOLE:
        named.update(f"{path} {size}".encode())
    return hashlib.sha1(named.digest(), usedforsecurity=False).hexdigest(), named.hexdigest()


def _card(entry: Entry | None) -> Mapping[str, Any]:
    if entry is None:
        return {}
    try:
        card = read_card(MemoryBlob(entry.path, Path(entry.location).read_bytes()))
    except FileError:
        return {}
    return {} if card is None else card.data


def _config(entry: Entry | None) -> Mapping[str, Any]:
    if entry is None:
        return {}
    try:
        found = json.loads(Path(entry.location).read_bytes())
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _texts(value: object) -> Iterable[str]:
    return (
        [value]
        if isinstance(value, str)
        else [v for v in value if isinstance(v, str)]
        if isinstance(value, list)
        else []
    )
