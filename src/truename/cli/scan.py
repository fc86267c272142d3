"""``truename scan``: many models to a table."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from truename import __version__
from truename.cli.options import (
    BaselineFile,
    ConfigFile,
    ExitZero,
    ExtendSelect,
    FailOnLevel,
    Ignore,
    Isolated,
    Output,
    Preview,
    Sample,
    Select,
    Strict,
    UpdateBaseline,
    ask,
    baseline_of,
    fails,
    settle_baseline,
    settled,
)
from truename.cli.output import INTERRUPTED, STANDARD_OUTPUT, UNUSABLE, Guard, write_text
from truename.engines import Engine
from truename.errors import UsageError
from truename.report.form import Form

if TYPE_CHECKING:
    from truename.scan import Summary, Target
    from truename.scan.rows import Row


class _Listing(NamedTuple):
    """Which models of the Hub."""

    owner: str | None
    search: str | None
    filter: tuple[str, ...]
    limit: int | None

    @property
    def asked(self) -> bool:
        """Whether a list of the Hub is asked for."""
        return self.owner is not None or self.search is not None or bool(self.filter)


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(scan))


def scan(
    out: Annotated[Path, typer.Option(help="Folder for the table: Parquet parts, one row a model.")],
    files: Annotated[
        list[str] | None, typer.Argument(metavar="LIST", help="Files with one target a line; '-' reads standard input.")
    ] = None,
    folder: Annotated[list[str] | None, typer.Option(help="Every folder in this folder is a model.")] = None,
    owner: Annotated[str | None, typer.Option(help="Every model of this owner on the Hub.")] = None,
    search: Annotated[str | None, typer.Option(help="Models on the Hub that this search finds.")] = None,
    filter_: Annotated[list[str] | None, typer.Option("--filter", help="Only models with this tag.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many models of a listing.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the scan that lies in --out.")] = False,
    retry_errors: Annotated[
        bool, typer.Option("--retry-errors", help="With --resume: check again what could not be checked.")
    ] = False,
    engine: Annotated[Engine, typer.Option(help="Threads of this machine, or a Ray cluster.")] = Engine.LOCAL,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Models that are checked at one time.")] = 16,
    select: Select = None,
    ignore: Ignore = None,
    extend_select: ExtendSelect = None,
    preview: Preview = None,
    fail_on: FailOnLevel = None,
    strict: Strict = None,
    exit_zero: ExitZero = False,
    baseline: BaselineFile = None,
    update_baseline: UpdateBaseline = False,
    config: ConfigFile = None,
    isolated: Isolated = False,
    sample: Sample = False,
    format_: Annotated[
        Form | None, typer.Option("--format", help="Also write a report of this form, as check does.")
    ] = None,
    output: Output = None,
) -> int:
    """Check many models into a table that survives interruption."""
    from truename.cli.outputs import Outputs, parse_outputs
    from truename.cli.rule_page import described
    from truename.findings import ModelReport
    from truename.report.exit_code import fails as model_fails
    from truename.report.writers import Run
    from truename.rules.selection import rules_of
    from truename.scan import ScanOptions, entries_of
    from truename.scan import scan as scan_targets
    from truename.settings import load_settings
    from truename.sources import open_source

    lists, folders = files or [], folder or []
    listing = _Listing(owner, search, tuple(filter_ or ()), limit)
    if retry_errors and not resume:
        raise UsageError("--retry-errors belongs to --resume: a new scan has no errors yet")
    if limit is not None and not listing.asked:
        raise UsageError("--limit belongs to --owner, --search or --filter")
    if not (lists or folders or listing.asked):
        raise UsageError("name what to scan: a list (- for standard input), --folder, --owner, --search or --filter")
    outputs = parse_outputs(output, format_ or Form.TEXT) if output or format_ else ()
    settings = load_settings(config, folders=folders, isolated=isolated)
    asked = settled(settings.config, select, ignore, extend_select, fail_on, strict, preview)
    ask(asked)
    targets, total = _targets(lists, folders, listing, out)
    if config is None and settings.file is not None:
        targets = _outside(targets, settings.file)
    first = next(targets, None)
    if first is None:
        raise UsageError(f"there is nothing to scan: {_named(lists, folders, listing)} names no model")
    options = ScanOptions(
        out=out,
        resume=resume,
        retry_errors=retry_errors,
        engine=engine,
        concurrency=concurrency,
        asked={
            "files": " ".join(lists),
            "folders": " ".join(folders),
            "owner": owner or "",
            "search": search or "",
            "filter": " ".join(listing.filter),
            "select": " ".join(asked.select),
            "ignore": " ".join(asked.ignore),
            "sample": "yes" if sample else "",
            "settings": asked.digest,
        },
        rules=rules_of(asked),
        config=asked,
        sample=sample,
    )
    known = baseline_of(baseline, update_baseline)
    reports = Outputs(outputs, Run(__version__, settings.file, asked.fail_on, described))
    try:
        with _Progress(total) as progress:
            summary = scan_targets(chain((first,), targets), open_source, options, progress.advance)
        failing = fails(summary.worst, asked.fail_on)
        with reports:
            if known is not None:
                failing = False
            for entry in entries_of(out) if outputs or known is not None else ():
                if known is not None and isinstance(entry, ModelReport):
                    entry = known.without_known(entry)
                    failing = failing or model_fails(entry, asked.fail_on)
                reports.add(entry)
    except KeyboardInterrupt:
        print(f"truename: stopped; the finished rows are in {out}, --resume continues", file=sys.stderr)
        return INTERRUPTED
    told = _summary(summary, out, progress.seconds)
    if any(one.place == STANDARD_OUTPUT for one in outputs):
        sys.stderr.write(told)
    else:
        write_text(told)
    if summary.unusable:
        return UNUSABLE
    if known is not None and baseline is not None:
        settle_baseline(known, baseline, update_baseline)
    if exit_zero or update_baseline:
        return 0
    return int(failing or (asked.strict and summary.open > 0))


def _outside(targets: Iterator[Target], file: str) -> Iterator[Target]:
    """The targets, none of which may hold the settings that were found: see ``truename.settings``."""
    from truename.settings import model_folder

    for target in targets:
        folder = model_folder(target.target)
        if folder is not None and folder in Path(file).parents:
            raise UsageError(f"{file} lies in the model {target.target}; call from elsewhere, or name it with --config")
        yield target


def _named(files: Sequence[str], folders: Sequence[str], listing: _Listing) -> str:
    said = ["standard input" if file == "-" else file for file in files]
    said += [f"the folder {folder}" for folder in folders]
    return " and ".join(said + ["the Hub's listing"] * listing.asked)


def _targets(
    files: Sequence[str], folders: Sequence[str], listing: _Listing, out: Path
) -> tuple[Iterator[Target], int | None]:
    """The targets in the order of the call, and how many they are where that is known beforehand."""
    from truename.scan import Target, folders_in, lines_of, read_targets
    from truename.sources.listing import hub_listing

    sources: list[Iterable[Target]] = [list(folders_in(folder, out)) for folder in folders]
    total: int | None = sum(len(list(found)) for found in sources)
    for file in files:
        if file == "-":
            if hasattr(sys.stdin, "reconfigure"):
                sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
            sources.append(read_targets(lines_of(sys.stdin), "standard input"))
            total = None
        else:
            sources.append(_lines(file))
            total = None if total is None else total + sum(1 for _ in _lines(file))
    if listing.asked:
        ids = hub_listing(owner=listing.owner, search=listing.search, filter=listing.filter, limit=listing.limit)
        sources.append(Target(name) for name in ids)
        total = None
    return chain.from_iterable(sources), total


def _lines(file: str) -> Iterator[Target]:
    """The targets of a file."""
    from truename.scan import lines_of, read_targets

    if not Path(file).is_file():
        raise UsageError(f"{file}: there is no such list; give a file with one target a line, or - for standard input")
    with open(file, encoding="utf-8", errors="surrogateescape") as lines:
        yield from read_targets(lines_of(lines), file)


def _summary(summary: Summary, out: Path, seconds: float) -> str:
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
    lines.append(_in_words(summary))
    return "\n".join(filter(None, lines)) + "\n"


def _in_words(summary: Summary) -> str:
    """What the whole table came to, in a sentence: ``Of 5 models, 4 are contradicted, 1 is consistent.``"""
    from truename.report.verdict import WORDS

    said = [f"{count:,} {'is' if count == 1 else 'are'} {WORDS[kind]}" for kind, count in summary.verdicts.items()]
    if summary.unusable:
        said.append(f"{summary.unusable:,} could not be checked")
    return f"Of {_models(summary.models)}, {', '.join(said)}."


def _models(count: int) -> str:
    return "1 model" if count == 1 else f"{count:,} models"


class _Progress:
    """A bar on standard error with rate and time left, while its block runs; nothing where that is not a terminal.

    Args:
        total: of the targets, None where it is not known.
    """

    def __init__(self, total: int | None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        console = Console(stderr=True)
        self._total = total
        self._begun = time.monotonic()
        self._seen = self._now = self._errors = self._flagged = 0
        columns = (BarColumn(None), TextColumn("{task.description}"))
        self._bar = Progress(*columns, console=console, transient=True)
        self._shown = console.is_terminal
        self._task = self._bar.add_task(self._said(), total=total)

    def __enter__(self) -> _Progress:
        if self._shown:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:  # rich before 14.3 ends even a bar that is not to be shown with an empty line
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
