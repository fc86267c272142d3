"""Work over many items by processes of this machine that end with it, however it ends.

Each process has a pipe of its own and nothing else in common with the others: so nothing is left behind when the one
that started them is killed (a queue's semaphores would be), and one that dies is told from one that works.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import TypeVar

from truename.errors import TruenameError, UsageError

Item = TypeVar("Item")

GARBAGE = 100_000  # new objects between two searches for garbage: a worker's objects live until its work is done
_WATCH = 1.0  # seconds between two looks at the parent


def map_with_processes(items: Sequence[Item], work: Callable[[Item], None], count: int) -> Iterator[Item]:
    """Do the work on every item; yields each when it is done. What the work raises is raised here.

    Args:
        items: what to work on; a process gets the next when it has done its own.
        work: what to do, a function that can be pickled.
        count: how many processes.

    Raises:
        UsageError: a process ended before its work.
    """
    waiting = iter(items)
    processes: dict[Connection, SpawnProcess] = {}
    busy: dict[Connection, Item] = {}
    try:
        with _uninterrupted():  # so that Ctrl-C finds all of them known here, and none of them listening
            for _ in range(min(count, len(items))):
                pipe, process = _started(work)
                processes[pipe] = process
        for pipe in processes:
            _give(pipe, next(waiting), busy)
        while busy:
            ready = wait(list(busy))
            for pipe in [pipe for pipe in busy if pipe in ready]:
                done = busy.pop(pipe)
                _take(pipe, processes[pipe])
                if (following := next(waiting, None)) is not None:
                    _give(pipe, following, busy)
                yield done
    finally:  # also when nobody asks for more, as after Ctrl-C
        for pipe, process in processes.items():
            pipe.close()
            process.terminate()
        for process in processes.values():
            process.join()


def _started(work: Callable[[Item], None]) -> tuple[Connection, SpawnProcess]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work, os.getpid()), daemon=True)
    process.start()
    theirs.close()
    return ours, process


def _give(pipe: Connection, item: Item, busy: dict[Connection, Item]) -> None:
    busy[pipe] = item
    with suppress(OSError):  # it may have ended: what comes back says so
        pipe.send(item)


def _take(pipe: Connection, process: SpawnProcess) -> None:
    try:
        error = pipe.recv()
    except (EOFError, OSError):
        process.join()
        raise UsageError(
            f"a worker process ended (code {process.exitcode}), perhaps for lack of memory; "
            "--resume continues with what is done"
        ) from None
    if error is not None:
        raise error


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back; processes that are started meanwhile never get it."""
    resource_tracker.ensure_running()  # its own start would let Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection, work: Callable[[Item], None], parent: int) -> None:
    gc.set_threshold(GARBAGE)
    end_with_parent(parent)
    while True:
        try:
            item = pipe.recv()
        except (EOFError, OSError):
            return
        error: Exception | None = None
        try:
            work(item)
        except (TruenameError, OSError) as raised:  # a full disk; it is raised again in the parent
            error = raised
        with suppress(OSError):  # the parent may be gone
            pipe.send(error)


def end_with_parent(parent: int) -> None:
    """Let this process end with its parent, also when that is killed in the middle of the work.

    Args:
        parent: the parent's process number, as it was when the parent started this one.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
