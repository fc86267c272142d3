"""The JSON Schema of a report, written from the nouns themselves; ``report-2.schema.json`` holds its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from inspect import getdoc
from typing import Any

import msgspec

from truename import findings
from truename.facts import Origin
from truename.findings import REPORT_SCHEMA, Outcome, VerdictKind
from truename.report.json import ReportDocument

SCHEMA_FILE = "report-2.schema.json"
ELEMENT_LETTERS = "ASDCVFLTRNHPO"

_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.+(?:\n {5,}.+)*)", re.MULTILINE)
_NULL = re.compile(r"\bNone\b")
_NOTHING = {"type": "null"}
_LETTER = {"enum": list(ELEMENT_LETTERS)}
_ORIGIN = {"enum": [origin.value for origin in Origin]}
_CODE = {"pattern": "^[A-Z]{3}[0-9]{3}$"}
# What a noun's types do not say: fields that hold one of a few words, or text of one form.
_FORMS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("ModelReport", "fingerprint"): {"pattern": "^[0-9a-f]{64}$"},
    ("ReportDocument", "schema"): {"const": REPORT_SCHEMA},
    ("ClaimSpan", "kind"): _LETTER,
    ("JudgedClaim", "kind"): _LETTER,
    ("ReportedElement", "kind"): _LETTER,
    ("EvidenceRef", "origin"): _ORIGIN,
    ("ReportedFact", "origin"): _ORIGIN,
    ("Finding", "code"): _CODE,
    ("Confirmation", "code"): _CODE,
    ("Undecided", "code"): _CODE,
    ("JudgedClaim", "outcome"): {"enum": [Outcome.FLAGGED.value, Outcome.CANNOT_TELL.value, Outcome.CONFIRMED.value]},
}
# A field that is there with one outcome, and null with every other.
_ONLY_WITH = {
    "JudgedClaim": {
        "severity": Outcome.FLAGGED.value,
        "basis": Outcome.CONFIRMED.value,
        "reason": Outcome.CANNOT_TELL.value,
    }
}
# A field that is null with every other outcome, and may be null with this one.
_AT_MOST_WITH = {"Verdict": {"reason": VerdictKind.NOT_VERIFIED.value}}


def report_schema() -> dict[str, Any]:
    """The JSON Schema of a report, 2020-12: what this version of truename writes, and nothing else."""
    schema = msgspec.json.schema(ReportDocument)
    parts = {name: _completed(name, part) for name, part in schema["$defs"].items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": REPORT_SCHEMA,
        "description": "What truename check --format json writes. Every field is always there; it may be null.",
        "$ref": schema["$ref"],
        "$defs": parts,
    }


def schema_text() -> str:
    """The schema as it is shipped."""
    return msgspec.json.format(msgspec.json.encode(report_schema()), indent=2).decode() + "\n"


def _completed(name: str, part: Mapping[str, Any]) -> dict[str, Any]:
    """A noun's schema with the meaning and the form of every field."""
    noun: Any = ReportDocument if name == ReportDocument.__name__ else getattr(findings, name)
    summary, _, attributes = (getdoc(noun) or "").partition("\n\nAttributes:\n")
    described = {**part, "description": " ".join(summary.split())}
    if issubclass(noun, StrEnum):  # msgspec sorts the members, and their order means something
        return {**described, "enum": [member.value for member in noun]}
    meanings = {field: _NULL.sub("null", " ".join(text.split())) for field, text in _ATTRIBUTE.findall(attributes)}
    fields = {field: dict(_fields(name, field, form, meanings[field])) for field, form in part["properties"].items()}
    described |= {"properties": fields, "required": list(fields), "additionalProperties": False}
    if conditions := list(_conditions(name)):
        described["allOf"] = conditions
    return described


def _fields(name: str, field: str, form: Mapping[str, Any], meaning: str) -> Iterator[tuple[str, Any]]:
    yield "description", meaning
    for key, value in form.items():
        if key == "anyOf":
            yield key, sorted(value, key=lambda one: one == _NOTHING)  # versions of msgspec differ in the order
        elif key != "default":  # every field is always written
            yield key, value
    if form.get("type") == "integer":
        yield "minimum", 0  # counts, and places in a name
    yield from _FORMS.get((name, field), {}).items()


def _conditions(name: str) -> Iterator[dict[str, Any]]:
    for field, outcome in _ONLY_WITH.get(name, {}).items():
        yield {"if": _outcome(outcome), "then": _field(field, {"not": {"type": "null"}}), "else": _null(field)}
    for field, outcome in _AT_MOST_WITH.get(name, {}).items():
        yield {"if": {"not": _outcome(outcome)}, "then": _null(field)}


def _outcome(value: str) -> dict[str, Any]:
    return _field("outcome", {"const": value})


def _null(field: str) -> dict[str, Any]:
    return _field(field, {"type": "null"})


def _field(field: str, form: Mapping[str, Any]) -> dict[str, Any]:
    return {"properties": {field: form}}
