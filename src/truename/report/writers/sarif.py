"""SARIF 2.1.0 (OASIS): one run, one result a finding, and every rule that has one described.

A result points to the key of a document where the finding has one, else to its file, else to the span of the name,
which is its related location otherwise. Sources: sarif-v2.1.0-os, sections 3.19, 3.27 to 3.30 and 3.52.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from truename.findings import ClaimSpan, FailedTarget, Finding, ModelReport, RuleText, Severity
from truename.report.json import document_json, line_json
from truename.report.verdict import verdict_words
from truename.report.visible import visible
from truename.report.writers.writer import Entry, Run, Writer, fingerprint_of, place_of, sentence_of

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "truenameFinding/v1"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_ADDRESS = re.compile(r"https?://")


class SarifWriter(Writer):
    """The log: the results as they come, then their rules and how the call went."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._rules: dict[str, int] = {}  # code -> its place among those described
        self._results = 0
        self._failed: list[FailedTarget] = []

    def head(self) -> str:
        """The log up to its results."""
        return (
            f'{{\n  "$schema": "{SCHEMA}",\n  "version": "2.1.0",\n  "runs": [\n    {{\n'
            '      "columnKind": "unicodeCodePoints",\n      "results": ['
        )

    def entry(self, entry: Entry) -> str:
        """The results of a model, one on a line."""
        if isinstance(entry, FailedTarget):
            self._failed.append(entry)
            return ""
        pieces = []
        for finding in entry.findings:
            pieces.append("\n" if self._results == 0 else ",\n")
            pieces.append(f"        {line_json(self._result(entry, finding)).rstrip()}")
            self._results += 1
        return "".join(pieces)

    def tail(self) -> str:
        """The rules, how the call went, and the end of the log."""
        driver = {
            "name": "truename",
            "version": self.run.version,
            "semanticVersion": self.run.version,
            "rules": [_rule(self.run.describe(code)) for code in self._rules],
        }
        invocation: dict[str, Any] = {"executionSuccessful": not self._failed}
        if self._failed:
            invocation["toolExecutionNotifications"] = [
                {"level": "error", "message": {"text": visible(one.message)}} for one in self._failed
            ]
        tool, ended = (
            document_json(part).rstrip("\n").replace("\n", "\n      ") for part in ({"driver": driver}, [invocation])
        )
        results = "\n      ]" if self._results else "]"
        return f'{results},\n      "tool": {tool},\n      "invocations": {ended}\n    }}\n  ]\n}}\n'

    def _result(self, model: ModelReport, finding: Finding) -> dict[str, Any]:
        shown = finding.evidence
        primary = None if shown is None or shown.file is None else _in_file(model, finding)
        named = None if finding.claim is None else _in_name(model, finding.claim)
        if primary is None:
            primary, named = named or {"physicalLocation": _artifact(model.target)}, None
        result: dict[str, Any] = {
            "ruleId": finding.code,
            "ruleIndex": self._rules.setdefault(finding.code, len(self._rules)),
            "level": _LEVELS[finding.severity],
            "message": {"text": f"{visible(model.name)}: {sentence_of(finding)}"},
            "locations": [primary],
            "partialFingerprints": {FINGERPRINT: fingerprint_of(model, finding)},
            "properties": {"model": visible(model.name), "verdict": visible(verdict_words(model))},
        }
        if named is not None:
            result["relatedLocations"] = [{"id": 1, "message": {"text": "what the name claims"}, **named}]
        if shown is not None and shown.detail is not None:
            result["properties"]["evidence"] = visible(shown.detail)
        if finding.suggestion is not None:
            result["properties"]["suggestedName"] = visible(finding.suggestion)
        return result


def _rule(rule: RuleText) -> dict[str, Any]:
    page = f"{rule.summary}\n\n{rule.why}".strip()
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.slug.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": page, "markdown": page},
    }


def _in_file(model: ModelReport, finding: Finding) -> dict[str, Any]:
    """The file that shows a finding: the line of the key, or what of the weights it is about."""
    place, shown = place_of(model, finding), finding.evidence
    location: dict[str, Any] = {"physicalLocation": _artifact(place.path)}
    if place.line is not None:
        region = {"startLine": place.line, "startColumn": place.column or 1}
        location["physicalLocation"]["region"] = region
    if shown is not None and shown.key_path is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": visible(shown.key_path), "kind": "member"}]
    return location


def _in_name(model: ModelReport, claim: ClaimSpan) -> dict[str, Any]:
    region = {
        "startLine": 1,
        "startColumn": claim.start + 1,
        "endColumn": claim.end + 1,
        "snippet": {"text": visible(claim.text)},
    }
    return {
        "physicalLocation": {**_artifact(model.target), "region": region},
        "logicalLocations": [{"fullyQualifiedName": visible(model.name), "kind": "module"}],
    }


def _artifact(path: str) -> dict[str, Any]:
    """A path as a reference by URI, relative to the working directory unless it is an address."""
    safe = "/:@" if _ADDRESS.match(path) else "/"
    return {"artifactLocation": {"uri": quote(path, safe=safe, errors="surrogateescape")}}
