"""``truename study``: take snapshots, run studies, repeat them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import msgspec

from truename.cli.streams import write_text
from truename.errors import MissingExtraError, UsageError
from truename.report.visible import visible

if TYPE_CHECKING:
    from truename.study.registry.run import Publish, Studied, StudyOptions
    from truename.study.registry.skips import Skips

INTERRUPTED = 130
DIFFERENT = 1


class SnapshotCall(msgspec.Struct, frozen=True):
    """A snapshot as the user asked for it."""

    out: Path
    source: Path | None
    owner: str | None
    search: str | None
    filter: tuple[str, ...]
    limit: int | None
    resume: bool


class RunCall(msgspec.Struct, frozen=True):
    """A study as the user asked for it."""

    snapshot: Path  # or the study.toml of an earlier study
    out: Path
    engine: str
    survey: Path | None
    instrument: Path | None
    packages: tuple[Path, ...]
    resume: bool


def run_snapshot(call: SnapshotCall) -> int:
    """Take a snapshot of a file or of the Hub, and say what it came to.

    Raises:
        UsageError: the call cannot be carried out.
    """
    _needs("study")
    from truename.study.registry.registry import Listing, list_registry
    from truename.study.registry.snapshot import take_snapshot

    listing = Listing(call.owner, call.search, call.filter, call.limit)
    if call.source is not None:
        if listing != Listing() or call.resume:
            raise UsageError("a ready snapshot is read whole; leave --owner, --search, --filter, --limit, --resume out")
        if call.out.exists():
            raise UsageError(f"{call.out} is there already; give another file")
        taken = take_snapshot(call.source, call.out)
    else:
        try:
            with _bar() as told:
                taken = list_registry(listing, call.out, resume=call.resume, on_records=lambda count: told(count, None))
        except KeyboardInterrupt:
            print(f"truename: stopped; --resume continues the list for {call.out}", file=sys.stderr)
            return INTERRUPTED
    lines = [f"{taken.records:,} models in {call.out}", *_skipped(taken.skips)]
    write_text("\n".join(map(visible, lines)) + "\n")
    return 0


def run_study(call: RunCall) -> int:
    """Run or repeat a study, show how far it is, and say what it came to.

    Raises:
        UsageError: the call cannot be carried out.
    """
    _needs("study")
    from truename.engines import Engine
    from truename.study.registry.manifest import other_versions, read_pin
    from truename.study.registry.run import StudyOptions, differing, repeating, study

    options = StudyOptions(
        call.snapshot, call.out, Engine(call.engine), call.survey, call.instrument, call.packages, call.resume
    )
    before = read_pin(call.snapshot) if call.snapshot.suffix == ".toml" else None
    if before is not None:
        options = repeating(before, call.snapshot.parent, options)
    publish = _publisher(options)
    try:
        with _bar() as told:
            done = study(options, publish, told)
    except KeyboardInterrupt:
        print(f"truename: stopped; the finished parts are in {call.out}, --resume continues", file=sys.stderr)
        return INTERRUPTED
    write_text(_said(done, call.out))
    if before is None:
        return 0
    others = differing(before, call.out)
    lines = _differences(others, other_versions(before.versions, done.pin.versions))
    write_text("".join(f"{visible(line)}\n" for line in lines))
    return DIFFERENT if others else 0


def _differences(files: Sequence[str], versions: Sequence[str]) -> Iterator[str]:
    """What a repeated study came to beside its record, and what may have made the difference."""
    if not files:
        yield "every byte is as recorded"
        return
    shown = ", ".join(files[:5]) + (" ..." if len(files) > 5 else "")
    yield f"{len(files):,} {'file differs' if len(files) == 1 else 'files differ'} from the record: {shown}"
    yield f"  other versions: {'; '.join(versions)}" if versions else "  all versions are those of the record"


def _publisher(options: StudyOptions) -> Publish:
    """What publishes; what it will compare with is looked at before the work and not after."""
    from truename.study.registry.report import check_inputs, write_report

    check_inputs(options.survey, options.instrument, options.packages)
    return write_report


def _needs(extra: str) -> None:
    """The parts of an extra, asked for before the work and not after."""
    if any(find_spec(name) is None for name in ("polars", "pyarrow")):
        raise MissingExtraError("truename study", extra)


@contextmanager
def _bar() -> Iterator[Callable[[int, int | None], None]]:
    """A bar on standard error that counts models; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("models"), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("rows", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _said(done: Studied, out: Path) -> str:
    lines = [f"{done.rows:,} rows of {done.records:,} records in {out}"]
    if done.resumed:
        lines.append(f"  {done.resumed:,} of {done.parts:,} parts were there already")
    lines += _skipped(done.skips)
    if done.absent:
        lines += wrap(
            f"not in the snapshot: {', '.join(done.absent)}", 79, initial_indent="  ", subsequent_indent="    "
        )
    return "\n".join(visible(line) for line in lines) + "\n"


def _skipped(skips: Skips) -> list[str]:
    return [f"  {count:,} x {what}" for what, count in sorted(skips.counts.items(), key=lambda item: -item[1])]
