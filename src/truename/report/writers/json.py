"""The schema ``truename.report/2``, model by model; and one line of JSON a model."""

from __future__ import annotations

from truename.findings import REPORT_SCHEMA, FailedTarget
from truename.report.json import document_json, line_json
from truename.report.writers.writer import Entry, Run, Writer

_INDENT = "  "


class JsonWriter(Writer):
    """The same text as ``truename.report.json.report_json``, without all models in memory at once."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._models = 0
        self._errors: list[FailedTarget] = []

    def head(self) -> str:
        """The fields of the call, up to the list of models."""
        fields = {"schema": REPORT_SCHEMA, "version": self.run.version, "settings": self.run.settings}
        lines = [
            f"{_INDENT}{document_json(key).strip()}: {document_json(value).strip()},\n" for key, value in fields.items()
        ]
        return "{\n" + "".join(lines) + f'{_INDENT}"models": ['

    def entry(self, entry: Entry) -> str:
        """A model in the list; a target that could not be checked waits for the end."""
        if isinstance(entry, FailedTarget):
            self._errors.append(entry)
            return ""
        self._models += 1
        return f"{',' if self._models > 1 else ''}\n{_indented(document_json(entry), 2)}"

    def tail(self) -> str:
        """The end of the list, and the targets that could not be checked."""
        models = f"\n{_INDENT}]" if self._models else "]"
        errors = _indented(document_json(self._errors), 1).lstrip()
        return f'{models},\n{_INDENT}"errors": {errors}\n}}\n'


class JsonLinesWriter(Writer):
    """A line a model, an object as in the list of models; of a target that could not be checked one of its errors."""

    def entry(self, entry: Entry) -> str:
        """One line."""
        return line_json(entry)


def _indented(text: str, levels: int) -> str:
    """Lines of JSON further in, without the last newline: a string of JSON holds none."""
    return "\n".join(f"{_INDENT * levels}{line}" for line in text.rstrip("\n").split("\n"))
