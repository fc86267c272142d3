"""Engines: the same kernel over many targets, by threads here or by Ray Data on a cluster."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from threading import Semaphore
from typing import Any

from truename.errors import MissingExtraError
from truename.scan.kernel import Open, check_row
from truename.scan.rows import Row, line_of
from truename.scan.targets import Target

BATCH = 64  # targets that a Ray task takes at once

Keep = Callable[[Row], None]


class Engine(StrEnum):
    """Where the kernel runs."""

    LOCAL = "local"
    RAY = "ray"


def check_all(targets: Iterable[Target], open: Open, keep: Keep, *, engine: Engine, concurrency: int) -> None:
    """Check every target and hand over its row.

    Args:
        targets: read as they are needed, never all at once.
        open: target -> source. Ray pickles it, so it must be importable.
        keep: takes each row when it is there, in threads of the engine, several at a time.
        engine: threads of this process, or Ray Data.
        concurrency: how many models are being checked at one time (with Ray: in one task).

    Raises:
        MissingExtraError: Ray is asked for and not installed.
    """
    run = _by_ray if engine is Engine.RAY else _by_threads
    run(targets, open, keep, concurrency)


def _by_threads(targets: Iterable[Target], open: Open, keep: Keep, concurrency: int) -> None:
    """A window of twice the concurrency is in flight, so memory does not grow with the number of models.

    Rows are kept by the threads that made them: this one may wait for the next target as long as it takes.
    """
    room = Semaphore(2 * concurrency)
    flying: set[Future[None]] = set()

    def submit(target: Target) -> None:
        future = pool.submit(lambda: keep(check_row(target, open)))
        future.add_done_callback(lambda _: room.release())
        flying.add(future)

    pool = ThreadPoolExecutor(concurrency, thread_name_prefix="scan")
    try:
        for target in targets:
            room.acquire()
            for done in [future for future in flying if future.done()]:
                flying.remove(done)
                done.result()  # raises what keeping it raised
            submit(target)
        for future in flying:
            future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _by_ray(targets: Iterable[Target], open: Open, keep: Keep, concurrency: int) -> None:
    try:
        import ray
    except ImportError:
        raise MissingExtraError("--engine ray", "ray") from None
    items = [_packed(target) for target in targets]
    if not items:
        return
    if not ray.is_initialized():
        ray.init(logging_level=logging.WARNING, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False  # the caller counts rows
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    dataset = ray.data.from_items(items).map_batches(
        batch_kernel(open, concurrency), batch_format="pyarrow", batch_size=BATCH
    )
    for batch in dataset.iter_batches(batch_format="pyarrow", batch_size=None):
        for row in batch.to_pylist():
            keep(row)


def batch_kernel(open: Open, concurrency: int) -> Callable[[Any], Any]:
    """The kernel over an Arrow table of packed targets: an Arrow table of rows."""

    def run(batch: Any) -> Any:
        from truename.scan.table import table_of

        lines: list[bytes] = []
        _by_threads(map(_unpacked, batch.to_pylist()), open, lambda row: lines.append(line_of(row)), concurrency)
        return table_of(lines)

    return run


def _packed(target: Target) -> dict[str, bytes | None]:
    """A target as bytes: a folder's name need not be text."""
    return {"target": os.fsencode(target.target), "name": None if target.name is None else os.fsencode(target.name)}


def _unpacked(row: dict[str, bytes | None]) -> Target:
    target, name = row["target"], row["name"]
    return Target(os.fsdecode(target or b""), None if name is None else os.fsdecode(name))
