"""One self-contained page: no script, no address, nothing that a hostile name could become a part of."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from truename.findings import FailedTarget, JudgedClaim, ModelReport, Outcome
from truename.report.tally import Tally
from truename.report.verdict import verdict_words
from truename.report.visible import visible
from truename.report.writers.writer import Entry, Run, Writer, place_of, sentence_of

if TYPE_CHECKING:
    from jinja2 import Template

_PAGE = "report.html"


class HtmlWriter(Writer):
    """The summary, then each model with its name, its findings and its claims."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._tally = Tally()
        self._models: list[str] = []

    def entry(self, entry: Entry) -> str:
        """Keeps a model's part of the page: the summary before it knows them all."""
        self._tally.add(entry)
        if isinstance(entry, FailedTarget):
            shown: dict[str, Any] = {"failed": True, "target": visible(entry.target), "message": visible(entry.message)}
        else:
            shown = _shown(entry)
        self._models.append(_template("model").render(model=shown))
        return ""

    def tail(self) -> str:
        """The whole page."""
        settings = None if self.run.settings is None else visible(self.run.settings)
        page = _template("page").render(
            summary=str(self._tally), models=self._models, version=self.run.version, settings=settings
        )
        return page + "\n"


@cache
def _template(part: str) -> Template:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    source = (files("truename.report.writers") / _PAGE).read_text(encoding="utf-8")
    page, _, model = source.partition("\n=== model ===\n")
    parts = {"page": page, "model": model}
    loader = FunctionLoader(lambda name: parts[name])
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, loader=loader
    )
    return environment.get_template(part)


def _shown(model: ModelReport) -> dict[str, Any]:
    return {
        "failed": False,
        "target": visible(model.target),
        "name": _marked(model),
        "verdict": model.verdict.outcome.value,
        "words": visible(verdict_words(model)),
        "notices": [visible(notice) for notice in model.notices],
        "findings": [
            {
                "severity": finding.severity.value,
                "code": visible(finding.code),
                "rule": visible(finding.rule),
                "message": sentence_of(finding),
                "place": None if finding.evidence is None else visible(str(place_of(model, finding))),
                "suggestion": None if finding.suggestion is None else visible(finding.suggestion),
            }
            for finding in model.findings
        ],
        "claims": [
            {"text": visible(claim.text), "outcome": claim.outcome.value, "words": _said(claim)}
            for claim in model.claims
        ],
    }


def _marked(model: ModelReport) -> list[dict[str, str | None]]:
    """The name in parts; a part that makes a claim has the claim's outcome."""
    parts: list[dict[str, str | None]] = []
    end = 0
    for claim in sorted(model.claims, key=lambda one: one.start):
        if claim.start < end:
            continue  # two claims of one part: the first stands for both
        parts.append({"text": visible(model.name[end : claim.start]), "outcome": None})
        parts.append({"text": visible(model.name[claim.start : claim.end]), "outcome": claim.outcome.value})
        end = claim.end
    parts.append({"text": visible(model.name[end:]), "outcome": None})
    return [part for part in parts if part["text"]]


def _said(claim: JudgedClaim) -> str:
    if claim.outcome is Outcome.FLAGGED:
        return f"flagged by {visible(', '.join(claim.codes))}"
    if claim.outcome is Outcome.CANNOT_TELL and claim.reason is not None:
        return f"cannot tell: {visible(claim.reason.text)}"
    where = "" if claim.evidence is None or claim.evidence.file is None else f" in {visible(claim.evidence.file)}"
    return f"confirmed{', ' + claim.basis.value if claim.basis else ''}{where}"
