"""The command line: parse, call, format, return a number."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: without the program's name; the process's own by default.

    Returns:
        0 nothing at or above the level, 1 findings, 2 the target or the call is unusable, 130 interrupted,
        141 whoever read the output went away.
    """
    try:
        from truename.cli.app import run

        return run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        return 130
