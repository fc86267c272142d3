from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from truename.blob import MemoryBlob
from truename.declared import Declared, read_declared

Read = Callable[..., Declared]


@pytest.fixture
def read() -> Read:
    """Reads a repository given as path -> bytes, text, or an object to be written as JSON; by keyword config, card."""

    def reader(files: dict[str, Any] | None = None, *, config: Any = None, card: str | None = None) -> Declared:
        contents = dict(files or {})
        if config is not None:
            contents["config.json"] = config
        if card is not None:
            contents["README.md"] = card
        data = {path: _bytes(value) for path, value in contents.items()}
        return read_declared(
            {path: len(value) for path, value in sorted(data.items())}, lambda path: MemoryBlob(path, data[path])
        )

    return reader


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()
