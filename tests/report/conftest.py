"""Hand-made reports: what a check could end with, without a check."""

from __future__ import annotations

import pytest

from truename.findings import (
    ClaimSpan,
    EvidenceRef,
    Finding,
    ModelReport,
    Outcomes,
    ReportedElement,
    ReportedFact,
    Severity,
    Undecided,
)


@pytest.fixture
def llama() -> ModelReport:
    """A llama-7b whose weights hold 1.1 B parameters."""
    return ModelReport(
        target="models/llama-7b",
        name="llama-7b",
        elements=(ReportedElement("A", "llama", "llama", 0, 5), ReportedElement("P", "7b", 7_000_000_000, 6, 8)),
        convention="implementation",
        facts=(ReportedFact("parameters", 1_100_048_384, "weights", "model.safetensors"),),
        findings=(
            Finding(
                "SIZ001",
                "parameter-count",
                Severity.ERROR,
                "the name says 7 B parameters, the weights hold 1.1 B",
                ClaimSpan("P", "7b", 6, 8),
                EvidenceRef(1_100_048_384, "weights", "model.safetensors", "201 tensors"),
                "llama-1.1b",
            ),
        ),
        outcomes=Outcomes(1, 2, 3),
        cannot_tell=(
            Undecided("LNG001", "the name makes no claim about languages"),
            Undecided("CTX001", "no context length could be read from the files"),
            Undecided("CTX002", "no context length could be read from the files"),
        ),
    )


@pytest.fixture
def honest() -> ModelReport:
    """A model without a finding."""
    return ModelReport("models/honest", "honest", outcomes=Outcomes(0, 9, 1))
