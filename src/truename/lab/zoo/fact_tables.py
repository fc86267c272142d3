"""The zoo's tables of facts: TOML files beside the code, each read once when first needed."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


@cache
def table(name: str) -> dict[str, Any]:
    """The content of ``name``.toml in this room."""
    return tomllib.loads((_HERE / f"{name}.toml").read_text(encoding="utf-8"))


def digest_of_tables() -> str:
    """What changes when any table of the room does: parts of a build hang on it."""
    tables = sorted(_HERE.rglob("*.toml"))
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in tables)).hexdigest()[:16]
