"""Progress bars on standard error, for input that is long and people who watch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
LONG = 2_000  # items after which a bar appears: less is done before it could be read
_STEP = 500  # items between two looks at the clock


def watched(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """``items`` as they are; a bar counts them where standard error is a terminal and standard output is none."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield from items
        return
    iterator = iter(items)
    yield from islice(iterator, LONG)
    for item in islice(iterator, 1):
        yield item
        break
    else:
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TextColumn(f"{{task.completed:,}} {what}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total, completed=LONG + 1)
        for number, item in enumerate(iterator, 1):
            yield item
            if number % _STEP == 0:
                progress.advance(task, _STEP)


@contextmanager
def counted_models() -> Iterator[Callable[[int, int | None], None]]:
    """A bar on standard error that counts models; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    if not console.is_terminal:  # rich before 14.3 ends even a bar that is not to be shown with an empty line
        yield lambda done, total: None
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("models"), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("rows", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
