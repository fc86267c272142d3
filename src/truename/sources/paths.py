"""Which relative paths are safe to open. Names of files come from people we do not know."""

from __future__ import annotations

import re

from truename.errors import UnsafePathError

MAX_PATH_LENGTH = 1024  # bytes as UTF-8; the Hub's own limit is lower

_DRIVE = re.compile(r"[A-Za-z]:")


def unsafe_because(path: str) -> str | None:
    """Why a path inside a model must not be opened, as the end of a sentence; None where it may."""
    if not path:
        return "is empty"
    if len(path) > MAX_PATH_LENGTH:
        return f"is longer than {MAX_PATH_LENGTH} characters"
    if "\0" in path:
        return "holds a NUL character"
    if path.startswith("/") or _DRIVE.match(path):
        return "is absolute"
    if "\\" in path:
        return "holds a backslash"
    if any(part in ("", ".", "..") for part in path.split("/")):
        return "would leave the model's folder or is not in its shortest form"
    if not path.isprintable() and any(0xD800 <= ord(c) <= 0xDFFF for c in path):
        return "is not valid UTF-8"
    return None


def check_path(target: str, path: str) -> None:
    """Refuse a path that could lead out of the model.

    Raises:
        UnsafePathError: the path is absolute, climbs, or holds characters with a meaning of their own.
    """
    if why := unsafe_because(path):
        raise UnsafePathError(target, f"the path {path[:200]!r} {why}")
