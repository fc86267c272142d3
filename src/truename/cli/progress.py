"""A progress bar on standard error, for input that is long and people who watch."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
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
