"""Files that are there whole or not at all: written beside their place, brought to disk, then renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTIAL = ".partial"  # ends the name of what a kill left half-written


@contextmanager
def write_atomically(path: Path) -> Iterator[Path]:
    """Give the block a path to write to; what it wrote takes its place at ``path`` when the block ends.

    Where the block raises, ``path`` stays what it was and nothing is left beside it. Only a kill leaves a file whose
    name ends in ``PARTIAL``. Its name holds the process, so that two that write the same file do not meet.

    Args:
        path: the file to write or to replace, in a folder that is there.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")
    try:
        yield partial
        with open(partial, "rb") as written:
            os.fsync(written.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write_bytes_atomically(path: Path, data: bytes) -> None:
    """Write bytes as a file that is there whole or not at all."""
    with write_atomically(path) as partial:
        partial.write_bytes(data)


def remove_partial_files(folder: Path) -> None:
    """Remove what a kill left half-written in a folder, where no process still writes to it."""
    for left in folder.glob(f"*{PARTIAL}"):
        left.unlink()
