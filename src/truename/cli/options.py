"""What ``check`` and ``scan`` have in common: which rules run, and what makes a call fail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from truename.findings import Severity
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
Sample = Annotated[
    bool, typer.Option("--sample", help="Of many shards read some, and infer the others where sizes agree.")
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The file of settings; else the nearest pyproject.toml."),
]


def settled(
    config: Config,
    select: Sequence[str] | None,
    ignore: Sequence[str] | None,
    fail_on: FailOn | None,
    strict: bool | None,
    preview: bool | None,
) -> Config:
    """What holds for a call: its options, and the settings of the project where it has none."""
    from truename.settings import Config

    selected, ignored = _codes(select), _codes(ignore)
    return Config(
        select=config.select if selected is None else selected,
        ignore=config.ignore if ignored is None else ignored,
        preview=config.preview if preview is None else preview,
        fail_on=config.fail_on if fail_on is None else fail_on.value,
        strict=config.strict if strict is None else strict,
    )


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
