"""``truename study``: take snapshots of a registry, run studies, repeat them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from truename.cli.output import INTERRUPTED, Guard, write_text
from truename.cli.progress import counted_models
from truename.engines import Engine
from truename.errors import MissingExtraError, UsageError
from truename.report.visible import visible

if TYPE_CHECKING:
    from truename.study.registry.registry_study import Publish, Studied, StudyOptions
    from truename.study.registry.skips import Skips

DIFFERENT = 1


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the group ``study`` to ``app``."""
    group: Any = typer.Typer(help="Study the names of a whole registry.", rich_markup_mode=None)
    group.callback()(_group)
    group.command()(guard(snapshot))
    group.command()(guard(run))
    app.add_typer(group, name="study")


def _group() -> None:
    """Study the names of a whole registry."""


def snapshot(
    out: Annotated[Path, typer.Option(metavar="FILE", help="The snapshot to write, a Parquet file.")],
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="A ready one: Parquet, PeaTMOSS's SQLite, .jsonl, .csv, names; else the Hub."
        ),
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Only this owner's models on the Hub.")] = None,
    search: Annotated[str | None, typer.Option(help="Only models on the Hub that this search finds.")] = None,
    filter_: Annotated[list[str] | None, typer.Option("--filter", help="Only models with this tag.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many models of the list.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the list that was begun for --out.")] = False,
) -> int:
    """List a registry with its metadata, or bring a ready list into one form."""
    _needs("study")
    from truename.study.registry.registry_list import Listing, list_registry
    from truename.study.registry.snapshot import take_snapshot

    listing = Listing(owner, search, tuple(filter_ or ()), limit)
    if source is not None:
        if listing != Listing() or resume:
            raise UsageError("a ready snapshot is read whole; leave --owner, --search, --filter, --limit, --resume out")
        if out.exists():
            raise UsageError(f"{out} is there already; give another file")
        taken = take_snapshot(source, out)
    else:
        try:
            with counted_models() as told:
                taken = list_registry(listing, out, resume=resume, on_records=lambda count: told(count, None))
        except KeyboardInterrupt:
            print(f"truename: stopped; --resume continues the list for {out}", file=sys.stderr)
            return INTERRUPTED
    lines = [f"{taken.records:,} models in {out}", *_skipped(taken.skips)]
    write_text("\n".join(map(visible, lines)) + "\n")
    return 0


def run(
    snapshot: Annotated[
        Path, typer.Argument(metavar="SNAPSHOT", help="A snapshot of any layout, or the study.toml of a study.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for rows, tables, figures and the report.")],
    engine: Annotated[Engine, typer.Option(help="Processes of this machine, or Ray.")] = Engine.LOCAL,
    survey: Annotated[
        Path | None, typer.Option(metavar="RESPONSES", help="Answers of a survey, to compare with the names.")
    ] = None,
    instrument: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="That survey's questions as TOML; the study's of 2023 by default."),
    ] = None,
    packages: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Names of traditional packages, to compare with; can be given again."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the study that lies in --out.")] = False,
) -> int:
    """Read every name of a snapshot, check it by its metadata, and report."""
    _needs("study")
    from truename.study.registry.manifest import other_versions, read_pin
    from truename.study.registry.registry_study import StudyOptions, differing, repeating, study

    options = StudyOptions(snapshot, out, engine, survey, instrument, tuple(packages or ()), resume)
    before = read_pin(snapshot) if snapshot.suffix == ".toml" else None
    if before is not None:
        options = repeating(before, snapshot.parent, options)
    publish = _publisher(options)
    try:
        with counted_models() as told:
            done = study(options, publish, told)
    except KeyboardInterrupt:
        print(f"truename: stopped; the finished parts are in {out}, --resume continues", file=sys.stderr)
        return INTERRUPTED
    write_text(_summary(done, out))
    if before is None:
        return 0
    others = differing(before, out)
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


def _summary(done: Studied, out: Path) -> str:
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
