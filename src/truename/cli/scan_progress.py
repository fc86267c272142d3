"""How far a scan is: a bar with rate and time left on standard error; nothing where that is no terminal."""

from __future__ import annotations

import time
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from truename.scan.rows import Row


class ScanProgress:
    """Counts finished rows while its block runs.

    Args:
        total: of the targets, None where it is not known.
    """

    def __init__(self, total: int | None) -> None:
        console = Console(stderr=True)
        self._total = total
        self._begun = time.monotonic()
        self._seen = self._now = self._errors = self._flagged = 0
        columns = (BarColumn(None), TextColumn("{task.description}"))
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task(self._said(), total=total)

    def __enter__(self) -> ScanProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._begun

    def advance(self, row: Row | None) -> None:
        """Count a finished row, or with None one that was there already: it says nothing of the rate."""
        self._seen += 1
        if row is not None:
            self._now += 1
            self._errors += row["status"] == "error"
            self._flagged += bool(row["findings"])
        self._bar.update(self._task, completed=self._seen, description=self._said())

    def _said(self) -> str:
        of = "" if self._total is None else f"/{self._total:,}"
        rate = self._now / self.seconds if self._now else 0.0
        speed = f"  {rate:.0f}/s" if rate >= 1 else f"  {60 * rate:.1f}/min" if rate else ""
        left = ""
        if rate and self._total is not None:
            left = f"  {timedelta(seconds=round(max(0, self._total - self._seen) / rate))} left"
        errors = f", {self._errors:,} error{'s' * (self._errors != 1)}" if self._errors else ""
        return f"{self._seen:,}{of}{speed}{left}  {self._flagged:,} flagged{errors}"
