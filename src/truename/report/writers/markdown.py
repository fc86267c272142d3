"""A summary in Markdown, for a job's page or a comment under a pull request."""

from __future__ import annotations

import re

from truename.findings import FailedTarget, ModelReport, VerdictKind
from truename.report.tally import Tally
from truename.report.verdict import WORDS, verdict_words
from truename.report.visible import visible
from truename.report.writers.writer import Entry, Run, Writer, place_of, sentence_of

MOST_BYTES = 900_000  # a job's summary on GitHub holds 1 MiB
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&@])|(?<=[a-z])(?=://)|(?<=www)(?=\.)")
_SIGNS = {
    VerdictKind.CONTRADICTED: "❌",
    VerdictKind.DEFECTIVE: "⚠️",
    VerdictKind.NOT_VERIFIED: "❔",
    VerdictKind.CONSISTENT: "✅",
}


class MarkdownWriter(Writer):
    """The line that sums up, a table of the models, and the findings of each model.

    The summary stands first, so the models are kept, as text, until the end; as much of it as fits into a summary.
    """

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._tally = Tally()
        self._rows: list[str] = []
        self._parts: list[str] = []
        self._size = self._left_out = 0

    def entry(self, entry: Entry) -> str:
        """Keeps a model's row and findings."""
        self._tally.add(entry)
        row, part = _failed(entry) if isinstance(entry, FailedTarget) else _model(entry)
        size = len((row + part).encode("utf-8", "backslashreplace"))
        if self._size + size > MOST_BYTES:
            self._left_out += 1
            return ""
        self._size += size
        self._rows.append(row)
        self._parts.append(part)
        return ""

    def tail(self) -> str:
        """The whole page."""
        more = f"\n{self._left_out:,} more are left out of this summary.\n" if self._left_out else ""
        table = f"| | model | verdict |\n|---|---|---|\n{''.join(self._rows)}" if self._rows else ""
        settings = f"\nSettings: {_code(self.run.settings)}\n" if self.run.settings is not None else ""
        found = "".join(self._parts)
        return f"## truename: {self._tally}\n\n{table}{more}{found}{settings}"


def _failed(entry: FailedTarget) -> tuple[str, str]:
    return f"| ⛔ | {_code(entry.target)} | not checked: {_text(entry.message)} |\n", ""


def _model(model: ModelReport) -> tuple[str, str]:
    sign, words = _SIGNS[model.verdict.outcome], verdict_words(model)
    head = WORDS[model.verdict.outcome]
    row = f"| {sign} | {_code(model.name)} | **{head}**{_text(words.removeprefix(head))} |\n"
    if not model.findings:
        return row, ""
    lines = [f"\n### {_code(model.name)}\n\n"]
    for finding in model.findings:
        lines.append(
            f"- **{finding.severity.value}** {finding.code} {visible(finding.rule)}: {_text(sentence_of(finding))}\n"
        )
        lines.append(f"  <br>in {_code(str(place_of(model, finding)))}\n" if finding.evidence is not None else "")
        if finding.suggestion is not None:
            lines.append(f"  <br>suggested name: {_code(finding.suggestion)}\n")
    return row, "".join(lines)


def _text(text: str) -> str:
    """A text that no part of is read as Markdown, HTML, a mention or an address."""
    return _SPECIAL.sub(lambda found: f"\\{found[1]}" if found[1] else "<!-- -->", visible(text))


def _code(text: str) -> str:
    """A name or a path as code, also in a cell of a table."""
    shown = visible(text).replace("`", "'").replace("|", "\\|")
    return f"`{shown}`"
