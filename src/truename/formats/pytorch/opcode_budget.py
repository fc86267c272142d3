"""How many opcodes of pickles are walked: of one file, and of several files together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice, repeat

# Of one file, whatever number of pickles it has: 30,000 tensors. A checkpoint of 300 has 10,000; one of 2,000 with the
# state of Adam, which is three tensors for each, has 270,000.
MAX_OPCODES = 1_000_000
_SHARED: ContextVar[Iterator[None] | None] = ContextVar("shared opcodes", default=None)


@contextmanager
def shared_opcodes(opcodes: Iterator[None]) -> Iterator[None]:
    """Let the files that are read in here take what they may of ``opcodes``, one item for each opcode."""
    token = _SHARED.set(opcodes)
    try:
        yield
    finally:
        _SHARED.reset(token)


def opcodes_of_file() -> Iterator[None]:
    """What the pickles of one file may take together: an item for each opcode."""
    shared = _SHARED.get()
    return islice(repeat(None) if shared is None else shared, MAX_OPCODES)
