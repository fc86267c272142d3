"""A row of a scan: what a report says, or why there is none, in the columns of ``table.SCHEMA``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from truename.dara import Question
from truename.errors import TruenameError
from truename.evidence import Evidence
from truename.facts import FACTS
from truename.findings import Finding, ModelReport
from truename.scan.targets import Target

Row = dict[str, Any]

_IDENTIFICATION = "identification."


def report_row(report: ModelReport, evidence: Evidence) -> Row:
    """The row of a model that was checked."""
    return {
        "target": printable(report.target),
        "name": printable(report.name),
        "status": "checked",
        "error_kind": None,
        "error": None,
        "convention": report.convention,
        "elements": [
            {"kind": e.kind, "text": e.text, "value": _json(e.value), "start": e.start, "end": e.end}
            for e in report.elements
        ],
        "facts": [
            {"key": f.key, "value": _json(f.value), "origin": f.origin, "file": f.file}
            for f in report.facts
            if not f.key.startswith(_IDENTIFICATION)
        ],
        "identification": _identification(evidence),
        "findings": [_finding(finding) for finding in report.findings],
        "flagged": report.outcomes.flagged,
        "confirmed": report.outcomes.confirmed,
        "does_not_apply": report.outcomes.does_not_apply,
        "cannot_tell": report.outcomes.cannot_tell,
        "worst": report.worst and report.worst.value,
    }


def error_row(target: Target, error: TruenameError) -> Row:
    """The row of a target that could not be checked."""
    return {
        "target": printable(target.target),
        "name": printable(target.name or target.target),
        "status": "error",
        "error_kind": type(error).__name__,
        "error": printable(str(error)),
        "convention": None,
        "elements": [],
        "facts": [],
        "identification": None,
        "findings": [],
        "flagged": 0,
        "confirmed": 0,
        "does_not_apply": 0,
        "cannot_tell": 0,
        "worst": None,
    }


def line_of(row: Row) -> bytes:
    """A row as one line of JSON."""
    return msgspec.json.encode(row) + b"\n"


def printable(text: str) -> str:
    """A text that can be encoded: a folder's name need not be UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _identification(evidence: Evidence) -> Row:
    """What the classifier says the structure is; ``reason`` says why answers are missing."""
    said = {key: evidence.value(FACTS[_IDENTIFICATION + key]) for key in (*Question, "extends", "error_rate")}
    unanswered = [key for key in Question if said[key] is None]
    missing = {key.value: evidence.why_missing(FACTS[_IDENTIFICATION + key]).text for key in unanswered}
    return {**said, "reason": _joined(missing) if missing else None}


def _joined(reasons: Mapping[str, str]) -> str:
    """One reason for all questions, or each question with its own."""
    if len(reasons) == len(Question) and len(set(reasons.values())) == 1:
        return next(iter(reasons.values()))
    return "; ".join(f"{question}: {why}" for question, why in reasons.items())


def _finding(finding: Finding) -> Row:
    claim, evidence = finding.claim, finding.evidence
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "claim": claim and claim.text,
        "value": evidence and _json(evidence.value),
        "origin": evidence and evidence.origin,
        "file": evidence and evidence.file,
        "detail": evidence and evidence.detail,
        "suggestion": finding.suggestion,
    }


def _json(value: Any) -> str | None:
    """A value as JSON text: a column holds one type, and values are numbers, words and lists."""
    return None if value is None else msgspec.json.encode(value).decode()
