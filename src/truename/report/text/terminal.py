"""The console that text goes to: plain unless it is a terminal, never wider than people read with ease."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console

MAX_WIDTH = 100
PLAIN_WIDTH = 80


def terminal(stream: TextIO) -> Console:
    """A console on ``stream``. NO_COLOR and anything that is no terminal mean plain text, 80 columns wide."""
    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=False)
    console.width = min(max(console.width, 40), MAX_WIDTH) if console.is_terminal else PLAIN_WIDTH
    return console
