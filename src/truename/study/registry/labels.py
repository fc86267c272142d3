"""How tables and figures name what the rows hold: ``labels.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec


class Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words for what the rows write short; the order is that of figures."""

    elements: dict[str, str]  # letter → name
    conventions: dict[str, str]
    separators: dict[str, str]
    versions: dict[str, str]
    verdicts: dict[str, str]  # consistent is none: no weights are read
    published_elements: dict[str, float]  # letter → percent of names in the study that this one repeats
    published_conventions: dict[str, float]


@cache
def labels() -> Labels:
    """The shipped words."""
    text = Path(__file__).with_name("labels.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Labels)
