"""What every form of a report is written by, and what several of them need: places, and words of severities."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from truename.findings import FailedTarget, Finding, ModelReport, RuleText, Severity
from truename.report.visible import visible

Entry = ModelReport | FailedTarget


class Run(msgspec.Struct, frozen=True):
    """What holds for a whole call.

    Attributes:
        version: of truename.
        settings: the settings file that was used; None where there is none.
        fail_on: the severity from which on a finding fails the call, or ``never``.
        describe: says what the rule of a code is about.
        verbose: say of each rule why it did not decide, in the forms that can.
    """

    version: str
    settings: str | None = None
    fail_on: str = Severity.WARNING.value
    describe: Callable[[str], RuleText] = RuleText
    verbose: bool = False

    def fails(self, severity: Severity) -> bool:
        """Whether a finding of this severity fails the call."""
        return self.fail_on != "never" and severity.rank <= Severity(self.fail_on).rank


class Writer(ABC):
    """Writes one form of a report, a piece for each model as soon as it is checked.

    Pieces are written as they come, so that a call over very many models does not hold them; a form that begins with a
    summary keeps what it needs for it, and nothing else.
    """

    def __init__(self, run: Run) -> None:
        self.run = run

    def head(self) -> str:
        """What stands before the first model."""
        return ""

    @abstractmethod
    def entry(self, entry: Entry) -> str:
        """The next model, or a target that could not be checked."""

    def tail(self) -> str:
        """What stands behind the last model."""
        return ""


class Place(NamedTuple):
    """Where a finding points: a path as seen from the working directory, and a line and a column from 1."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in self if part is not None)


def place_of(model: ModelReport, finding: Finding) -> Place:
    """The file that shows a finding, with the line of the key where one does; else the model itself."""
    shown = finding.evidence
    if shown is None or shown.file is None:
        return Place(model.target)
    return Place(path_within(model.target, shown.file), shown.line, shown.column)


def path_within(target: str, file: str) -> str:
    """The path of a model's file: below a folder, beside a lone file, or behind an id without its revision."""
    if os.path.isdir(target):
        return os.path.normpath(os.path.join(target, file)).replace(os.sep, "/")
    if os.path.isfile(target):
        return os.path.normpath(os.path.join(os.path.dirname(target), file)).replace(os.sep, "/")
    return f"{target.partition('@')[0].rstrip('/')}/{file}"


def fingerprint_of(model: ModelReport, finding: Finding) -> str:
    """What a finding is recognised by in a later report: its rule, its claim and its evidence; 64 hexadecimal digits.

    Where the model lies, on which line a key stands and how a message is worded do not enter.
    """
    from hashlib import sha256  # seldom needed

    claim, shown = finding.claim, finding.evidence
    parts = (
        finding.code,
        model.name,
        None if claim is None else (claim.kind, claim.text, claim.start),
        None if shown is None else (shown.origin, shown.file, shown.key_path, msgspec.to_builtins(shown.value)),
        finding.message if claim is None and shown is None else None,
    )
    return sha256(msgspec.json.encode(_encodable(parts), order="deterministic")).hexdigest()


def _encodable(value: object) -> object:
    """Values of evidence with every text encodable: names of files need not be UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, (list, tuple)):
        return [_encodable(one) for one in value]
    if isinstance(value, dict):
        return {str(_encodable(key)): _encodable(one) for key, one in value.items()}
    return value


def sentence_of(finding: Finding) -> str:
    """A finding's message, and how many others it stands for, on one line and with nothing hidden."""
    more = f" (and {finding.more:,} more of this rule)" if finding.more else ""
    return visible(finding.message) + more
