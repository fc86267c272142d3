"""``truename demo``: five small models in real formats, honest and dishonest, and what a check says to them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from truename.cli.output import Guard, print_text, write_text
from truename.errors import UsageError

if TYPE_CHECKING:
    from truename.findings import ModelReport, Report


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(demo))


def demo(
    out: Annotated[Path | None, typer.Option(help="Keep the models here; else they are removed again.")] = None,
) -> int:
    """Write five small models, honest and dishonest, and check them."""
    from tempfile import TemporaryDirectory

    from truename.report.text.findings import print_report

    if out is not None:
        report = _report(out)
        next_ = f"truename check {out}/llama-7b --verbose"
    else:
        with TemporaryDirectory(prefix="truename-demo-") as folder:
            report = _report(Path(folder))
        next_ = "truename demo --out demo-models"
    write_text("Five small models in real formats: the first is what its name says, the others are not.\n\n")
    sys.stdout.flush()
    print_text(lambda console: print_report(report, console))
    write_text(f"\nNext: {next_}\n      truename check PATH/TO/YOUR/MODEL, truename rules, truename rule SIZ001\n")
    return 0


def _report(parent: Path) -> Report:
    from truename.findings import Report
    from truename.testing.miniature import demo_models

    try:
        folders = [model.write(parent) for model in demo_models()]
    except FileExistsError as error:
        raise UsageError(f"{error.filename}: is there already; give --out a new folder") from error
    except OSError as error:
        raise UsageError(f"{parent}: the demo cannot be written there ({error.strerror})") from error
    return Report(tuple(_check(folder) for folder in folders))


def _check(folder: Path) -> ModelReport:
    """One model's report, under its name alone: the temporary folder above it says nothing."""
    import msgspec

    from truename.api import check

    return msgspec.structs.replace(check(folder), target=folder.name)
