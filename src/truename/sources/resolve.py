"""From what a user wrote to the source of a model's files: a folder, a file, an id on a hub, an address."""

from __future__ import annotations

import os
from collections.abc import Callable

from truename.errors import EmptyTargetError, TargetNotFoundError, UnavailableError, UsageError
from truename.model_id import ModelId
from truename.sources.folder import ALONE_SUFFIXES, FileSource, FolderSource
from truename.sources.hub_cache import (
    cached_name,
    current_snapshot,
    is_of_another_kind,
    repository_of,
    snapshot_above,
)
from truename.sources.source import Source

_HUB = "https://huggingface.co"
Target = str | os.PathLike[str] | Source


def open_source(target: Target) -> Source:
    """The source of a target's files; a source is its own.

    What is there as a path is a path. Else ``hf://owner/name``, ``owner/name`` and ``name``, each with ``@revision``
    or without, and the address of a model's page are models on the Hub; ``modelscope://owner/name`` is one on
    ModelScope; other ``https://``, ``http://`` and ``s3://`` addresses lead to a folder or a weights file.

    Raises:
        TargetError: there is no model at the target.
        UsageError: the target is empty, or of a scheme that nobody knows.
    """
    if not isinstance(target, (str, os.PathLike)):
        return target
    text = os.fspath(target)
    if not text.strip():
        raise UsageError("a target is empty; give a model folder or a model's id")
    if not isinstance(target, str) or "\0" in text or os.path.lexists(text):
        return _path(text)
    scheme, separator, _ = text.partition("://")
    if (page := _hub_page(text)) is not None:
        return open_source(page)
    if separator:
        if (open_remote := _SCHEMES.get(scheme.lower())) is None:
            known = ", ".join(f"{name}://" for name in _SCHEMES)
            raise UsageError(f"{text[:200]!r}: there is no such folder, and of addresses these are known: {known}")
        return open_remote(text)
    if not _could_be_id(text):
        return _path(text)
    try:
        return _open_hub(text)
    except TargetNotFoundError as error:
        raise TargetNotFoundError(error.target, f"there is no such folder, and {error.problem}") from None
    except UnavailableError as error:
        problem = f"there is no such folder, and {error.problem}"
        raise UnavailableError(error.target, problem, error.retry_after) from None


def _open_hub(text: str) -> Source:
    from truename.sources.hub import open_hub

    return open_hub(text)


def _open_modelscope(text: str) -> Source:
    from truename.sources.modelscope import open_modelscope

    return open_modelscope(text)


def _open_address(text: str) -> Source:
    from truename.sources.http import HttpSource

    return HttpSource(text)


# Scheme -> what takes the whole target. What needs a network is imported when one is met.
_SCHEMES: dict[str, Callable[[str], Source]] = {
    "hf": _open_hub,
    "modelscope": _open_modelscope,
    "http": _open_address,
    "https": _open_address,
    "s3": _open_address,
}


def _path(text: str) -> Source:
    if os.path.isfile(text):
        return FileSource(text)
    if not os.path.isdir(text):
        return FolderSource(text)
    if "--" not in (where := os.path.realpath(text)):  # nowhere in the Hub client's cache
        return FolderSource(text)
    if is_of_another_kind(where):
        raise EmptyTargetError(text, "is the cache of a data set or a space, and not of a model")
    if (repository := repository_of(where)) is not None:
        snapshot = current_snapshot(repository, text)
        return FolderSource(snapshot, cached_name(repository), target=text, whole_sets=True)
    if (cached := snapshot_above(where)) is not None and cached[1] == where:
        return FolderSource(text, whole_sets=True)
    return FolderSource(text)


def _hub_page(text: str) -> str | None:
    """``hf://owner/name@revision`` for the address of a model's page on the Hub, None for any other text."""
    endpoint = (os.environ.get("HF_ENDPOINT") or _HUB).rstrip("/") + "/"
    if not text.startswith(endpoint):
        return None
    owner, _, rest = text.removeprefix(endpoint).partition("?")[0].strip("/").partition("/")
    name, _, below = rest.partition("/")
    kind, _, revision = below.partition("/")
    if not name or (below and (kind != "tree" or not revision or "/" in revision)):
        return None
    page = f"{owner}/{name}@{revision}" if revision else f"{owner}/{name}"
    return f"hf://{page}" if _could_be_id(page) else None


def _could_be_id(text: str) -> bool:
    """Whether a text that is no path may be an id; what is plainly a missing path or file is not sent anywhere."""
    if text.lower().endswith((".json", *ALONE_SUFFIXES)):
        return False
    try:
        ModelId.parse(text)
    except UsageError:
        return False
    return True
