"""Where work over many items runs: on this machine, or by Ray Data on a cluster."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from truename.errors import MissingExtraError


class Engine(StrEnum):
    """Where the kernel runs."""

    LOCAL = "local"
    RAY = "ray"


def map_with_ray(
    items: Sequence[Mapping[str, Any]],
    work: Callable[[Any], Any],
    *,
    batch: int,
    blocks: int | None = None,
    workers: int | None = None,
) -> Iterator[Any]:
    """Do the work on items by Ray Data; yields the Arrow tables that it gives, in the order in which they are there.

    Args:
        items: rows of the tables that the work takes.
        work: Arrow table in, Arrow table out. Ray pickles it.
        batch: items that a task takes at once.
        blocks: in how many blocks the items are cut; Ray's own choice by default.
        workers: tasks at one time; Ray's own choice by default.

    Raises:
        MissingExtraError: Ray is not installed.
    """
    try:
        import ray
    except ImportError:
        raise MissingExtraError("--engine ray", "ray") from None
    if not items:
        return
    with _connected(ray):
        data = ray.data  # imported here, which sets the level of its loggers
        logging.getLogger("ray.data").setLevel(logging.WARNING)
        data.DataContext.get_current().enable_progress_bars = False  # the caller has one; Ray warns of its own
        logging.getLogger("ray.data._internal.progress").setLevel(logging.ERROR)
        dataset = data.from_items(list(items), override_num_blocks=blocks).map_batches(
            work, batch_format="pyarrow", batch_size=batch, concurrency=workers
        )
        yield from dataset.iter_batches(batch_format="pyarrow", batch_size=None)


@contextmanager
def _connected(ray: Any) -> Iterator[None]:
    """A Ray of this process's own where there is no other; it ends with the block, as what follows needs the memory."""
    own = not ray.is_initialized() and not os.environ.get("RAY_ADDRESS")
    if own:
        # Ray's dashboard and its agents start a dozen processes, and nobody looks at them
        ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.WARNING)
    try:
        yield
    finally:
        if own:
            ray.shutdown()
