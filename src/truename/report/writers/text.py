"""The report for people as one of the forms that a call can write: a model's part as soon as it is checked."""

from __future__ import annotations

from io import StringIO

from truename.findings import FailedTarget
from truename.report.tally import Tally
from truename.report.text.findings import print_closing, print_model, print_settings
from truename.report.text.lines import Page, blank, page_on
from truename.report.writers.writer import Entry, Run, Writer


class TextWriter(Writer):
    """Verdict, findings and claims of each model; a closing line where there are several.

    Args:
        run: of the call.
        page: whose width and colours hold; plain text, 80 columns wide, without one.
    """

    def __init__(self, run: Run, page: Page | None = None) -> None:
        super().__init__(run)
        self._page = page_on(StringIO()) if page is None else page
        self._tally = Tally()

    def entry(self, entry: Entry) -> str:
        """A model's part; of a target that could not be checked nothing: standard error has told it."""
        if isinstance(entry, FailedTarget):
            return ""
        first = not self._tally.models
        self._tally.add(entry)

        def print_entry(page: Page) -> None:
            if not first:
                blank(page)
            print_model(entry, page, verbose=self.run.verbose)

        return self._page.written(print_entry)

    def tail(self) -> str:
        """The closing line, and which settings held."""
        return self._page.written(self._print_tail)

    def _print_tail(self, page: Page) -> None:
        if self._tally.models > 1:
            print_closing(str(self._tally), page)
        if self.run.settings is not None and self._tally.models:
            print_settings(self.run.settings, page)
