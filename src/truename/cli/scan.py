"""``truename scan``: many models to a table."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import msgspec

from truename.cli.streams import write_text
from truename.errors import UsageError
from truename.scan import ScanOptions, Summary, Target, folders_in, read_targets, scan
from truename.scan.engine import Engine
from truename.scan.kernel import Row
from truename.sources import hub_listing, open_source

INTERRUPTED = 130


class ScanCall(msgspec.Struct, frozen=True):
    """What names the targets, and how to scan them, as the user wrote it."""

    out: Path
    files: tuple[str, ...] = ()  # lists of targets; - for standard input
    folders: tuple[str, ...] = ()
    owner: str | None = None
    search: str | None = None
    filter: tuple[str, ...] = ()
    limit: int | None = None
    resume: bool = False
    engine: str = "local"
    concurrency: int = 16


def run_scan(call: ScanCall) -> int:
    """Scan, show how far it is, and say what it came to.

    Raises:
        UsageError: the call cannot be carried out as it was made.
    """
    targets, total = _targets(call)
    asked = {
        "files": " ".join(call.files),
        "folders": " ".join(call.folders),
        "owner": call.owner or "",
        "search": call.search or "",
        "filter": " ".join(call.filter),
    }
    options = ScanOptions(call.out, call.resume, Engine(call.engine), call.concurrency, asked)
    try:
        with _Progress(total) as progress:
            summary = scan(targets, open_source, options, progress.advance)
    except KeyboardInterrupt:
        print(f"truename: stopped; the finished rows are in {call.out}, --resume continues", file=sys.stderr)
        return INTERRUPTED
    write_text(_told(summary, call.out))
    return 0


def _targets(call: ScanCall) -> tuple[Iterator[Target], int | None]:
    """The targets in the order of the call, and how many they are where that is known beforehand."""
    listed = call.owner is not None or call.search is not None or bool(call.filter)
    sources: list[Iterable[Target]] = []
    total: int | None = 0
    for folder in call.folders:
        found = list(folders_in(folder))
        sources.append(found)
        total = None if total is None else total + len(found)
    for file in call.files or (("-",) if not call.folders and not listed else ()):
        if file == "-":
            sources.append(read_targets(sys.stdin, "standard input"))
            total = None
            continue
        path = Path(file)
        if not path.is_file():
            raise UsageError(
                f"{file}: there is no such list; give a file with one target a line, or - for standard input"
            )
        lines = path.read_text("utf-8", "replace").splitlines()
        found = list(read_targets(lines, file))
        sources.append(found)
        total = None if total is None else total + len(found)
    if listed:
        ids = hub_listing(owner=call.owner, search=call.search, filter=call.filter, limit=call.limit)
        sources.append(Target(name) for name in ids)
        total = None
    return chain.from_iterable(sources), total


class _Progress:
    """A bar with rate and time left on standard error; nothing where that is no terminal."""

    def __init__(self, total: int | None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        self._errors = self._flagged = 0
        self._bar = Progress(
            BarColumn(None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[counts]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("scan", total=total, rate="", counts="")

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def advance(self, row: Row | None) -> None:
        """Count a finished row, or with None one that was there already."""
        if row is not None:
            self._errors += row["status"] == "error"
            self._flagged += bool(row["findings"])
        speed = self._bar.tasks[0].speed
        self._bar.update(
            self._task,
            advance=1,
            rate=f"{speed:.0f}/s" if speed else "",
            counts=f"{self._flagged} flagged, {self._errors} errors",
        )


def _told(summary: Summary, out: Path) -> str:
    lines = [f"{summary.models:,} models in {out}"]
    if summary.skipped:
        lines.append(f"  {summary.skipped:,} were there already")
    lines.append(f"  {summary.flagged:,} checked now have findings")
    lines += [f"    {code}  {count:,}" for code, count in summary.findings.items()]
    lines += [f"  {count:,} could not be checked: {kind}" for kind, count in sorted(summary.errors.items())]
    return "\n".join(lines) + "\n"
