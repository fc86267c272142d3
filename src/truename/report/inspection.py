"""What a model's files hold, without a look at its name, and its JSON form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from truename.report.json import document_json

INSPECT_SCHEMA = "truename.inspect/1"


class InspectedFact(msgspec.Struct, frozen=True):
    """A fact with all that is known of its origin."""

    key: str
    value: Any
    origin: str
    file: str | None
    detail: str | None


class Branch(msgspec.Struct, frozen=True):
    """One node of the block tree: a layer or a repeated block."""

    label: str
    detail: str
    branches: tuple[Branch, ...] = ()


class Inspection(msgspec.Struct, frozen=True):
    """Everything that the files of one model show."""

    target: str
    facts: Sequence[InspectedFact]
    missing: Mapping[str, str]  # fact -> why it is not there
    tree: tuple[Branch, ...] | None  # None: no weights header showed an architecture
    names: Mapping[str, str] = {}  # naming convention -> a name that fits


class _Document(msgspec.Struct, frozen=True):
    schema: str
    target: str
    facts: Sequence[InspectedFact]
    missing: Mapping[str, str]
    blocks: tuple[Branch, ...] | None
    names: Mapping[str, str]


def inspection_json(inspection: Inspection) -> str:
    """An inspection as one indented JSON document."""
    found = inspection
    return document_json(_Document(INSPECT_SCHEMA, found.target, found.facts, found.missing, found.tree, found.names))
