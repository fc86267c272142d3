"""One line a finding, in the form that editors and other linters' readers know: path:line:column: severity: message."""

from __future__ import annotations

from truename.findings import FailedTarget
from truename.report.tally import Tally
from truename.report.visible import visible
from truename.report.writers.writer import Entry, Run, Writer, place_of, sentence_of


class ConciseWriter(Writer):
    """One line a finding, and a closing line."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._tally = Tally()

    def entry(self, entry: Entry) -> str:
        """The lines of a model's findings; none for a model without."""
        self._tally.add(entry)
        if isinstance(entry, FailedTarget):
            return f"not checked: {visible(entry.message)}\n"
        return "".join(
            f"{visible(str(place_of(entry, one)))}: {one.severity.value}: {sentence_of(one)} [{one.code}]\n"
            for one in entry.findings
        )

    def tail(self) -> str:
        """What all came to."""
        return f"{self._tally}\n"
