"""The application: which command is called, and what it may run into as a sentence and an exit code.

A command is imported when it is called, and what it needs when it runs, so that each starts at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from types import ModuleType
from typing import Annotated, ParamSpec

import typer

from truename import __version__
from truename.cli.output import INTERRUPTED, UNUSABLE, complain, flushed, ready, silence
from truename.errors import InternalError, TruenameError

P = ParamSpec("P")

# What typer raises for a wrong call; the class itself is public in only some of the versions that we allow.
_WrongCall: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")

_COMMANDS = (
    "check", "parse", "inspect", "scan", "rules", "demo", "identify", "compare", "dara", "study", "survey", "zoo",
    "releases", "config", "explain", "diff", "suggest", "fix", "report-issue",
)  # fmt: skip


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; never raises for a wrong call."""
    ready()
    try:
        code = _application(arguments)(list(arguments), prog_name="truename", standalone_mode=False)
    except _WrongCall as error:
        complain(_sentence(error))
        return UNUSABLE
    except typer.Abort:
        return INTERRUPTED
    except OSError as error:  # of what no command writes: the version, the help
        complain(f"standard output: {error.strerror or error}")
        silence()
        return UNUSABLE
    if not flushed():
        return UNUSABLE
    return code if isinstance(code, int) else 0


def _application(arguments: Sequence[str]) -> typer.Typer:
    """The application with the command that is called alone: typer reads the signature of each that it is given.

    With all of them where none is named, so that help and the sentence about a wrong command know them.
    """
    app = typer.Typer(
        name="truename",
        help="Is this pre-trained model what its name says?",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_root)
    called = _command(arguments[0]) if arguments else None
    for command in [_command(name) for name in _COMMANDS] if called is None else [called]:
        if command is not None:
            command.add_to(app, _guarded)
    return app


def _command(name: str) -> ModuleType | None:
    """The module of a command, None where none is called so."""
    match name:
        case "check":
            from truename.cli import check

            return check
        case "parse":
            from truename.cli import parse

            return parse
        case "inspect":
            from truename.cli import inspect

            return inspect
        case "scan":
            from truename.cli import scan

            return scan
        case "rule" | "rules":
            from truename.cli import rules

            return rules
        case "demo":
            from truename.cli import demo

            return demo
        case "identify":
            from truename.cli import identify

            return identify
        case "compare":
            from truename.cli import compare

            return compare
        case "dara":
            from truename.cli import dara

            return dara
        case "releases":
            from truename.cli import releases

            return releases
        case "config":
            from truename.cli import config

            return config
        case "diff":
            from truename.cli import diff

            return diff
        case "suggest":
            from truename.cli import suggest

            return suggest
        case "report-issue":
            from truename.cli import report_issue

            return report_issue
        case "fix":
            from truename.cli import fix

            return fix
        case "explain":
            from truename.cli import explain

            return explain
        case "study":
            from truename.cli import study

            return study
        case "survey":
            from truename.cli import survey

            return survey
        case "zoo":
            from truename.cli import zoo

            return zoo
        case _:
            return None


def _sentence(error: Exception) -> str:
    """Typer's message as the end of our sentence, with where to look."""
    text = error.format_message() if hasattr(error, "format_message") else str(error)
    text = str(text).strip().rstrip(".").replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "truename"
    return f"{text[:1].lower()}{text[1:]}; see '{command} --help'"


def _guarded(function: Callable[P, int]) -> Callable[P, int]:
    """Turn what a command may run into on purpose into one sentence and an exit code."""

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            code = function(*args, **kwargs)
        except TruenameError as error:
            complain(str(error))
            return UNUSABLE
        except OSError as error:  # a full disk, a folder that went away
            complain(f"{error.filename or 'standard output'}: {error.strerror or error}")
            if error.filename is None:
                silence()
            return UNUSABLE
        except KeyboardInterrupt:
            return INTERRUPTED
        except (typer.Exit, _WrongCall):
            raise
        except Exception as error:  # noqa: BLE001 - told with its class and place; exit 1 would be a finding
            complain(str(InternalError.of(error)))
            return UNUSABLE
        return code if flushed() else UNUSABLE

    return called


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"truename {__version__}")
        raise typer.Exit


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
