"""Results go to standard output or a file, everything else to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from truename.errors import UsageError
from truename.report.visible import visible

if TYPE_CHECKING:
    from truename.report.text.lines import Page

Guard = Callable[[Callable[..., int]], Callable[..., int]]  # turns what a command runs into into an exit code
STANDARD_OUTPUT = "-"  # where a path is asked for
FOUND = 1  # a finding that fails the call
UNUSABLE = 2  # the target or the call
INTERRUPTED = 130


class Format(StrEnum):
    """How a result is written."""

    TEXT = "text"
    JSON = "json"


def complain(sentence: str, level: str = "error") -> None:
    """One clear sentence on standard error."""
    try:
        sys.stderr.write(f"truename: {level}: {visible(sentence)}\n")
        sys.stderr.flush()
    except (BrokenPipeError, UnicodeEncodeError):
        pass  # nobody is left to tell, or in no letters that they could read


def ready() -> None:
    """Give a process that was started without standard streams somewhere to write."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - open as long as the process


def silence() -> None:
    """Keep the interpreter from complaining at exit that standard output cannot be flushed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def flushed() -> bool:
    """Whether standard output took everything, or its reader went away; else says what is wrong."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        silence()
    except OSError as error:
        complain(f"standard output: {error.strerror or error}")
        silence()
        return False
    return True


def write_text(text: str, output: Path | None = None) -> bool:
    """Write a whole result, UTF-8 whatever the locale says.

    Returns:
        Whether somebody still reads. A reader of standard output that went away is no fault.

    Raises:
        UsageError: the file cannot be written.
    """
    if output is None:
        try:
            sys.stdout.flush()
            sys.stdout.buffer.write(encoded(text))
            sys.stdout.flush()
        except BrokenPipeError:
            silence()
            return False
        return True
    try:
        output.write_bytes(encoded(text))
    except OSError as error:
        raise UsageError(f"{output}: cannot be written ({error.strerror})") from error
    return True


def encoded(text: str) -> bytes:
    """A text as UTF-8; what cannot be encoded, of a path that is not, is shown by its escapes."""
    return text.encode("utf-8", "backslashreplace")


def print_text(print_it: Callable[[Page], None], output: Path | None = None) -> None:
    """Let ``print_it`` print on a page: the terminal, or plain text into a file.

    Where the reader of standard output goes away, the rest is not printed.

    Raises:
        UsageError: the file cannot be written.
    """
    from truename.report.text.lines import page_on

    if output is None:
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        try:
            print_it(page_on(sys.stdout))
        except (BrokenPipeError, SystemExit):  # rich ends the process with 1, which would say that something was found
            silence()
        return
    from io import StringIO

    text = StringIO()
    print_it(page_on(text))
    write_text(text.getvalue(), output)
