"""The report for people as one of the forms that a call can write: a model's part as soon as it is checked."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from truename.findings import FailedTarget
from truename.report.tally import Tally
from truename.report.text.findings import print_closing, print_model, print_settings
from truename.report.text.lines import terminal
from truename.report.writers.writer import Entry, Run, Writer

if TYPE_CHECKING:
    from rich.console import Console


class TextWriter(Writer):
    """Verdict, findings and claims of each model; a closing line where there are several.

    Args:
        run: of the call.
        console: whose width and colours hold; plain text, 80 columns wide, without one.
    """

    def __init__(self, run: Run, console: Console | None = None) -> None:
        super().__init__(run)
        self._console = terminal(StringIO()) if console is None else console
        self._tally = Tally()

    def entry(self, entry: Entry) -> str:
        """A model's part; of a target that could not be checked nothing: standard error has told it."""
        if isinstance(entry, FailedTarget):
            return ""
        first = not self._tally.models
        self._tally.add(entry)
        with self._console.capture() as page:
            if not first:
                self._console.print()
            print_model(entry, self._console, verbose=self.run.verbose)
        return page.get()

    def tail(self) -> str:
        """The closing line, and which settings held."""
        with self._console.capture() as page:
            if self._tally.models > 1:
                print_closing(str(self._tally), self._console)
            if self.run.settings is not None and self._tally.models:
                print_settings(self.run.settings, self._console)
        return page.get()
