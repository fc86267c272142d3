"""What a check ends with: findings, outcomes, and the report that holds them.

These nouns are all that ``report`` knows. Their JSON form is the schema ``truename.report/1``.
"""

from __future__ import annotations

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
    """How a rule, or a claim of the name, ended for one model; the first that occurs decides for a claim."""

    FLAGGED = "flagged"  # the files contradict it
    CANNOT_TELL = "cannot_tell"  # claimed, and the files do not settle it; always with a reason
    CONFIRMED = "confirmed"  # claimed, and borne out
    DOES_NOT_APPLY = "does_not_apply"  # the name makes no such claim, or there is no such file


class ReasonKind(StrEnum):
    """Why a rule did not decide. Code looks at the kind, people read the text."""

    NO_CLAIM = "no_claim"  # the name says nothing of it
    NO_SUCH_FILE = "no_such_file"  # there is no file of the kind that is checked
    OTHER_KIND_OF_MODEL = "other_kind_of_model"  # what is checked does not exist in such a model
    NO_WEIGHTS = "no_weights"  # there is no weights file
    UNREAD_WEIGHTS = "unread_weights"  # weights are there, and they were not or could not be read whole
    UNREAD_FILE = "unread_file"  # the same of another file
    NOT_DECLARED = "not_declared"  # no document says it
    NOT_MEASURED = "not_measured"  # the weights were read and do not show it
    ADAPTER = "adapter"  # the files hold an adapter, and its base model decides
    AMBIGUOUS_NAME = "ambiguous_name"  # the name may mean something else
    AMBIGUOUS_FILES = "ambiguous_files"  # the files leave more than one answer open
    UNKNOWN_TO_TRUENAME = "unknown_to_truename"  # a family, a class or a format that truename cannot judge


class Reason(msgspec.Struct, frozen=True):
    """Why something is not decided: a kind for code, and a clause without a full stop for people."""

    kind: ReasonKind
    text: str

    def __str__(self) -> str:
        return self.text


class ClaimSpan(msgspec.Struct, frozen=True):
    """The part of the name (start inclusive, end exclusive, in characters) that makes a claim."""

    kind: str  # one of the 13 element letters
    text: str
    start: int
    end: int


class EvidenceRef(msgspec.Struct, frozen=True):
    """What was found instead, and where."""

    value: Any
    origin: str
    file: str | None = None
    detail: str | None = None  # JSON key, tensor, or how the value was computed


class Finding(msgspec.Struct, frozen=True):
    """One claim that the files contradict, or one fault between the files."""

    code: str  # SIZ001
    rule: str  # parameter-count
    severity: Severity
    message: str  # one sentence: what is claimed, what is there
    claim: ClaimSpan | None = None  # None where the fault lies between files, not in the name
    evidence: EvidenceRef | None = None
    suggestion: str | None = None  # a name without the fault
    times: int = 1  # how many findings of this rule are told by this one


class Confirmation(msgspec.Struct, frozen=True):
    """A claim that the files bear out; without a claim, a check of the files that they passed."""

    code: str
    claim: ClaimSpan | None
    evidence: EvidenceRef | None  # what was compared; None where a rule found nothing wrong and no single value says so

    @property
    def measured(self) -> bool:
        """Whether it was read from the files themselves and is not only declared."""
        return self.evidence is not None and self.evidence.origin != "declared"


class Undecided(msgspec.Struct, frozen=True):
    """A rule that did not decide, and why."""

    code: str
    reason: Reason


class JudgedClaim(msgspec.Struct, frozen=True):
    """A claim of the name with its outcome over all rules that judged it."""

    kind: str  # one of the 13 element letters
    role: str  # what it says within its kind: parameters, context, family ...
    text: str
    start: int
    end: int
    outcome: Outcome  # flagged, cannot_tell or confirmed
    severity: Severity | None = None  # the worst finding's, where it is flagged
    basis: str | None = None  # measured or declared, where it is confirmed
    codes: tuple[str, ...] = ()  # of the rules that say so
    evidence: EvidenceRef | None = None  # the strongest
    reason: Reason | None = None  # where it is not decided


class VerdictKind(StrEnum):
    """What a report says of the model as a whole, worst first."""

    CONTRADICTED = "contradicted"  # the files contradict a claim of the name
    DEFECTIVE = "defective"  # no claim is contradicted, and the files are faulty
    NOT_VERIFIED = "not_verified"  # no weights could be read, or nothing checkable is claimed
    CONSISTENT = "consistent"  # claims are confirmed and none is contradicted


class Verdict(msgspec.Struct, frozen=True):
    """The answer to the question whether a model is what its name says."""

    outcome: VerdictKind
    confirmed: int = 0  # claims
    declared_only: int = 0  # of those, the ones that only a document confirms
    claims: int = 0  # claims that a rule judged
    by_documents: bool = False  # there are no weights at all: only documents were compared with the name
    reason: Reason | None = None  # why nothing is verified


class Outcomes(msgspec.Struct, frozen=True):
    """How many rules ended in each way. They add up to the rules that ran."""

    flagged: int = 0
    confirmed: int = 0
    does_not_apply: int = 0
    cannot_tell: int = 0


class ReportedElement(msgspec.Struct, frozen=True):
    """A naming element as reported."""

    kind: str
    text: str
    value: Any
    start: int
    end: int


class ReportedFact(msgspec.Struct, frozen=True):
    """A fact as reported."""

    key: str
    value: Any
    origin: str
    file: str | None


class ModelReport(msgspec.Struct, frozen=True):
    """Everything that a check found out about one model."""

    target: str  # as the user wrote it
    name: str  # the name that was checked
    verdict: Verdict = Verdict(VerdictKind.NOT_VERIFIED)
    claims: tuple[JudgedClaim, ...] = ()
    elements: tuple[ReportedElement, ...] = ()
    convention: str | None = None
    facts: tuple[ReportedFact, ...] = ()
    findings: tuple[Finding, ...] = ()
    outcomes: Outcomes = Outcomes()
    confirmed: tuple[Confirmation, ...] = ()
    does_not_apply: tuple[Undecided, ...] = ()
    cannot_tell: tuple[Undecided, ...] = ()

    @property
    def worst(self) -> Severity | None:
        """The worst severity among the findings, None where there is none."""
        return min((f.severity for f in self.findings), key=lambda s: s.rank, default=None)


class Report(msgspec.Struct, frozen=True):
    """The models of one call, in the order they were asked for."""

    models: tuple[ModelReport, ...]
    schema: str = REPORT_SCHEMA
