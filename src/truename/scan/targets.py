"""What to scan: ids from a list, folders in a folder. Listings of a hub come from ``sources``."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from typing import TextIO

import msgspec

from truename.errors import TargetNotFoundError, TruenameError
from truename.evidence.several import models_within
from truename.formats import find_checkpoints
from truename.sources.folder import FolderSource
from truename.sources.hub_cache import is_of_another_kind, repository_of

MAX_LINE = 4_096  # characters of a line in a list of targets
_LONGEST = 65_536  # ... that are read
_SHOWN = 200  # ... that the row of a longer one has


class Target(msgspec.Struct, frozen=True):
    """One model to check, and the name it claims where that is not the target's own."""

    target: str
    name: str | None = None
    problem: str | None = None  # why it cannot be a target, as the end of a sentence


def read_targets(lines: Iterable[str], origin: str) -> Iterator[Target]:
    """One target a line; empty lines and lines that start with ``#`` are passed over.

    A line that is longer than any target is one that cannot be checked, and the others are not kept from being so.
    """
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if len(text) > MAX_LINE:
            digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
            problem = (
                f"is line {number:,} of {origin} and has more than {MAX_LINE:,} characters; give one target a line"
            )
            yield Target(f"{text[:_SHOWN]}... ({digest})", problem=problem)
        elif text and not text.startswith("#"):
            yield Target(text)


def lines_of(file: TextIO) -> Iterator[str]:
    """The lines of a list; what a line has beyond ``_LONGEST`` characters is passed over and never in memory."""
    while line := file.readline(_LONGEST):
        yield line
        while len(line) == _LONGEST and not line.endswith("\n"):
            line = file.readline(_LONGEST)


def folders_in(path: str, except_for: str | os.PathLike[str] | None = None) -> Iterator[Target]:
    """Every folder in a folder as a model, and every set of weights that lies in it, in order of their names.

    ``owner+name`` claims ``owner/name``, and so do ``owner/name`` and ``models--owner--name`` of the Hub's cache.

    Args:
        path: the folder.
        except_for: a folder in it that is no model: where the table goes.

    Raises:
        TargetNotFoundError: there is no such folder.
    """
    left_out = None if except_for is None else os.path.realpath(except_for)
    try:
        with os.scandir(path) as entries:
            there = sorted((entry.name, entry.is_dir()) for entry in entries if not entry.name.startswith("."))
    except OSError as error:
        raise TargetNotFoundError(
            path, f"cannot be listed ({error.strerror}); give a folder of model folders"
        ) from None
    files = {name: 0 for name, is_dir in there if not is_dir}
    alone = {checkpoint.paths[0] for checkpoint in find_checkpoints(files) if checkpoint.paths}
    for name, is_dir in there:
        where = os.path.join(path, name)
        if is_dir and not is_of_another_kind(where) and os.path.realpath(where) != left_out:
            yield from _models_of(where, name)
        elif name in alone:
            yield Target(where)


def _models_of(path: str, name: str) -> Iterator[Target]:
    """One folder as a model, or the models in it where it is an owner's."""
    if repository_of(path) is not None:
        yield Target(path)
        return
    try:
        inner = models_within(FolderSource(path))
    except (TruenameError, OSError):  # why it cannot be checked is what its row will say
        inner = ()
    except Exception:  # noqa: BLE001 - the same: the row of this folder runs into it again, and records it
        inner = ()
    for model in inner:
        yield Target(os.path.join(path, *model.split("/")), f"{name}/{model}")
    if not inner:
        yield Target(path, name.replace("+", "/"))
