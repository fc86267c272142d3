"""The commands on the corpus of architectures: ``truename zoo build``, ``list`` and ``show``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

_Command = Callable[[Callable[..., int]], Callable[..., int]]
_FILE = Annotated[Path, typer.Option("--zoo", help="The corpus that 'truename zoo build' wrote.")]


def add_zoo_commands(app: typer.Typer, command: _Command) -> None:
    """Add the group ``zoo`` to ``app``; ``command`` turns what it may run into into a sentence and an exit code."""
    zoo: Any = typer.Typer(help="Build and read the corpus that the classifier learns from.", rich_markup_mode=None)
    zoo.command()(command(build))
    zoo.command("list")(command(list_))
    zoo.command()(command(show))
    app.add_typer(zoo, name="zoo")


def build(
    out: Annotated[Path, typer.Option(help="The file to write.")],
    library: Annotated[
        list[str] | None, typer.Option(help="Build only this: transformers, timm, diffusers ...; may be given again.")
    ] = None,
    configs: Annotated[int, typer.Option(min=1, max=100, help="Configurations of each class, the default one in.")] = 6,
    seed: Annotated[int, typer.Option(help="The same seed gives the same corpus.")] = 0,
    processes: Annotated[int, typer.Option(min=0, max=256, help="How many at once; 0 is none but this one.")] = 2,
    match: Annotated[str | None, typer.Option(help="Only classes or model types that contain this.")] = None,
    each: Annotated[int | None, typer.Option(min=1, help="At most so many classes of a model type.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier build stopped.")] = False,
) -> int:
    """Write every buildable model class of the installed libraries, as saved, with several configurations."""
    from truename.cli.zoo import run_build

    return run_build(out, tuple(library or ()), configs, seed, processes, match, each, resume)


def list_(
    zoo: _FILE = Path("zoo.parquet"),
    failures: Annotated[bool, typer.Option("--failures", help="List what could not be built, and why.")] = False,
) -> int:
    """Count the corpus by library and layout."""
    from truename.cli.zoo import run_list

    return run_list(zoo, failures)


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A class, architecture or model type.")],
    zoo: _FILE = Path("zoo.parquet"),
    config_id: Annotated[int, typer.Option("--config", help="Which configuration's tensors to print.")] = 0,
    layout: Annotated[str, typer.Option(help="Which layout's tensors to print.")] = "saved",
) -> int:
    """Show the entries of one class and the tensors of one of them."""
    from truename.cli.zoo import run_show

    return run_show(name, zoo, config_id, layout)
