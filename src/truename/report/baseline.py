"""The findings that a project knows and lives with: by fingerprint, in a file that is kept beside the code.

Source of the idea: the baselines of detect-secrets, zizmor and pylint's relatives. A finding is recognised by its rule,
its claim and its evidence; a line that moves or a message that is worded otherwise is the same finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from truename.atomic_files import write_bytes_atomically
from truename.errors import UsageError
from truename.findings import Finding, ModelReport
from truename.json_text import JsonError, decode_json
from truename.report.json import document_json
from truename.report.writers.writer import fingerprint_of, sentence_of

BASELINE_SCHEMA = "truename.baseline/1"
MAX_BYTES = 100_000_000  # 300,000 findings


class KnownFinding(msgspec.Struct, frozen=True):
    """One finding of a baseline.

    Attributes:
        fingerprint: what it is recognised by.
        code: of its rule, for people.
        model: the name of the model, for people.
        message: what it says, for people.
    """

    fingerprint: str
    code: str
    model: str
    message: str


class BaselineDocument(msgspec.Struct, frozen=True):
    """A baseline as it is written."""

    schema: str
    version: str
    findings: tuple[KnownFinding, ...]


class Baseline:
    """Takes known findings out of reports, and remembers which of them occurred and what is new.

    Args:
        known: the findings of the file.
    """

    def __init__(self, known: Iterable[KnownFinding] = ()) -> None:
        self._known = {one.fingerprint: one for one in known}
        self._seen: set[str] = set()
        self._models: set[str] = set()
        self._current: dict[str, KnownFinding] = {}

    def without_known(self, model: ModelReport) -> ModelReport:
        """The report with its known findings apart from the others."""
        self._models.add(model.name)
        new: list[Finding] = []
        known: list[Finding] = []
        for finding in model.findings:
            print_ = fingerprint_of(model, finding)
            self._current[print_] = KnownFinding(print_, finding.code, model.name, sentence_of(finding))
            (known if print_ in self._known else new).append(finding)
            self._seen.add(print_)
        if not known:
            return model
        return msgspec.structs.replace(model, findings=tuple(new), known=tuple(known))

    @property
    def stale(self) -> tuple[KnownFinding, ...]:
        """Entries of models that were checked and no longer have the finding."""
        return tuple(one for key, one in self._known.items() if key not in self._seen and one.model in self._models)

    def updated(self) -> tuple[KnownFinding, ...]:
        """What the file should hold now: what was found, and the entries of models that were not checked."""
        kept = {key: one for key, one in self._known.items() if one.model not in self._models}
        return tuple(sorted((kept | self._current).values(), key=lambda one: (one.model, one.code, one.fingerprint)))


def read_baseline(path: Path) -> Baseline:
    """The baseline of a file.

    Raises:
        UsageError: there is no such file, or it is cut off, or of another version.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: too large for a baseline (more than {MAX_BYTES:,} bytes)")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the baseline cannot be read ({error.strerror})") from error
    try:
        found = decode_json(data)
    except JsonError as error:
        raise UsageError(f"{path}: not a whole baseline ({error}); write it anew with --update-baseline") from None
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != BASELINE_SCHEMA:
        said = f"a baseline of the form {schema}" if isinstance(schema, str) else "not a baseline"
        raise UsageError(f"{path}: {said}, where {BASELINE_SCHEMA} is expected; write it anew with --update-baseline")
    try:
        document = msgspec.convert(found, BaselineDocument)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: not a whole baseline ({error}); write it anew with --update-baseline") from None
    return Baseline(document.findings)


def write_baseline(path: Path, findings: tuple[KnownFinding, ...], version: str) -> None:
    """Write a baseline; the same findings give the same bytes.

    Raises:
        UsageError: the file cannot be written.
    """
    text = document_json(BaselineDocument(BASELINE_SCHEMA, version, findings))
    try:
        write_bytes_atomically(path, text.encode())
    except OSError as error:
        raise UsageError(f"{path}: the baseline cannot be written ({error.strerror})") from error
