"""``truename check``: several targets, each under its own name, in one report."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from truename.cli.output import UNUSABLE, Format, Guard, complain, print_text, write_text
from truename.errors import TruenameError, UsageError

if TYPE_CHECKING:
    from truename.findings import Report


class FailOn(StrEnum):
    """From which severity on a finding makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(check))


def check(
    targets: Annotated[list[str], typer.Argument(metavar="TARGET", help="Model folders, or ids on the Hub.")],
    name: Annotated[str | None, typer.Option(help="The claimed name; else the folder's own or the id.")] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to write the report.")] = Format.TEXT,
    output: Annotated[Path | None, typer.Option(help="Write the report here instead of to standard output.")] = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="CODES", help="Run only rules whose code starts so: SIZ,CTX001.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="CODES", help="Leave out rules whose code starts so.")
    ] = None,
    fail_on: Annotated[
        FailOn | None, typer.Option(help="Exit with 1 for findings of this severity or worse; warning by default.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Name every rule that could not tell.")] = False,
) -> int:
    """Report each claim of a model's name that its files contradict."""
    from truename.api import check as check_model
    from truename.api import select_rules
    from truename.findings import ModelReport, Report
    from truename.settings import load_config

    if name is not None and len(targets) > 1:
        raise UsageError("--name belongs to one target; check several targets in calls of their own")
    if name is not None and not name.strip():
        raise UsageError("--name is empty; give the name that the model claims")
    config = load_config()
    selected, ignored = _codes(select), _codes(ignore)
    rules = select_rules(config.select if selected is None else selected, config.ignore if ignored is None else ignored)

    models: list[ModelReport] = []
    for target in targets:
        try:
            models.append(check_model(target, name=name, rules=rules))
        except TruenameError as error:
            complain(str(error))
    report = Report(tuple(models))
    if format_ is Format.JSON:
        from truename.report.json import report_json

        write_text(report_json(report), output)
    elif models:
        from truename.report.text.findings import print_report

        print_text(lambda console: print_report(report, console, verbose=verbose), output)
    if len(models) < len(targets):
        return UNUSABLE
    return int(_fails(report, config.fail_on if fail_on is None else fail_on.value))


def _codes(given: Sequence[str] | None) -> tuple[str, ...] | None:
    """``("SIZ,CTX001", "TSK")`` as three upper-case prefixes."""
    if given is None:
        return None
    return tuple(code.strip().upper() for part in given for code in part.split(",") if code.strip())


def _fails(report: Report, level: str) -> bool:
    """Whether a finding is as bad as ``level`` or worse."""
    if level == "never":
        return False
    from truename.findings import Severity

    limit = Severity(level).rank
    return any(finding.severity.rank <= limit for model in report.models for finding in model.findings)
