"""Hand-made reports: what a check could end with, without a check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from truename.findings import (
    ClaimSpan,
    Confirmation,
    EvidenceRef,
    Finding,
    Grounds,
    JudgedClaim,
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

NO_LENGTH = Reason(ReasonKind.NOT_DECLARED, "no context length could be read from the files")
TYPE = EvidenceRef("llama", "declared", "config.json", "model_type")
COUNT = EvidenceRef(1_100_048_384, "weights", "model.safetensors", "201 tensors")


@pytest.fixture
def llama() -> ModelReport:
    """A llama-7b-128k whose weights hold 1.1 B parameters, and whose context length nothing says."""
    return ModelReport(
        target="models/llama-7b-128k",
        name="llama-7b-128k",
        verdict=Verdict(VerdictKind.CONTRADICTED, claims=3, confirmed=1, declared_only=1),
        claims=(
            JudgedClaim(
                "A",
                "family",
                "llama",
                "llama",
                0,
                5,
                Outcome.CONFIRMED,
                basis=Grounds.DECLARED,
                codes=("ARC001",),
                evidence=TYPE,
            ),
            JudgedClaim(
                "P",
                "parameters",
                "7b",
                7_000_000_000,
                6,
                8,
                Outcome.FLAGGED,
                severity=Severity.ERROR,
                codes=("SIZ001",),
                evidence=COUNT,
            ),
            JudgedClaim(
                "C", "context", "128k", 131_072, 9, 13, Outcome.CANNOT_TELL, codes=("CTX001",), reason=NO_LENGTH
            ),
        ),
        revision="abc123",
        fingerprint="0" * 64,
        elements=(
            ReportedElement("A", "family", "llama", "llama", 0, 5),
            ReportedElement("P", "parameters", "7b", 7_000_000_000, 6, 8),
        ),
        convention="implementation",
        facts=(ReportedFact("parameters", 1_100_048_384, "weights", "model.safetensors"),),
        findings=(
            Finding(
                "SIZ001",
                "parameter-count",
                Severity.ERROR,
                "the name says 7 B parameters, the weights hold 1.1 B",
                ClaimSpan("P", "7b", 6, 8),
                COUNT,
                "llama-1.1b",
            ),
        ),
        outcomes=Outcomes(flagged=1, confirmed=1, does_not_apply=1, cannot_tell=3),
        confirmed=(Confirmation("ARC001", ClaimSpan("A", "llama", 0, 5), TYPE),),
        cannot_tell=(
            Undecided("CTX001", NO_LENGTH),
            Undecided("NAM002", Reason(ReasonKind.UNKNOWN_TO_TRUENAME, "the family is not known")),
            Undecided("NAM003", Reason(ReasonKind.UNKNOWN_TO_TRUENAME, "the family is not known")),
        ),
        does_not_apply=(Undecided("LNG001", Reason(ReasonKind.NO_CLAIM, "the name makes no claim about languages")),),
    )


@pytest.fixture
def honest() -> ModelReport:
    """A model without a finding."""
    claim = JudgedClaim(
        "A",
        "family",
        "honest",
        "honest",
        0,
        6,
        Outcome.CONFIRMED,
        basis=Grounds.MEASURED,
        codes=("ARC002",),
        evidence=EvidenceRef("honest", "classifier"),
    )
    verdict = Verdict(VerdictKind.CONSISTENT, claims=1, confirmed=1)
    return ModelReport("models/honest", "honest", verdict, (claim,), outcomes=Outcomes(confirmed=9, cannot_tell=1))


@pytest.fixture(scope="session")
def sarif_schema() -> dict[str, Any]:
    """The schema of SARIF 2.1.0, as @microsoft/sarif-multitool 5.7.0 ships it (MIT)."""
    text = (Path(__file__).parent / "writers" / "sarif-2.1.0.json").read_text(encoding="utf-8-sig")
    schema: dict[str, Any] = json.loads(text)
    return schema
