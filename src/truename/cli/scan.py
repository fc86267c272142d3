"""``truename scan``: many models to a table."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import chain
from pathlib import Path

import msgspec

from truename.cli.scan_progress import ScanProgress
from truename.cli.streams import write_text
from truename.errors import UsageError
from truename.scan import ScanOptions, Summary, Target, folders_in, read_targets, scan
from truename.scan.engine import Engine
from truename.sources import open_source
from truename.sources.listing import hub_listing

INTERRUPTED = 130


class ScanCall(msgspec.Struct, frozen=True, kw_only=True):
    """What names the targets, and how to scan them, as the user wrote it."""

    out: Path
    files: tuple[str, ...] = ()  # lists of targets; - for standard input
    folders: tuple[str, ...] = ()
    owner: str | None = None
    search: str | None = None
    filter: tuple[str, ...] = ()
    limit: int | None = None
    resume: bool = False
    retry_errors: bool = False
    engine: str = "local"
    concurrency: int = 16

    @property
    def listed(self) -> bool:
        """Whether a list of the Hub is asked for."""
        return self.owner is not None or self.search is not None or bool(self.filter)


def run_scan(call: ScanCall) -> int:
    """Scan, show how far it is, and say what it came to.

    Raises:
        UsageError: the call cannot be carried out as it was made.
    """
    if call.retry_errors and not call.resume:
        raise UsageError("--retry-errors belongs to --resume: a new scan has no errors yet")
    if call.limit is not None and not call.listed:
        raise UsageError("--limit belongs to --owner, --search or --filter")
    targets, total = _targets(call)
    options = ScanOptions(
        out=call.out,
        resume=call.resume,
        retry_errors=call.retry_errors,
        engine=Engine(call.engine),
        concurrency=call.concurrency,
        asked=_asked(call),
    )
    try:
        with ScanProgress(total) as progress:
            summary = scan(targets, open_source, options, progress.advance)
    except KeyboardInterrupt:
        print(f"truename: stopped; the finished rows are in {call.out}, --resume continues", file=sys.stderr)
        return INTERRUPTED
    write_text(_told(summary, call.out, progress.seconds))
    return 0


def _asked(call: ScanCall) -> dict[str, str]:
    """What names the targets: a resumed scan must name the same."""
    return {
        "files": " ".join(call.files),
        "folders": " ".join(call.folders),
        "owner": call.owner or "",
        "search": call.search or "",
        "filter": " ".join(call.filter),
    }


def _targets(call: ScanCall) -> tuple[Iterator[Target], int | None]:
    """The targets in the order of the call, and how many they are where that is known beforehand."""
    sources: list[Iterable[Target]] = [list(folders_in(folder)) for folder in call.folders]
    files = call.files or (() if call.folders or call.listed else ("-",))
    total: int | None = sum(len(list(found)) for found in sources)
    for file in files:
        if file == "-":
            sources.append(read_targets(sys.stdin, "standard input"))
            total = None
        else:
            sources.append(_lines(file))
            total = None if total is None else total + sum(1 for _ in _lines(file))
    if call.listed:
        ids = hub_listing(owner=call.owner, search=call.search, filter=call.filter, limit=call.limit)
        sources.append(Target(name) for name in ids)
        total = None
    return chain.from_iterable(sources), total


def _lines(file: str) -> Iterator[Target]:
    """The targets of a file."""
    if not Path(file).is_file():
        raise UsageError(f"{file}: there is no such list; give a file with one target a line, or - for standard input")
    with open(file, encoding="utf-8", errors="replace") as lines:
        yield from read_targets(lines, file)


def _told(summary: Summary, out: Path, seconds: float) -> str:
    now = summary.models - summary.skipped
    took = timedelta(seconds=round(seconds))
    lines = [
        f"{out}: {_models(summary.models)}",
        f"  {now:,} checked now in {took} ({now / seconds:.1f} a second)" if now else "",
        f"  {summary.skipped:,} were there already" if summary.skipped else "",
        f"  {summary.flagged:,} of those checked now have findings" if now else "",
        *(f"    {code} {count:7,}" for code, count in summary.findings.items()),
    ]
    if failed := sum(summary.errors.values()):
        lines.append(f"  {failed:,} of them could not be checked; --resume --retry-errors tries them again")
        width = max(map(len, summary.errors))
        lines += [f"    {kind:{width}} {count:7,}" for kind, count in sorted(summary.errors.items())]
    return "\n".join(filter(None, lines)) + "\n"


def _models(count: int) -> str:
    return "1 model" if count == 1 else f"{count:,} models"
