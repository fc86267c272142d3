"""What is new and what is gone between two reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from truename.errors import UsageError
from truename.findings import REPORT_SCHEMA, Finding, ModelReport, VerdictKind
from truename.json_text import JsonError, decode_json
from truename.report.json import ReportDocument
from truename.report.writers.writer import fingerprint_of

MAX_BYTES = 1_000_000_000


class ModelDifference(msgspec.Struct, frozen=True):
    """One model in two reports.

    Attributes:
        name: of the model.
        before: its verdict in the first report; None where it is not there.
        after: its verdict in the second.
        new: findings of the second report alone.
        gone: findings of the first report alone.
        claims: parts of the name whose outcome changed: the text, the outcome before and after.
    """

    name: str
    before: VerdictKind | None
    after: VerdictKind | None
    new: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    claims: tuple[tuple[str, str | None, str | None], ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything changed."""
        return bool(self.before is not self.after or self.new or self.gone or self.claims)


def differences(before: Iterable[ModelReport], after: Iterable[ModelReport]) -> tuple[ModelDifference, ...]:
    """What changed of each model, by name; two reports of one model each are compared whatever they are called."""
    first, second = list(before), list(after)
    if len(first) == len(second) == 1:
        return (_difference(second[0].name, first[0], second[0]),)
    olds = {model.name: model for model in first}
    news = {model.name: model for model in second}
    return tuple(_difference(name, olds.get(name), news.get(name)) for name in sorted({*olds, *news}))


def _difference(name: str, before: ModelReport | None, after: ModelReport | None) -> ModelDifference:
    olds, news = _findings(before, name), _findings(after, name)
    outcomes = [
        {claim.text: claim.outcome.value for claim in ([] if model is None else model.claims)}
        for model in (before, after)
    ]
    texts = list(dict.fromkeys((*outcomes[0], *outcomes[1])))
    return ModelDifference(
        name,
        None if before is None else before.verdict.outcome,
        None if after is None else after.verdict.outcome,
        new=tuple(finding for key, finding in news.items() if key not in olds),
        gone=tuple(finding for key, finding in olds.items() if key not in news),
        claims=tuple(
            (text, outcomes[0].get(text), outcomes[1].get(text))
            for text in texts
            if outcomes[0].get(text) != outcomes[1].get(text)
        ),
    )


def _findings(model: ModelReport | None, name: str) -> Mapping[str, Finding]:
    """By fingerprint, as if both reports called the model the same."""
    if model is None:
        return {}
    called = msgspec.structs.replace(model, name=name)
    return {fingerprint_of(called, finding): finding for finding in (*model.findings, *model.known)}


def read_report(path: Path) -> tuple[ModelReport, ...]:
    """The models of a JSON report, or of one with a line a model.

    Raises:
        UsageError: it is not such a report, or one of another version.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: too large for a report (more than {MAX_BYTES:,} bytes)")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the report cannot be read ({error.strerror})") from error
    try:
        found = decode_json(data)
    except JsonError:
        return _lines(path, data)
    if isinstance(found, dict) and "schema" not in found and "target" in found:
        return _lines(path, data)
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != REPORT_SCHEMA:
        said = f"a report of the form {schema}" if isinstance(schema, str) else "not a report"
        raise UsageError(f"{path}: {said}, where {REPORT_SCHEMA} is expected")
    try:
        return tuple(msgspec.convert(found, ReportDocument).models)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: not a whole report ({error})") from None


def _lines(path: Path, data: bytes) -> tuple[ModelReport, ...]:
    models = []
    for number, line in enumerate(data.splitlines(), 1):
        try:
            found = decode_json(line)
            if isinstance(found, dict) and "verdict" in found:
                models.append(msgspec.convert(found, ModelReport))
        except (JsonError, msgspec.ValidationError):
            raise UsageError(f"{path}:{number}: not a report: neither JSON nor one model a line") from None
    return tuple(models)
