"""What ``check`` and ``scan`` have in common: which rules run, and what makes a call fail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from truename.cli.output import complain
from truename.errors import UsageError

SHOWN_STALE = 3  # entries of a baseline that are named

if TYPE_CHECKING:
    from truename.findings import Severity
    from truename.report.baseline import Baseline
    from truename.settings import Config


class FailOn(StrEnum):
    """From which severity on a finding makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


Select = Annotated[
    list[str] | None,
    typer.Option(metavar="CODES", help="Run only rules with these prefixes: SIZ,CTX001."),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(metavar="CODES", help="Leave out rules with these prefixes."),
]
ExtendSelect = Annotated[
    list[str] | None,
    typer.Option(metavar="CODES", help="Run rules with these prefixes as well."),
]
Isolated = Annotated[bool, typer.Option("--isolated", help="Look for no file of settings.")]
Preview = Annotated[bool | None, typer.Option("--preview/--no-preview", help="Run the rules that are a preview, too.")]
FailOnLevel = Annotated[
    FailOn | None, typer.Option(help="Exit with 1 for findings of this severity or worse; warning by default.")
]
Strict = Annotated[
    bool | None,
    typer.Option("--strict/--no-strict", help="Also exit with 1 for what is not verified or not settled."),
]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")]
Output = Annotated[
    list[str] | None,
    typer.Option(
        "--output", "-o", metavar="[FORM=]FILE", help="Write a report here, '-' for standard output; may be repeated."
    ),
]
BaselineFile = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="Known findings: they are counted, and do not fail the call."),
]
UpdateBaseline = Annotated[
    bool, typer.Option("--update-baseline", help="Write what is found now into the file of --baseline.")
]
Sample = Annotated[
    bool, typer.Option("--sample", help="Of many shards read some, and infer the others where sizes agree.")
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="The file of settings; else the nearest truename.toml or pyproject.toml."
    ),
]


def settled(
    config: Config,
    select: Sequence[str] | None,
    ignore: Sequence[str] | None,
    extend_select: Sequence[str] | None,
    fail_on: FailOn | None,
    strict: bool | None,
    preview: bool | None,
) -> Config:
    """What holds for a call: its options, and the settings of the project where it has none."""
    from msgspec.structs import replace

    asked = {
        "select": _codes(select),
        "ignore": _codes(ignore),
        "extend_select": _codes(extend_select),
        "preview": preview,
        "fail_on": None if fail_on is None else fail_on.value,
        "strict": strict,
    }
    return replace(config, **{name: value for name, value in asked.items() if value is not None})


def baseline_of(file: Path | None, update: bool) -> Baseline | None:
    """The baseline of a call; an empty one where it is to be written for the first time, or anew."""
    if file is None:
        if update:
            raise UsageError("--update-baseline belongs to --baseline FILE")
        return None
    from truename.report.baseline import Baseline, read_baseline

    if not update:
        return read_baseline(file)
    try:
        return read_baseline(file) if file.exists() else Baseline()
    except UsageError as error:
        complain(f"{error}; all of it is written anew", "warning")
        return Baseline()


def settle_baseline(baseline: Baseline, file: Path, update: bool) -> None:
    """Write what was found into the file, or say which of its entries no longer occur."""
    from truename import __version__
    from truename.report.baseline import write_baseline

    if update:
        write_baseline(file, baseline.updated(), __version__)
    elif stale := baseline.stale:
        some = ", ".join(f"{one.code} of {one.model}" for one in stale[:SHOWN_STALE]) + (
            ", …" if len(stale) > SHOWN_STALE else ""
        )
        entries = "1 entry" if len(stale) == 1 else f"{len(stale):,} entries"
        complain(
            f"{file}: {entries} of the baseline no longer occur ({some}); --update-baseline removes them", "warning"
        )


def ask(config: Config) -> None:
    """Let the hub of the settings be asked, where they name one."""
    if config.endpoint is not None:
        from truename.sources.hub import ask_hub_at

        ask_hub_at(config.endpoint)


def fails(found: Iterable[Severity], level: str) -> bool:
    """Whether a finding is as bad as ``level`` or worse."""
    if level == "never":
        return False
    from truename.findings import Severity

    limit = Severity(level).rank
    return any(severity.rank <= limit for severity in found)


def _codes(given: Sequence[str] | None) -> tuple[str, ...] | None:
    """``("SIZ,CTX001", "TSK")`` as three upper-case prefixes."""
    if given is None:
        return None
    return tuple(code.strip().upper() for part in given for code in part.split(",") if code.strip())
