"""Batches over processes, so that one class that takes its process down costs itself only.

A worker leaves a note with the class at work beside the part; it stands there still when its process died. Batches
with a note run again alone, and the class on which a lone process dies is left out and counted.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

import msgspec

from truename.lab.zoo.worker import Batch, Outcome, note_of, run_batch
from truename.processes import end_with_parent


def run_batches(batches: Sequence[Batch], processes: int) -> Iterator[tuple[Batch, Outcome]]:
    """Every batch with its outcome, in the order in which they end.

    Args:
        batches: each writes a part of its own.
        processes: how many at once; 0 runs them in this process, one after the other.
    """
    if processes == 0:
        for batch in batches:
            yield batch, run_batch(batch)
        return
    left = list(batches)
    while left:
        broken: list[Batch] = []
        for batch, outcome in _together(left, processes):
            if outcome is None:
                broken.append(batch)
            else:
                yield batch, outcome
        suspects = [batch for batch in broken if note_of(batch).exists()] or broken[:1]
        for batch in suspects:
            yield batch, _alone(batch)
        left = [batch for batch in broken if batch not in suspects]


def _together(batches: Sequence[Batch], processes: int) -> Iterator[tuple[Batch, Outcome | None]]:
    """Batches with outcomes; None for each that was not done when a process died."""
    with _pool(min(processes, len(batches))) as pool:
        futures: dict[Future[Outcome], Batch] = {pool.submit(run_batch, batch): batch for batch in batches}
        waiting = set(futures)
        try:
            while waiting:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in ready:
                    try:
                        yield futures[future], future.result()
                    except BrokenProcessPool:
                        yield futures[future], None
        finally:  # also when nobody asks for more, as after Ctrl-C
            pool.shutdown(wait=False, cancel_futures=True)


def _alone(batch: Batch) -> Outcome:
    while True:
        try:
            with _pool(1) as pool:
                return pool.submit(run_batch, batch).result()
        except BrokenProcessPool:
            note = note_of(batch)
            culprit = note.read_text(encoding="utf-8") if note.exists() else batch.units[0].key
            if culprit in batch.lost:
                raise
            batch = msgspec.structs.replace(batch, lost=(*batch.lost, culprit))


def _pool(processes: int) -> ProcessPoolExecutor:
    """Workers that end with this process: without that siblings keep each other's queue open."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=context, initializer=end_with_parent, initargs=(os.getpid(),))
