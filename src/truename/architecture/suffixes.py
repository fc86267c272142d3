"""Whether a tensor's path ends with one of the entries that a table of facts lists."""

from __future__ import annotations

from functools import cache

from truename.compiled_tables import table


@cache
def dotted(name: str, key: str) -> tuple[str, ...]:
    """The list ``key`` of a table, a dot before each entry, as ``str.endswith`` takes it for whole components."""
    return tuple(f".{entry}" for entry in table(f"architecture/{name}")[key])


def ends_with(path: str, name: str, key: str) -> bool:
    """Whether ``path`` ends with one of the entries of list ``key`` in table ``name``, by whole path components."""
    return f".{path}".endswith(dotted(name, key))
