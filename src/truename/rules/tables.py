"""Tables of facts that rules look things up in, kept as TOML files in the folder ``tables`` beside this module."""

from __future__ import annotations

from functools import cache
from typing import Any

from truename import tables


@cache
def table(name: str) -> dict[str, Any]:
    """The content of ``tables/<name>.toml``, decoded once."""
    return tables.table(f"rules/tables/{name}")
