"""The commands and their options. What a command does is imported when it runs, so that each starts at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from copy import copy
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from truename import __version__
from truename.cli.streams import complain, ready, silence
from truename.cli.structure import add_commands
from truename.cli.study_commands import add_study_commands
from truename.cli.survey_commands import add_survey_commands
from truename.cli.zoo_commands import add_zoo_commands
from truename.errors import TruenameError

P = ParamSpec("P")
UNUSABLE = 2
INTERRUPTED = 130
BROKEN_PIPE = 141

# What typer raises for a wrong call; the class itself is public in only some of the versions that we allow.
_WrongCall: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")

app = typer.Typer(
    name="truename",
    help="Is this pre-trained model what its name says?",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"


class ParseFormat(StrEnum):
    """How readings of names are written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


class FailOn(StrEnum):
    """From which severity on a finding makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; never raises for a wrong call."""
    ready()
    try:
        code = _called(arguments)(list(arguments), prog_name="truename", standalone_mode=False)
    except _WrongCall as error:
        complain(_sentence(error))
        return UNUSABLE
    except typer.Abort:
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def _called(arguments: Sequence[str]) -> typer.Typer:
    """The application with the command that is called alone: typer reads the signature of each that it is given.

    With all of them where none is named, so that help and the sentence about a wrong command know them.
    """
    name = arguments[0] if arguments else ""
    commands = [c for c in app.registered_commands if name in (c.name, getattr(c.callback, "__name__", None))]
    groups = [g for g in app.registered_groups if g.name == name]
    if not commands and not groups:
        return app
    slim = copy(app)
    slim.registered_commands, slim.registered_groups = commands, groups
    return slim


def _sentence(error: Exception) -> str:
    """Typer's message as the end of our sentence, with where to look."""
    text = error.format_message() if hasattr(error, "format_message") else str(error)
    text = str(text).strip().rstrip(".").replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "truename"
    return f"{text[:1].lower()}{text[1:]}; see '{command} --help'"


def _command(function: Callable[P, int]) -> Callable[P, int]:
    """Turn what a command may run into on purpose into one sentence and an exit code."""

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            code = function(*args, **kwargs)
            sys.stdout.flush()
        except TruenameError as error:
            complain(str(error))
            return UNUSABLE
        except BrokenPipeError:
            silence()
            return BROKEN_PIPE
        except OSError as error:  # a full disk, a folder that went away
            complain(f"{error.filename or 'standard output'}: {error.strerror or error}")
            if error.filename is None:
                silence()
            return UNUSABLE
        except KeyboardInterrupt:
            return INTERRUPTED
        return code

    return guarded


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"truename {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Is this pre-trained model what its name says?"""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(UNUSABLE)


@app.command()
@_command
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
    from truename.cli.check import CheckOptions, run_check

    options = CheckOptions(
        name=name,
        as_json=format_ is Format.JSON,
        output=output,
        select=None if select is None else tuple(select),
        ignore=None if ignore is None else tuple(ignore),
        fail_on=None if fail_on is None else fail_on.value,
        verbose=verbose,
    )
    return run_check(targets, options)


@app.command()
@_command
def parse(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Names; none or '-' reads standard input, one a line.")
    ] = None,
    format_: Annotated[ParseFormat, typer.Option("--format", help="How to write the readings.")] = ParseFormat.TEXT,
    input_: Annotated[
        list[Path] | None,
        typer.Option("--input", metavar="FILE", help="A list of names: lines, .csv, .tsv, .jsonl or .parquet."),
    ] = None,
    column: Annotated[str | None, typer.Option(help="The column of the names in a table; 'name' by default.")] = None,
) -> int:
    """Read names into their naming elements."""
    from truename.cli.parse import run_parse

    return run_parse(names or ([] if input_ else ["-"]), format_.value, tuple(input_ or ()), column)


@app.command()
@_command
def inspect(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A model folder, or an id on the Hub.")],
    format_: Annotated[Format, typer.Option("--format", help="How to write what is there.")] = Format.TEXT,
) -> int:
    """Show what a model's files hold: facts and the tree of blocks."""
    from truename.cli.inspect import run_inspect

    return run_inspect(target, as_json=format_ is Format.JSON)


class EngineName(StrEnum):
    """Where a scan runs."""

    LOCAL = "local"
    RAY = "ray"


@app.command()
@_command
def scan(
    out: Annotated[Path, typer.Option(help="Folder for the table: Parquet parts, one row a model.")],
    files: Annotated[
        list[str] | None, typer.Argument(metavar="LIST", help="Files with one target a line; '-' reads standard input.")
    ] = None,
    folder: Annotated[list[str] | None, typer.Option(help="Every folder in this folder is a model.")] = None,
    owner: Annotated[str | None, typer.Option(help="Every model of this owner on the Hub.")] = None,
    search: Annotated[str | None, typer.Option(help="Models on the Hub that this search finds.")] = None,
    filter_: Annotated[list[str] | None, typer.Option("--filter", help="Only models with this tag.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many models of a listing.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the scan that lies in --out.")] = False,
    retry_errors: Annotated[
        bool, typer.Option("--retry-errors", help="With --resume: check again what could not be checked.")
    ] = False,
    engine: Annotated[EngineName, typer.Option(help="Threads of this machine, or a Ray cluster.")] = EngineName.LOCAL,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Models that are checked at one time.")] = 16,
) -> int:
    """Check many models into a table that survives interruption."""
    from truename.cli.scan import ScanCall, run_scan

    call = ScanCall(
        out=out,
        files=tuple(files or ()),
        folders=tuple(folder or ()),
        owner=owner,
        search=search,
        filter=tuple(filter_ or ()),
        limit=limit,
        resume=resume,
        retry_errors=retry_errors,
        engine=engine.value,
        concurrency=concurrency,
    )
    return run_scan(call)


@app.command()
@_command
def rule(code: Annotated[str, typer.Argument(metavar="CODE", help="A rule's code or name.")]) -> int:
    """Explain one rule: what is wrong, why it matters, examples."""
    from truename.cli.rules import run_rule

    return run_rule(code)


@app.command()
@_command
def rules() -> int:
    """List every rule."""
    from truename.cli.rules import run_rules

    return run_rules()


@app.command()
@_command
def demo(
    out: Annotated[Path | None, typer.Option(help="Keep the models here; else they are removed again.")] = None,
) -> int:
    """Write five small models, honest and dishonest, and check them."""
    from truename.cli.demo import run_demo

    return run_demo(out)


add_commands(app, _command)
add_study_commands(app, _command)
add_survey_commands(app, _command)
add_zoo_commands(app, _command)
