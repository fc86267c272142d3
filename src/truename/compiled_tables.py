"""The tables of facts as they are loaded: one JSON file that ``tools/compile_tables.py`` writes from the TOML files.

TOML is for those who write the tables. Reading a dozen of them at every start took longer than a small model's check.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

COMPILED = Path(__file__).with_name("compiled_tables.json")


@cache
def table(path: str) -> dict[str, Any]:
    """The table ``path`` (``rules/heads``: the package and the TOML file), decoded when it is first asked for.

    Raises:
        KeyError: there is no such table, or it is not compiled.
    """
    content: dict[str, Any] = msgspec.json.decode(_compiled()[path])
    return content


@cache
def _compiled() -> Mapping[str, msgspec.Raw]:
    return msgspec.json.decode(COMPILED.read_bytes(), type=dict[str, msgspec.Raw])
