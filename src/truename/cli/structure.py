"""The commands on structures: ``identify``, ``compare`` and the group ``dara``."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

_Command = Callable[[Callable[..., int]], Callable[..., int]]
_ZOO = Annotated[Path, typer.Option(help="The corpus that 'truename zoo build' wrote.")]


class Format(StrEnum):
    """How a result is written."""

    TEXT = "text"
    JSON = "json"


def add_commands(app: typer.Typer, command: _Command) -> None:
    """Add the commands to ``app``; ``command`` turns what they may run into into a sentence and an exit code."""
    app.command()(command(identify))
    app.command()(command(compare))
    dara: Any = typer.Typer(help="Train and evaluate the classifier of structures.", rich_markup_mode=None)
    dara.command()(command(train))
    dara.command()(command(evaluate))
    dara.command()(command(sequences))
    app.add_typer(dara, name="dara")


def identify(
    targets: Annotated[list[str], typer.Argument(metavar="TARGET", help="Model folders, or ids on the Hub.")],
    format_: Annotated[Format, typer.Option("--format", help="How to write the answers.")] = Format.TEXT,
    error_rate: Annotated[float, typer.Option(help="Share of known models whose truth may be in no set.")] = 0.01,
) -> int:
    """Say what models are by the structure of their weights alone."""
    from truename.cli.identify import run_identify

    return run_identify(targets, as_json=format_ is Format.JSON, error_rate=error_rate)


def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A model folder, or an id on the Hub.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    format_: Annotated[Format, typer.Option("--format", help="How to write the differences.")] = Format.TEXT,
) -> int:
    """Say how far two structures lie apart and which blocks differ."""
    from truename.cli.compare import run_compare

    return run_compare(first, second, as_json=format_ is Format.JSON)


def train(
    zoo: _ZOO,
    out: Annotated[
        Path | None, typer.Option(help="Where to write the classifier; the package's own by default.")
    ] = None,
) -> int:
    """Train and calibrate the classifier on a corpus."""
    from truename.cli.dara import run_train

    return run_train(zoo, out)


def evaluate(
    zoo: _ZOO,
    data: Annotated[Path | None, typer.Option(help="Reference data: real repositories and traced layers.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of the table and its figures.")] = Path("docs/records"),
    table: Annotated[bool, typer.Option("--table", help="Print the table that is stored, and run nothing.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Run only these parts of the table.")] = None,
) -> int:
    """Run every test of the classifier, print the table and store it."""
    from truename.cli.dara import run_evaluate

    return run_evaluate(zoo, data, out, table_only=table, only=tuple(only or ()))


def sequences(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Traced layer sequences: layer_sequences.json.gz.")],
    out: Annotated[Path, typer.Option(help="Folder of the table.")] = Path("docs/records"),
    seeds: Annotated[int, typer.Option(min=1, max=100, help="How often to draw the folds.")] = 5,
) -> int:
    """Compare classifiers of traced layer sequences by cross-validation, print the table and store it."""
    from truename.cli.sequences import run_sequences

    return run_sequences(file, out, seeds)
