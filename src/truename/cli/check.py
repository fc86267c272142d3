"""``truename check``: several targets, each under its own name, in one report."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from truename import __version__
from truename.cli.options import ConfigFile, FailOnLevel, Ignore, Preview, Sample, Select, Strict, settled
from truename.cli.output import Format, Guard, complain, print_text, write_text
from truename.errors import TruenameError, UsageError


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(check))


def check(
    targets: Annotated[list[str], typer.Argument(metavar="TARGET", help="Model folders, or ids on the Hub.")],
    name: Annotated[str | None, typer.Option(help="The claimed name; else the folder's own or the id.")] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to write the report.")] = Format.TEXT,
    output: Annotated[Path | None, typer.Option(help="Write the report here instead of to standard output.")] = None,
    select: Select = None,
    ignore: Ignore = None,
    releases: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A table of your own releases: 'truename releases build'.")
    ] = None,
    preview: Preview = None,
    fail_on: FailOnLevel = None,
    strict: Strict = None,
    config: ConfigFile = None,
    sample: Sample = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say why each rule did not decide.")] = False,
) -> int:
    """Report each claim of a model's name that its files contradict."""
    from truename.api import check as check_model
    from truename.api import select_rules
    from truename.findings import FailedTarget, ModelReport, Report
    from truename.report.exit_code import exit_code
    from truename.settings import load_settings

    if name is not None and len(targets) > 1:
        raise UsageError("--name belongs to one target; check several targets in calls of their own")
    if name is not None and not name.strip():
        raise UsageError("--name is empty; give the name that the model claims")
    settings = load_settings(config, targets=targets)
    asked = settled(settings.config, select, ignore, fail_on, strict, preview)
    rules = select_rules(asked.select, asked.ignore, preview=asked.preview)

    models: list[ModelReport] = []
    failed: list[FailedTarget] = []
    with _known(releases):
        for target in targets:
            try:
                models.append(check_model(target, name=name, rules=rules, sample=sample))
            except TruenameError as error:
                complain(str(error))
                failed.append(FailedTarget(target, type(error).__name__, str(error)))
    report = Report(tuple(models), tuple(failed), settings.file, __version__)
    if format_ is Format.JSON:
        from truename.report.json import report_json

        write_text(report_json(report), output)
    elif models:
        from truename.report.text.findings import print_report

        print_text(lambda console: print_report(report, console, verbose=verbose), output)
    return exit_code(models, asked.fail_on, strict=asked.strict, failed=bool(failed))


def _known(releases: Path | None) -> AbstractContextManager[None]:
    """Where rules look releases up: in a table that was given beside the package's own."""
    if releases is None:
        return nullcontext()
    from truename.releases import standing_in, with_releases_of

    return standing_in(with_releases_of(releases))
