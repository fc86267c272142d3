"""A row of a scan: what a report says, or why there is none, in the columns of ``columns.SCHEMA``."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from truename.dara import Question
from truename.errors import TruenameError
from truename.evidence import Evidence
from truename.facts import FACTS
from truename.findings import EvidenceRef, Finding, JudgedClaim, ModelPart, ModelReport, Outcome, Reason
from truename.json_text import REFUSALS
from truename.scan.targets import Target

Row = dict[str, Any]

SCAN_SCHEMA = "truename.scan/3"  # of the rows that are stored

_IDENTIFICATION = "identification."
_EVIDENCE = ("value", "origin", "file", "detail")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LIKE_ESCAPE = re.compile(r"\\(?=x5c|x[89a-f][0-9a-f]|ud[89a-f][0-9a-f]{2})")


def report_row(report: ModelReport, evidence: Evidence) -> Row:
    """The row of a model that was checked."""
    return {
        "target": printable(report.target),
        "name": printable(report.name),
        "status": "checked",
        "error_kind": None,
        "error": None,
        "revision": report.revision,
        "fingerprint": report.fingerprint,
        "verdict": report.verdict.outcome.value,
        "verdict_reason": _reason(report.verdict.reason),
        "claims": [_claim(claim) for claim in report.claims],
        "confirmed_claims": report.verdict.confirmed,
        "declared_only": report.verdict.declared_only,
        "by_documents": report.verdict.by_documents,
        "convention": report.convention,
        "elements": [
            {"kind": e.kind, "role": e.role, "text": e.text, "value": _json(e.value), "start": e.start, "end": e.end}
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
        "cannot_tell_reasons": [
            {"code": one.code, "kind": one.reason.kind.value, "text": one.reason.text} for one in report.cannot_tell
        ],
        "unsettled": sum(claim.outcome is Outcome.CANNOT_TELL for claim in report.claims),
        "worst": report.worst and report.worst.value,
        "parts": [_part(part) for part in report.parts],
    }


def error_row(target: Target, error: TruenameError) -> Row:
    """The row of a target that could not be checked."""
    return {
        "target": printable(target.target),
        "name": printable(target.name or target.target),
        "status": "error",
        "error_kind": type(error).__name__,
        "error": printable(str(error)),
        "revision": None,
        "fingerprint": None,
        "verdict": None,
        "verdict_reason": None,
        "claims": [],
        "confirmed_claims": 0,
        "declared_only": 0,
        "by_documents": None,
        "convention": None,
        "elements": [],
        "facts": [],
        "identification": None,
        "findings": [],
        "flagged": 0,
        "confirmed": 0,
        "does_not_apply": 0,
        "cannot_tell": 0,
        "cannot_tell_reasons": [],
        "unsettled": 0,
        "worst": None,
        "parts": [],
    }


def line_of(row: Row) -> bytes:
    """A row as one line of JSON."""
    return _encoded(row) + b"\n"


def printable(text: str) -> str:
    """A text that can be encoded, different for different texts: a folder's name need not be UTF-8.

    A byte that is not UTF-8 becomes ``\\xff``, a lone surrogate ``\\ud800``; a backslash that stands before what could
    be read as one of these becomes ``\\x5c``.
    """
    if "\\" in text:
        text = _LIKE_ESCAPE.sub(r"\\x5c", text)
    return text if text.isascii() else _SURROGATE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    point = ord(found[0])
    return f"\\x{point - 0xDC00:02x}" if 0xDC80 <= point <= 0xDCFF else f"\\u{point:04x}"


def _identification(evidence: Evidence) -> Row:
    """What the classifier says the structure is; ``unanswered`` says why answers are missing."""
    said = {key: evidence.value(FACTS[_IDENTIFICATION + key]) for key in (*Question, "extends", "error_rate")}
    reasons = {key: evidence.why_missing(FACTS[_IDENTIFICATION + key]) for key in Question if said[key] is None}
    unanswered = [{"question": key.value, "kind": why.kind.value, "text": why.text} for key, why in reasons.items()]
    return {**said, "unanswered": unanswered}


def _claim(claim: JudgedClaim) -> Row:
    return {
        "kind": claim.kind,
        "role": claim.role,
        "text": claim.text,
        "value": _json(claim.value),
        "start": claim.start,
        "end": claim.end,
        "outcome": claim.outcome.value,
        "severity": claim.severity and claim.severity.value,
        "basis": claim.basis and claim.basis.value,
        "codes": list(claim.codes),
        "evidence": None if claim.evidence is None else _evidence(claim.evidence),
        "reason": _reason(claim.reason),
    }


def _part(part: ModelPart) -> Row:
    return {
        "name": part.name,
        "file": part.file,
        "format": part.format,
        "tensors": part.tensors,
        "parameters": part.parameters,
        "judged": part.judged,
        "graph": part.graph,
        "reason": _reason(part.reason),
    }


def _reason(reason: Reason | None) -> Row | None:
    return None if reason is None else {"kind": reason.kind.value, "text": reason.text}


def _evidence(evidence: EvidenceRef) -> Row:
    return {
        "value": _json(evidence.value),
        "origin": evidence.origin,
        "file": evidence.file,
        "detail": evidence.detail,
    }


def _finding(finding: Finding) -> Row:
    shown = finding.evidence
    claim = finding.claim
    return {
        "code": finding.code,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "claim": claim and claim.text,
        "claim_kind": claim and claim.kind,
        "start": claim and claim.start,
        "end": claim and claim.end,
        **(dict.fromkeys(_EVIDENCE) if shown is None else _evidence(shown)),
        "key_path": shown and shown.key_path,
        "line": shown and shown.line,
        "column": shown and shown.column,
        "suggestion": finding.suggestion,
        "more": finding.more,
        "about_files": finding.about_files,
    }


def _json(value: Any) -> str | None:
    """A value as JSON text: a column holds one type, and values are numbers, words and lists."""
    return None if value is None else _encoded(value).decode()


def _encoded(value: Any) -> bytes:
    """JSON of a value, whatever its texts hold."""
    try:
        return msgspec.json.encode(value)
    except REFUSALS:
        return msgspec.json.encode(_cleaned(msgspec.to_builtins(value)))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(one) for key, one in value.items()}
    return list(map(_cleaned, value)) if isinstance(value, list) else value
