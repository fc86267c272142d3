"""The room's tables of facts: TOML files beside the code, each decoded once when first needed."""

from __future__ import annotations

from functools import cache
from typing import Any

from truename import tables


def table(name: str) -> dict[str, Any]:
    """The content of ``name``.toml in this room."""
    return tables.table(f"architecture/{name}")


@cache
def dotted(name: str, key: str) -> tuple[str, ...]:
    """The list ``key`` of a table, a dot before each entry, as ``str.endswith`` takes it for whole components."""
    return tuple(f".{entry}" for entry in table(name)[key])


def ends_with(path: str, name: str, key: str) -> bool:
    """Whether ``path`` ends with one of the entries of list ``key`` in table ``name``, by whole path components."""
    return f".{path}".endswith(dotted(name, key))
