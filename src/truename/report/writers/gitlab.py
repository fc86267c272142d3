"""GitLab's code quality report: a subset of the Code Climate form."""

from __future__ import annotations

from typing import Any

from truename.findings import FailedTarget, Severity
from truename.report.json import line_json
from truename.report.visible import visible
from truename.report.writers.writer import Entry, Run, Writer, fingerprint_of, place_of, sentence_of

_LEVELS = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


class GitLabWriter(Writer):
    """A list of issues, one a finding; one of the severity ``blocker`` for a target that could not be checked."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._begun = False

    def head(self) -> str:
        """The list opens."""
        return "["

    def entry(self, entry: Entry) -> str:
        """The issues of a model."""
        issues: list[dict[str, Any]] = []
        if isinstance(entry, FailedTarget):
            issues.append(_issue("target", entry.message, entry.target, "blocker", entry.target, 1))
        else:
            for finding in entry.findings:
                place = place_of(entry, finding)
                text = f"{entry.name}: {sentence_of(finding)}"
                level, print_ = _LEVELS[finding.severity], fingerprint_of(entry, finding)
                issues.append(_issue(finding.code, text, place.path, level, print_, place.line or 1))
        pieces = []
        for issue in issues:
            pieces.append(",\n" if self._begun else "\n")
            pieces.append(line_json(issue).rstrip("\n"))
            self._begun = True
        return "".join(pieces)

    def tail(self) -> str:
        """The list ends."""
        return "\n]\n" if self._begun else "]\n"


def _issue(code: str, text: str, path: str, level: str, fingerprint: str, line: int) -> dict[str, Any]:
    return {
        "type": "issue",
        "check_name": code,
        "description": visible(text),
        "categories": ["Compatibility"],
        "severity": level,
        "fingerprint": fingerprint,
        "location": {"path": visible(path), "lines": {"begin": line}},
    }
