"""The rows of a scan as the entries of reports, so that a scan is written in every form that a check is.

A row holds verdict, claims, findings, elements and facts. What bore out each rule, and which rules did not apply, is
only counted there, so these lists of a report stay empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq

from truename.findings import (
    ClaimSpan,
    EvidenceRef,
    FailedTarget,
    Finding,
    Grounds,
    JudgedClaim,
    ModelPart,
    ModelReport,
    Outcome,
    Outcomes,
    Reason,
    ReasonKind,
    ReportedElement,
    ReportedFact,
    Severity,
    Undecided,
    Verdict,
    VerdictKind,
)
from truename.scan.rows import Row

ROWS_AT_ONCE = 64


def entries_of(folder: Path) -> Iterator[ModelReport | FailedTarget]:
    """Every row of a finished scan, in the order of its parts, a few at a time in memory."""
    for part in sorted(folder.glob("part-*.parquet"), key=lambda path: (len(path.name), path.name)):
        with pq.ParquetFile(part) as stored:
            for batch in stored.iter_batches(ROWS_AT_ONCE):
                yield from map(entry_of, batch.to_pylist())


def entry_of(row: Row) -> ModelReport | FailedTarget:
    """A row as an entry of a report."""
    if row["status"] == "error":
        return FailedTarget(row["target"], row["error_kind"], row["error"])
    return ModelReport(
        target=row["target"],
        name=row["name"],
        verdict=Verdict(
            VerdictKind(row["verdict"]),
            claims=len(row["claims"]),
            confirmed=row["confirmed_claims"],
            declared_only=row["declared_only"],
            by_documents=row["by_documents"],
            reason=_reason(row["verdict_reason"]),
        ),
        claims=tuple(map(_claim, row["claims"])),
        revision=row["revision"],
        fingerprint=row["fingerprint"],
        elements=tuple(
            ReportedElement(e["kind"], e["role"], e["text"], _value(e["value"]), e["start"], e["end"])
            for e in row["elements"]
        ),
        convention=row["convention"],
        facts=tuple(ReportedFact(f["key"], _value(f["value"]), f["origin"], f["file"]) for f in row["facts"]),
        findings=tuple(map(_finding, row["findings"])),
        outcomes=Outcomes(row["flagged"], row["confirmed"], row["does_not_apply"], row["cannot_tell"]),
        cannot_tell=tuple(
            Undecided(one["code"], Reason(ReasonKind(one["kind"]), one["text"])) for one in row["cannot_tell_reasons"]
        ),
        parts=tuple(ModelPart(**{**part, "reason": _reason(part["reason"])}) for part in row["parts"]),
    )


def _claim(row: Row) -> JudgedClaim:
    return JudgedClaim(
        kind=row["kind"],
        role=row["role"],
        text=row["text"],
        value=_value(row["value"]),
        start=row["start"],
        end=row["end"],
        outcome=Outcome(row["outcome"]),
        severity=None if row["severity"] is None else Severity(row["severity"]),
        basis=None if row["basis"] is None else Grounds(row["basis"]),
        codes=tuple(row["codes"]),
        evidence=None if row["evidence"] is None else _evidence(row["evidence"]),
        reason=_reason(row["reason"]),
    )


def _finding(row: Row) -> Finding:
    return Finding(
        code=row["code"],
        rule=row["rule"],
        severity=Severity(row["severity"]),
        message=row["message"],
        claim=None if row["claim"] is None else ClaimSpan(row["claim_kind"], row["claim"], row["start"], row["end"]),
        evidence=None if row["origin"] is None else _evidence(row),
        suggestion=row["suggestion"],
        more=row["more"],
        about_files=row["about_files"],
    )


def _evidence(row: Row) -> EvidenceRef:
    return EvidenceRef(
        _value(row["value"]),
        row["origin"],
        row["file"],
        row["detail"],
        row.get("key_path"),
        row.get("line"),
        row.get("column"),
    )


def _reason(row: Row | None) -> Reason | None:
    return None if row is None else Reason(ReasonKind(row["kind"]), row["text"])


def _value(text: str | None) -> Any:
    """A value of a column, which is JSON text; lists are tuples, as in a report."""
    if text is None:
        return None
    found = msgspec.json.decode(text)
    return tuple(found) if isinstance(found, list) else found
