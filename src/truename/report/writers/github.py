"""Annotations of a workflow on GitHub: commands on standard output that show findings beside the changed lines."""

from __future__ import annotations

from truename.findings import FailedTarget, Severity
from truename.report.visible import visible
from truename.report.writers.writer import Entry, Writer, place_of, sentence_of

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


class GitHubWriter(Writer):
    """One workflow command a finding."""

    def entry(self, entry: Entry) -> str:
        """The commands of a model's findings."""
        if isinstance(entry, FailedTarget):
            return f"::error title=truename::{_data(entry.message)}\n"
        lines = []
        for finding in entry.findings:
            place = place_of(entry, finding)
            named = {
                "title": f"{finding.code} {finding.rule}",
                "file": place.path,
                "line": place.line,
                "col": place.column,
            }
            properties = ",".join(f"{key}={_property(str(value))}" for key, value in named.items() if value is not None)
            lines.append(
                f"::{_LEVELS[finding.severity]} {properties}::{_data(f'{entry.name}: {sentence_of(finding)}')}\n"
            )
        return "".join(lines)


def _data(text: str) -> str:
    """A message as the runner reads it; what is invisible is shown first, so that no line of it is a command."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
