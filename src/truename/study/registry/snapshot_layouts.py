"""Layouts of snapshots: which column of a file stands for which of a study's. The names are data, ``layouts.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Container, Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from truename.errors import UsageError


@cache
def layouts() -> dict[str, Any]:
    """The table of layouts."""
    return tomllib.loads(resources.files(__package__).joinpath("layouts.toml").read_text("utf-8"))


def columns_among(present: Container[str]) -> Mapping[str, str]:
    """A study's column -> the file's that stands for it, of those that are there."""
    return {
        ours: name for ours, names in _columns().items() if (name := next((n for n in names if n in present), None))
    }


def _columns() -> Mapping[str, list[str]]:
    columns: Mapping[str, list[str]] = layouts()["columns"]
    return columns


def match_columns(present: Iterable[str], where: str) -> Mapping[str, str]:
    """A study's column -> the file's that stands for it, of those that are there.

    Args:
        present: the file's columns.
        where: the file, for the message.

    Raises:
        UsageError: no column holds ids.
    """
    there = dict.fromkeys(present)
    found = columns_among(there)
    if "id" not in found:
        known = _columns()
        wanted = " or ".join(repr(name) for name in known["id"])
        missing = ", ".join(ours for ours in known if ours not in found)
        shown = ", ".join(list(there)[:12]) + (" ..." if len(there) > 12 else "") or "none"
        raise UsageError(
            f"{where}: no known layout of a snapshot: a column of ids is missing ({wanted}); its columns are {shown}; "
            f"missing of the hub-stats layout: {missing}"
        )
    return found


def absent_columns(found: Container[str]) -> tuple[str, ...]:
    """A study's columns that a file does not have: what rests on them stays empty."""
    return tuple(ours for ours in layouts()["columns"] if ours not in found)
