"""Engines: the same kernel over many targets, by threads here or by Ray Data on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from enum import StrEnum
from itertools import islice
from typing import Any

from truename.errors import MissingExtraError
from truename.scan.kernel import Open, Row, check_row
from truename.scan.targets import Target

BATCH = 64  # targets that a Ray task takes at once


class Engine(StrEnum):
    """Where the kernel runs."""

    LOCAL = "local"
    RAY = "ray"


def rows_of(targets: Iterable[Target], open: Open, *, engine: Engine, concurrency: int) -> Iterator[Row]:
    """One row for each target, in the order in which they finish.

    Args:
        targets: read as they are needed, never all at once.
        open: target -> source. Ray pickles it, so it must be importable.
        engine: threads of this process, or Ray Data.
        concurrency: how many models are being checked at one time (with Ray: in one task).

    Raises:
        MissingExtraError: Ray is asked for and not installed.
    """
    run = _by_ray if engine is Engine.RAY else _by_threads
    return run(targets, open, concurrency)


def _by_threads(targets: Iterable[Target], open: Open, concurrency: int) -> Iterator[Row]:
    """A window of twice the concurrency is in flight, so memory does not grow with the number of models."""
    waiting = iter(targets)
    pool = ThreadPoolExecutor(concurrency, thread_name_prefix="scan")
    flying: set[Future[Row]] = set()
    try:
        while True:
            for target in islice(waiting, 2 * concurrency - len(flying)):
                flying.add(pool.submit(check_row, target, open))
            if not flying:
                return
            done, flying = wait(flying, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _by_ray(targets: Iterable[Target], open: Open, concurrency: int) -> Iterator[Row]:
    try:
        import ray
    except ImportError:
        raise MissingExtraError("--engine ray", "ray") from None
    items = [{"target": target.target, "name": target.name} for target in targets]
    if not items:
        return
    dataset = ray.data.from_items(items).map_batches(
        batch_kernel(open, concurrency), batch_format="pyarrow", batch_size=BATCH
    )
    for batch in dataset.iter_batches(batch_format="pyarrow", batch_size=None):
        yield from batch.to_pylist()


def batch_kernel(open: Open, concurrency: int) -> Callable[[Any], Any]:
    """The kernel over an Arrow table of targets (columns ``target``, ``name``): an Arrow table of rows."""

    def run(batch: Any) -> Any:
        from truename.scan.rows import table_of

        targets = [Target(row["target"], row["name"]) for row in batch.to_pylist()]
        return table_of(list(_by_threads(targets, open, concurrency)))

    return run
