"""Ids of models on the Hub: ``owner/name``, ``name`` or ``owner/name@revision``."""

from __future__ import annotations

import re

import msgspec

from truename.errors import UsageError

LONGEST = 96  # characters of owner/name, the Hub's limit
_PART = re.compile(r"[A-Za-z0-9._-]+")


class ModelId(msgspec.Struct, frozen=True):
    """A model's id on the Hub."""

    owner: str | None
    name: str
    revision: str | None = None

    @property
    def repo_id(self) -> str:
        """``owner/name``, without the revision."""
        return f"{self.owner}/{self.name}" if self.owner else self.name

    def __str__(self) -> str:
        return f"{self.repo_id}@{self.revision}" if self.revision else self.repo_id

    @classmethod
    def parse(cls, text: str) -> ModelId:
        """Read an id by the Hub's rules.

        Letters, digits, ``-``, ``_`` and ``.``; no ``--`` and no ``..``; neither part starts or ends with ``-`` or
        ``.``; the id does not end with ``.git``; at most 96 characters.

        Raises:
            UsageError: the text is no such id; the message says what is wrong with it.
        """
        repo, at, revision = text.partition("@")
        problem = _problem(repo) or ("the revision after '@' is empty" if at and not revision else None)
        if problem:
            shown = text if len(text) <= LONGEST else f"{text[:60]}..."
            raise UsageError(f"{shown!r} is not a model id: {problem}")
        owner, slash, name = repo.rpartition("/")
        return cls(owner if slash else None, name, revision or None)


def _problem(repo: str) -> str | None:
    """What breaks the Hub's rules, or None."""
    if not repo:
        return "it is empty; write owner/name"
    if len(repo) > LONGEST:
        return f"it has {len(repo)} characters; the Hub allows {LONGEST}"
    parts = repo.split("/")
    if len(parts) > 2:
        return f"it has {len(parts) - 1} slashes; write owner/name"
    for part in parts:
        if not part:
            return "the part before or after the slash is empty; write owner/name"
        if not _PART.fullmatch(part):
            return f"{part!r} has other characters than letters, digits, '-', '_' and '.'"
        if part[0] in "-." or part[-1] in "-.":
            return f"{part!r} starts or ends with '-' or '.'"
    if "--" in repo or ".." in repo:
        return "'--' and '..' are not allowed"
    return "it ends with '.git'" if repo.endswith(".git") else None
