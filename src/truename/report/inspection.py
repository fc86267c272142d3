"""The JSON form of what a model's files hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from truename.findings import Branch, InspectedFact, Inspection, ModelPart
from truename.report.json import document_json

INSPECT_SCHEMA = "truename.inspect/1"


class _Document(msgspec.Struct, frozen=True):
    schema: str
    target: str
    facts: Sequence[InspectedFact]
    missing: Mapping[str, str]
    blocks: tuple[Branch, ...] | None
    names: Mapping[str, str]
    parts: tuple[ModelPart, ...]


def inspection_json(inspection: Inspection) -> str:
    """An inspection as one indented JSON document."""
    found = inspection
    missing = {key: reason.text for key, reason in found.missing.items()}
    return document_json(
        _Document(INSPECT_SCHEMA, found.target, found.facts, missing, found.tree, found.names, found.parts)
    )
