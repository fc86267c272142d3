"""``truename demo``: five small models in real formats, honest and dishonest, and what a check says to them."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote
from shutil import which
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
        next_ = f"check {quote(f'{out}/llama-7b')} --verbose"
    else:
        with TemporaryDirectory(prefix="truename-demo-") as folder:
            report = _report(Path(folder))
        next_ = "demo --out demo-models"
    write_text("Five small models in real formats: the first is what its name says, the others are not.\n\n")
    sys.stdout.flush()
    print_text(lambda page: print_report(report, page))
    program = _program()
    write_text(f"\nNext: {program} {next_}\n")
    write_text("".join(f"      {program} {more}\n" for more in ("check PATH/TO/YOUR/MODEL", "rule SIZ001")))
    return 0


def _program() -> str:
    """What to type to run this very installation again, whether or not it is on PATH."""
    called = sys.argv[0] if sys.argv else ""
    if Path(called).stem == "truename" and Path(called).is_file():
        found = which("truename")
        return "truename" if found is not None and Path(found).samefile(called) else quote(called)
    return f"{quote(sys.executable)} -m truename"


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
