"""What a check ends with: findings, outcomes, and the report that holds them; and what an inspection ends with.

These nouns are all that ``report`` knows. Their JSON form is the schema ``truename.report/1``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

REPORT_SCHEMA = "truename.report/1"


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    ERROR = "error"  # the name says something that is not so
    WARNING = "warning"  # the name misleads
    NOTE = "note"  # worth knowing; the name is within its field's habits

    @property
    def rank(self) -> int:
        """0 for an error, 1 for a warning, 2 for a note."""
        return list(Severity).index(self)


class Outcome(StrEnum):
    """How a rule ended for one model."""

    FLAGGED = "flagged"
    CLEAN = "clean"
    CANNOT_TELL = "cannot_tell"


class ClaimSpan(msgspec.Struct, frozen=True):
    """The part of the name (start inclusive, end exclusive, in characters) that makes a claim.

    Attributes:
        kind: one of the 13 element letters.
        text: as the name writes it.
        start: in characters of the name.
        end: exclusive, in characters of the name.
    """

    kind: str
    text: str
    start: int
    end: int


class EvidenceRef(msgspec.Struct, frozen=True):
    """What was found instead, and where.

    Attributes:
        value: what was found.
        origin: where it comes from: weights, classifier, files or declared.
        file: relative to the root of the model.
        detail: JSON key, tensor, or how the value was computed.
    """

    value: Any
    origin: str
    file: str | None = None
    detail: str | None = None


class Finding(msgspec.Struct, frozen=True):
    """One claim that the files contradict.

    Attributes:
        code: of the rule: SIZ001.
        rule: the same in words: parameter-count.
        severity: how bad it is.
        message: one sentence: what is claimed, what is there.
        claim: None where the fault lies between files, not in the name.
        evidence: what was found instead.
        suggestion: a name without the fault.
    """

    code: str
    rule: str
    severity: Severity
    message: str
    claim: ClaimSpan | None = None
    evidence: EvidenceRef | None = None
    suggestion: str | None = None


class Undecided(msgspec.Struct, frozen=True):
    """A rule that could not decide, and why.

    Attributes:
        code: of the rule: SIZ001.
        reason: a clause without a full stop.
    """

    code: str
    reason: str


class Outcomes(msgspec.Struct, frozen=True):
    """How many rules ended in each way. They add up to the rules that ran.

    Attributes:
        flagged: rules with findings.
        clean: rules that found nothing wrong.
        cannot_tell: rules that could not decide.
    """

    flagged: int = 0
    clean: int = 0
    cannot_tell: int = 0


class ReportedElement(msgspec.Struct, frozen=True):
    """A naming element as reported.

    Attributes:
        kind: one of the 13 element letters.
        text: as the name writes it.
        value: normalised; None where nothing is claimed.
        start: in characters of the name.
        end: exclusive, in characters of the name.
    """

    kind: str
    text: str
    value: Any
    start: int
    end: int


class ReportedFact(msgspec.Struct, frozen=True):
    """A fact as reported.

    Attributes:
        key: what it is a fact of.
        value: number, text, boolean, or a collection of those.
        origin: where it comes from: weights, classifier, files or declared.
        file: relative to the root of the model.
    """

    key: str
    value: Any
    origin: str
    file: str | None


class ModelReport(msgspec.Struct, frozen=True):
    """Everything that a check found out about one model.

    Attributes:
        target: as the user wrote it.
        name: the name that was checked.
        elements: what the name consists of.
        convention: which of the study's naming conventions the elements make.
        facts: what the files hold, by key and then by strength of origin.
        findings: what the name claims and the files contradict, the worst first.
        outcomes: how many rules ended in each way.
        cannot_tell: the rules that could not decide.
    """

    target: str
    name: str
    elements: tuple[ReportedElement, ...] = ()
    convention: str | None = None
    facts: tuple[ReportedFact, ...] = ()
    findings: tuple[Finding, ...] = ()
    outcomes: Outcomes = Outcomes()
    cannot_tell: tuple[Undecided, ...] = ()

    @property
    def worst(self) -> Severity | None:
        """The worst severity among the findings, None where there is none."""
        return min((f.severity for f in self.findings), key=lambda s: s.rank, default=None)


class Report(msgspec.Struct, frozen=True):
    """The models of one call, in the order they were asked for.

    Attributes:
        models: in the order they were asked for.
        schema: of the JSON form.
    """

    models: tuple[ModelReport, ...]
    schema: str = REPORT_SCHEMA


class InspectedFact(msgspec.Struct, frozen=True):
    """A fact with all that is known of its origin.

    Attributes:
        key: what it is a fact of, one of the keys in docs/facts.md.
        value: number, text, boolean, or a collection of those.
        origin: where it comes from: ``weights``, ``classifier``, ``files`` or ``declared``.
        file: the file it was read from, relative to the model's root.
        detail: the JSON key, the tensor, or how it was computed.
    """

    key: str
    value: Any
    origin: str
    file: str | None
    detail: str | None


class Branch(msgspec.Struct, frozen=True):
    """One node of the tree of blocks.

    Attributes:
        label: the path of a layer or a repeated block.
        detail: what the layer does and its tensors, or how often the block is repeated.
        branches: the parts of the block.
    """

    label: str
    detail: str
    branches: tuple[Branch, ...] = ()


class Inspection(msgspec.Struct, frozen=True):
    """Everything that the files of one model show, whatever it is called.

    Attributes:
        target: as the user wrote it.
        facts: by key, and then by strength of origin.
        missing: the key of a fact that is not there, and why.
        tree: the layers and blocks; None where no header of weights shows an architecture.
        names: a naming convention, and a name that fits the model in it.
    """

    target: str
    facts: Sequence[InspectedFact]
    missing: Mapping[str, str]
    tree: tuple[Branch, ...] | None
    names: Mapping[str, str] = {}
