"""Engines: the same work over many slices, by processes of this machine or by Ray Data on a cluster.

Whatever the engine, a slice becomes a file of its own, and only its number comes back.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from truename.errors import MissingExtraError
from truename.study.registry.parts import make_part
from truename.study.registry.processes import GARBAGE, by_processes
from truename.study.registry.slices import Slice


class Engine(StrEnum):
    """Where the kernel runs."""

    LOCAL = "local"
    RAY = "ray"


def make_parts(
    slices: Sequence[Slice], columns: Mapping[str, str], folder: Path, engine: Engine, workers: int | None = None
) -> Iterator[Slice]:
    """Make the part of every slice; yields each slice when its part is there.

    Args:
        slices: what to make.
        columns: a study's column -> the snapshot's.
        folder: where to; with Ray on several machines one that all of them share.
        engine: processes of this machine, or Ray Data.
        workers: how many processes; by default one a core that this process may use; 0 works in this process.

    Raises:
        MissingExtraError: Ray is asked for and not installed.
    """
    run = _by_ray if engine is Engine.RAY else _by_processes
    return run(slices, partial(make_part, columns=dict(columns), folder=folder.resolve()), workers)


def _by_processes(slices: Sequence[Slice], make: partial[None], workers: int | None) -> Iterator[Slice]:
    if workers == 0:
        for one in slices:
            make(one)
            yield one
        return
    yield from by_processes(slices, make, workers or len(os.sched_getaffinity(0)))


def _by_ray(slices: Sequence[Slice], make: partial[None], workers: int | None) -> Iterator[Slice]:
    try:
        import ray
    except ImportError:
        raise MissingExtraError("--engine ray", "ray") from None
    if not slices:
        return
    own = not ray.is_initialized() and not os.environ.get("RAY_ADDRESS")
    if own:
        # Ray's dashboard and its agents start a dozen processes, and nobody looks at them
        ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.WARNING)
    try:
        yield from _by_dataset(ray.data, slices, make, workers)
    finally:
        if own:  # what comes after the rows needs the memory
            ray.shutdown()


def _by_dataset(data: Any, slices: Sequence[Slice], make: partial[None], workers: int | None) -> Iterator[Slice]:
    logging.getLogger("ray.data").setLevel(logging.WARNING)  # set here: its own import would set it back
    data.DataContext.get_current().enable_progress_bars = False  # the study has one; Ray warns that its own is off
    logging.getLogger("ray.data._internal.progress").setLevel(logging.ERROR)
    items = [{"slice": msgspec.json.encode(one)} for one in slices]
    dataset = data.from_items(items, override_num_blocks=len(items)).map_batches(
        _ray_batch, fn_kwargs={"make": make}, batch_format="pyarrow", batch_size=1, concurrency=workers
    )
    by_number = {one.number: one for one in slices}
    for batch in dataset.iter_batches(batch_format="pyarrow", batch_size=None):
        yield from (by_number[number] for number in batch.column("number").to_pylist())


def _ray_batch(batch: Any, make: partial[None]) -> Any:
    import pyarrow as pa

    gc.set_threshold(GARBAGE)
    slices = [msgspec.json.decode(item, type=Slice) for item in batch.column("slice").to_pylist()]
    for one in slices:
        make(one)
    return pa.table({"number": pa.array([one.number for one in slices], pa.int64())})
