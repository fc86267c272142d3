"""What a check ends with: findings, outcomes, and the report that holds them; and what an inspection ends with.

These nouns are all that ``report`` knows. Their JSON form is the schema ``truename.report/2``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

REPORT_SCHEMA = "truename.report/2"


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
    NOT_DOWNLOADED = "not_downloaded"  # a stand-in lies in the file's place: a Git LFS pointer, an unfinished download
    UNREAD_FILE = "unread_file"  # the same of another file
    NO_DOCUMENT = "no_document"  # the document that could say it is not there
    NOT_DECLARED = "not_declared"  # the documents are there and do not say it
    NOT_MEASURED = "not_measured"  # the weights were read and do not show it
    ADAPTER = "adapter"  # the files hold an adapter, and its base model decides
    AMBIGUOUS_NAME = "ambiguous_name"  # the name may mean something else
    AMBIGUOUS_FILES = "ambiguous_files"  # the files leave more than one answer open
    UNKNOWN_TO_TRUENAME = "unknown_to_truename"  # a family, a class or a format that truename cannot judge
    INTERNAL_ERROR = "internal_error"  # the rule itself failed, which is a fault of truename


class Reason(msgspec.Struct, frozen=True):
    """Why something is not decided: a kind for code, and a clause for people.

    Attributes:
        kind: what code looks at.
        text: what people read, without a full stop.
        file: the file that would settle it, where there is one: it is missing, broken or silent.
    """

    kind: ReasonKind
    text: str
    file: str | None = None

    def __str__(self) -> str:
        return self.text


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
        key_path: the key of the document that holds the value; dots lead into nested objects.
        line: of that key, from 1; only of findings.
        column: of that key, in characters from 1.
    """

    value: Any
    origin: str
    file: str | None = None
    detail: str | None = None
    key_path: str | None = None
    line: int | None = None
    column: int | None = None


class Finding(msgspec.Struct, frozen=True):
    """One claim that the files contradict, or one fault between the files.

    Attributes:
        code: of the rule: SIZ001.
        rule: the same in words: parameter-count.
        severity: how bad it is.
        message: one sentence: what is claimed, what is there.
        claim: None where the fault lies between files, not in the name.
        evidence: what was found instead.
        suggestion: a name without the fault.
        more: how many further findings of the rule this one stands for.
        about_files: whether it is a fault of the files among themselves, of which the name is not accused.
    """

    code: str
    rule: str
    severity: Severity
    message: str
    claim: ClaimSpan | None = None
    evidence: EvidenceRef | None = None
    suggestion: str | None = None
    more: int = 0
    about_files: bool = False


class RuleText(msgspec.Struct, frozen=True):
    """What a rule says of itself, for reports that explain their findings.

    Attributes:
        code: SIZ001.
        slug: the same in words: parameter-count.
        summary: what is wrong, in one line.
        why: why it matters, as Markdown.
    """

    code: str
    slug: str = ""
    summary: str = ""
    why: str = ""


class Confirmation(msgspec.Struct, frozen=True):
    """A claim that the files bear out; without a claim, a check of the files that they passed.

    Attributes:
        code: of the rule: SIZ001.
        claim: the part of the name; None where a rule checks the files alone.
        evidence: what was compared; None where no single value shows that nothing is wrong.
    """

    code: str
    claim: ClaimSpan | None
    evidence: EvidenceRef | None


class Undecided(msgspec.Struct, frozen=True):
    """A rule that did not decide, and why.

    Attributes:
        code: of the rule: SIZ001.
        reason: why.
    """

    code: str
    reason: Reason


class Grounds(StrEnum):
    """What a confirmation rests on."""

    MEASURED = "measured"  # read from the files themselves
    DECLARED = "declared"  # only what a document says


class JudgedClaim(msgspec.Struct, frozen=True):
    """A claim of the name with its outcome over all rules that judged it.

    Attributes:
        kind: one of the 13 element letters.
        role: what it says within its kind: parameters, context, family ...
        text: the claim as the name spells it.
        value: what it says, in the unit of its role.
        start: where it starts in the name, in characters.
        end: where it ends, exclusive.
        outcome: flagged, cannot_tell or confirmed.
        severity: the worst finding's, where it is flagged.
        basis: measured or declared, where it is confirmed.
        codes: of the rules that ended so.
        evidence: the strongest.
        reason: where it is not decided.
    """

    kind: str
    role: str
    text: str
    value: Any
    start: int
    end: int
    outcome: Outcome
    severity: Severity | None = None
    basis: Grounds | None = None
    codes: tuple[str, ...] = ()
    evidence: EvidenceRef | None = None
    reason: Reason | None = None


class VerdictKind(StrEnum):
    """What a report says of the model as a whole, worst first."""

    CONTRADICTED = "contradicted"  # the files contradict a claim of the name
    DEFECTIVE = "defective"  # no claim is contradicted, and the files are faulty
    NOT_VERIFIED = "not_verified"  # no weights could be read, or nothing checkable is claimed
    CONSISTENT = "consistent"  # claims are confirmed and none is contradicted

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(VerdictKind).index(self)


class Verdict(msgspec.Struct, frozen=True):
    """The answer to the question whether a model is what its name says.

    Attributes:
        outcome: the answer.
        claims: how many claims of the name were judged.
        confirmed: how many of them are confirmed.
        declared_only: how many of those only a document confirms.
        by_documents: there are no weights at all, and only documents were compared with the name.
        reason: why nothing is verified.
    """

    outcome: VerdictKind
    claims: int = 0
    confirmed: int = 0
    declared_only: int = 0
    by_documents: bool = False
    reason: Reason | None = None


class Outcomes(msgspec.Struct, frozen=True):
    """How many rules ended in each way. They add up to the rules that ran.

    Attributes:
        flagged: rules with findings.
        confirmed: rules whose claims, or whose checks of the files, hold.
        does_not_apply: rules that have nothing to check.
        cannot_tell: rules that could not decide.
    """

    flagged: int = 0
    confirmed: int = 0
    does_not_apply: int = 0
    cannot_tell: int = 0


class ReportedElement(msgspec.Struct, frozen=True):
    """A naming element as reported.

    Attributes:
        kind: one of the 13 element letters.
        role: what it says within its kind: family, context, bits ...
        text: as the name writes it.
        value: normalised; None where nothing is claimed.
        start: in characters of the name.
        end: exclusive, in characters of the name.
    """

    kind: str
    role: str
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


class ModelPart(msgspec.Struct, frozen=True):
    """One part of a model of several: a module of a pipeline, one graph of a program, an image encoder beside it.

    Attributes:
        name: its folder, or its file less the suffix.
        file: its weights file, or the first of them; None where there is none.
        format: safetensors, gguf, onnx ...
        tensors: how many it holds.
        parameters: counted like those of a whole model; None where they could not be.
        judged: whether the claims of the name are compared with this part.
        graph: whether it is one graph of a program, which may repeat the weights of another.
        reason: why it is not counted.
    """

    name: str
    file: str | None = None
    format: str | None = None
    tensors: int | None = None
    parameters: int | None = None
    judged: bool = False
    graph: bool = False
    reason: Reason | None = None


class ModelReport(msgspec.Struct, frozen=True):
    """Everything that a check found out about one model.

    Attributes:
        target: as the user wrote it.
        name: the name that was checked.
        verdict: whether the model is what the name says.
        claims: each claim of the name that a rule judged, in the order of the name.
        revision: the commit of the model on a hub, where it has one.
        fingerprint: SHA-256 over the headers that were read, as hexadecimal text; None where none was.
        elements: what the name consists of.
        convention: which of the study's naming conventions the elements make.
        facts: what the files hold, by key and then by strength of origin.
        findings: what the name claims and the files contradict, the worst first.
        outcomes: how many rules ended in each way.
        confirmed: what the rules found borne out.
        cannot_tell: the rules that could not decide.
        does_not_apply: the rules that have nothing to check.
        notices: what a reader has to know of how the files were found or read.
        known: findings that the baseline knows; they do not fail a call.
        parts: of a model of several, the one that the claims are compared with first; empty for a model of one.
    """

    target: str
    name: str
    verdict: Verdict = Verdict(VerdictKind.NOT_VERIFIED)
    claims: tuple[JudgedClaim, ...] = ()
    revision: str | None = None
    fingerprint: str | None = None
    elements: tuple[ReportedElement, ...] = ()
    convention: str | None = None
    facts: tuple[ReportedFact, ...] = ()
    findings: tuple[Finding, ...] = ()
    outcomes: Outcomes = Outcomes()
    confirmed: tuple[Confirmation, ...] = ()
    cannot_tell: tuple[Undecided, ...] = ()
    does_not_apply: tuple[Undecided, ...] = ()
    notices: tuple[str, ...] = ()
    known: tuple[Finding, ...] = ()
    parts: tuple[ModelPart, ...] = ()

    @property
    def faults(self) -> tuple[Undecided, ...]:
        """The rules that failed themselves: faults of truename, which nothing of the model can settle."""
        return tuple(one for one in self.cannot_tell if one.reason.kind is ReasonKind.INTERNAL_ERROR)

    @property
    def worst(self) -> Severity | None:
        """The worst severity among the findings, None where there is none."""
        return min((f.severity for f in self.findings), key=lambda s: s.rank, default=None)


class FailedTarget(msgspec.Struct, frozen=True):
    """A target of a call that could not be checked.

    Attributes:
        target: as the user wrote it.
        kind: the class of the error: TargetNotFoundError, UnavailableError ...
        message: one sentence: what is wrong and what to do.
    """

    target: str
    kind: str
    message: str


class Report(msgspec.Struct, frozen=True):
    """The models of one call.

    Attributes:
        schema: of the JSON form.
        version: of truename.
        settings: the settings file that was used; None where there is none.
        models: in the order in which they were asked for.
        errors: the targets that could not be checked.
    """

    models: tuple[ModelReport, ...]
    errors: tuple[FailedTarget, ...] = ()
    settings: str | None = None
    version: str = ""
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
        parts: of a model of several; the facts are those of the one that is judged.
    """

    target: str
    facts: Sequence[InspectedFact]
    missing: Mapping[str, Reason]
    tree: tuple[Branch, ...] | None
    names: Mapping[str, str] = {}
    parts: tuple[ModelPart, ...] = ()
