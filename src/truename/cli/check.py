"""``truename check``: several targets, each under its own name, in one report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from truename.api import check, select_rules
from truename.cli.streams import complain, print_text, write_text
from truename.errors import TruenameError, UsageError
from truename.findings import ModelReport, Report, Severity
from truename.report.json import report_json
from truename.rules import Rule
from truename.settings import load_config


class CheckOptions(msgspec.Struct, frozen=True):
    """The options of one call; None where the call leaves it to the project's settings."""

    name: str | None = None
    as_json: bool = False
    output: Path | None = None
    select: tuple[str, ...] | None = None  # each may hold several codes, separated by commas
    ignore: tuple[str, ...] | None = None
    fail_on: str | None = None
    verbose: bool = False


def run_check(targets: Sequence[str], options: CheckOptions) -> int:
    """Check every target, write the report and return the exit code.

    Raises:
        UsageError: the call cannot be carried out as it was made.
    """
    if options.name is not None and len(targets) > 1:
        raise UsageError("--name belongs to one target; check several targets in calls of their own")
    if options.name is not None and not options.name.strip():
        raise UsageError("--name is empty; give the name that the model claims")
    config = load_config()
    select, ignore = _codes(options.select), _codes(options.ignore)
    rules = select_rules(config.select if select is None else select, config.ignore if ignore is None else ignore)

    models: list[ModelReport] = []
    for target in targets:
        try:
            models.append(_check_one(target, options.name, rules))
        except TruenameError as error:
            complain(str(error))
    report = Report(tuple(models))
    if models or options.as_json:
        _write(report, options)
    if len(models) < len(targets):
        return 2
    return int(_fails(report, options.fail_on or config.fail_on))


def _check_one(target: str, name: str | None, rules: Sequence[Rule]) -> ModelReport:
    return check(target, name=name, rules=rules)


def _codes(given: Sequence[str] | None) -> tuple[str, ...] | None:
    """``("SIZ,CTX001", "TSK")`` as three upper-case prefixes."""
    if given is None:
        return None
    return tuple(code.strip().upper() for part in given for code in part.split(",") if code.strip())


def _write(report: Report, options: CheckOptions) -> None:
    if options.as_json:
        write_text(report_json(report), options.output)
        return
    from truename.report.text.findings import print_report

    print_text(lambda console: print_report(report, console, verbose=options.verbose), options.output)


def _fails(report: Report, level: str) -> bool:
    """Whether a finding is as bad as ``level`` or worse."""
    if level == "never":
        return False
    limit = Severity(level).rank
    return any(finding.severity.rank <= limit for model in report.models for finding in model.findings)
