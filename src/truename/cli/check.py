"""``truename check``: several targets, each under its own name, in one report."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

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
    settle_baseline,
    settled,
)
from truename.cli.output import FOUND, UNUSABLE, Guard, complain
from truename.errors import TruenameError, UsageError
from truename.report.form import Form


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(check))


def check(
    targets: Annotated[list[str], typer.Argument(metavar="TARGET", help="Model folders, or ids on the Hub.")],
    name: Annotated[str | None, typer.Option(help="The claimed name; else the folder's own or the id.")] = None,
    format_: Annotated[Form, typer.Option("--format", help="How to write the report.")] = Form.TEXT,
    output: Output = None,
    select: Select = None,
    ignore: Ignore = None,
    extend_select: ExtendSelect = None,
    releases: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A table of your own releases: 'truename releases build'.")
    ] = None,
    preview: Preview = None,
    fail_on: FailOnLevel = None,
    strict: Strict = None,
    exit_zero: ExitZero = False,
    baseline: BaselineFile = None,
    update_baseline: UpdateBaseline = False,
    config: ConfigFile = None,
    isolated: Isolated = False,
    sample: Sample = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say why each rule did not decide.")] = False,
) -> int:
    """Report each claim of a model's name that its files contradict."""
    from truename.api import check as check_model
    from truename.cli.outputs import Outputs, parse_outputs
    from truename.cli.rule_page import described
    from truename.findings import FailedTarget
    from truename.report.exit_code import fails
    from truename.report.writers import Run
    from truename.rules.selection import rules_of
    from truename.settings import load_settings

    if name is not None and len(targets) > 1:
        raise UsageError("--name belongs to one target; check several targets in calls of their own")
    if name is not None and not name.strip():
        raise UsageError("--name is empty; give the name that the model claims")
    outputs = parse_outputs(output, format_)
    settings = load_settings(config, targets=targets, isolated=isolated)
    asked = settled(settings.config, select, ignore, extend_select, fail_on, strict, preview)
    ask(asked)
    rules = rules_of(asked)

    known = baseline_of(baseline, update_baseline)
    code = 0
    run = Run(__version__, settings.file, asked.fail_on, described, verbose)
    with _known(releases or asked.releases), Outputs(outputs, run) as reports:
        for target in targets:
            try:
                model = check_model(target, name=name, rules=rules, sample=sample, config=asked)
            except TruenameError as error:
                complain(str(error))
                code = UNUSABLE
                reports.add(FailedTarget(target, type(error).__name__, str(error)))
                continue
            if known is not None:
                model = known.without_known(model)
            for fault in model.faults:
                complain(f"{target}: {fault.code}: {fault.reason.text}")
                code = UNUSABLE
            if fails(model, asked.fail_on, strict=asked.strict):
                code = max(code, FOUND)
            reports.add(model)
    if known is not None and baseline is not None:
        settle_baseline(known, baseline, update_baseline)
    if update_baseline or exit_zero:
        return 0 if code == FOUND else code
    return code


def _known(releases: Path | str | None) -> AbstractContextManager[None]:
    """Where rules look releases up: in a table that was given beside the package's own."""
    if releases is None:
        return nullcontext()
    from truename.releases import standing_in, with_releases_of

    return standing_in(with_releases_of(Path(releases)))
