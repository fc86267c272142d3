"""The command line: parse, call, format, return a number."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

# New objects between two searches for garbage. Modules are none, and searching them took a seventh of a start.
_GARBAGE = 100_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: without the program's name; the process's own by default.

    Returns:
        0 nothing at or above the level, 1 findings, 2 the target or the call is unusable, 130 interrupted. They are the
        same where whoever reads the output goes away early.
    """
    if arguments is None:
        return _process()
    from truename.cli.app import run

    return run(arguments)


def _process() -> int:
    """The command line as a process of its own, which starts and ends as fast as it can."""
    gc.set_threshold(_GARBAGE)
    try:
        from truename.cli.app import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        return 130
    finally:
        gc.freeze()  # the interpreter's last search would find what the end of the process frees anyway
