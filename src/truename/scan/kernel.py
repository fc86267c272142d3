"""The kernel of every engine: one target in, one row out, whatever happens in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from truename.checking import check
from truename.errors import TruenameError, UnavailableError
from truename.findings import ModelReport
from truename.scan.targets import Target
from truename.sources import Source

# A source asks again by itself; only a server that fails for longer comes back here, and the whole model is read anew.
ATTEMPTS = 3
FIRST_WAIT = 2.0  # seconds
LONGEST_WAIT = 600.0  # what a rate limit may ask for

Row = dict[str, Any]
Open = Callable[[str], Source]


def check_row(target: Target, open: Open) -> Row:
    """Check one target. What is wrong with the target itself becomes a row too.

    A server that is unavailable is asked again later, after the time it asks for.

    Args:
        target: what to check.
        open: target -> source; raises TruenameError where there is no model.
    """
    for attempt in range(ATTEMPTS):
        try:
            return report_row(check(open(target.target), name=target.name))
        except UnavailableError as error:
            failure: TruenameError = error
            if attempt + 1 < ATTEMPTS:
                time.sleep(min(max(error.retry_after or 0.0, FIRST_WAIT * 4**attempt), LONGEST_WAIT))
        except TruenameError as error:
            failure = error
            break
    return error_row(target, type(failure).__name__, str(failure))


def report_row(report: ModelReport) -> Row:
    """A report as a row of ``rows.SCHEMA``."""
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
        "facts": [{"key": f.key, "value": _json(f.value), "origin": f.origin, "file": f.file} for f in report.facts],
        "findings": [
            {
                "code": f.code,
                "severity": f.severity.value,
                "message": f.message,
                "claim": f.claim and f.claim.text,
                "value": f.evidence and _json(f.evidence.value),
                "origin": f.evidence and f.evidence.origin,
                "file": f.evidence and f.evidence.file,
                "detail": f.evidence and f.evidence.detail,
                "suggestion": f.suggestion,
            }
            for f in report.findings
        ],
        "flagged": report.outcomes.flagged,
        "clean": report.outcomes.clean,
        "cannot_tell": report.outcomes.cannot_tell,
        "worst": report.worst and report.worst.value,
    }


def error_row(target: Target, kind: str, message: str) -> Row:
    """The row of a target that could not be checked."""
    empty: dict[str, Sequence[Any]] = {"elements": [], "facts": [], "findings": []}
    return {
        "target": printable(target.target),
        "name": printable(target.name or target.target),
        "status": "error",
        "error_kind": kind,
        "error": printable(message),
        "convention": None,
        **empty,
        "flagged": 0,
        "clean": 0,
        "cannot_tell": 0,
        "worst": None,
    }


def printable(text: str) -> str:
    """A text that can be encoded: a folder's name need not be UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _json(value: Any) -> str | None:
    """A value as JSON text: a column holds one type, and values are numbers, words and lists."""
    return None if value is None else msgspec.json.encode(value).decode()
