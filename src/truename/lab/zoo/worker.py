"""One batch of units in one process: build every configuration, write a part, count what fails."""

from __future__ import annotations

import gc
import signal
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from truename.lab.zoo.corpus_file import write_entries
from truename.lab.zoo.entry import Entry, TensorRow
from truename.lab.zoo.libraries import OpenLibrary
from truename.lab.zoo.saved_layouts import older_layouts
from truename.lab.zoo.unit import Failure, Library, Unit

SECONDS = 40  # of computing, for one configuration of one unit: how busy the machine is changes nothing
_MESSAGE = 160


class Batch(msgspec.Struct, frozen=True):
    """Units that go into one part."""

    part: str  # the file to write
    open_library: OpenLibrary
    units: tuple[Unit, ...]
    configs: int  # configurations of each unit, the default among them
    seed: int
    lost: tuple[str, ...] = ()  # keys of units that end their process: left out


class Outcome(msgspec.Struct, frozen=True):
    """What became of a batch."""

    part: str
    built: int  # units with at least one entry
    entries: int
    failures: tuple[Failure, ...]
    seconds: float
    peak_bytes: int  # of the process, so far


class _TooLong(BaseException):
    """A configuration took more than its time. No ``except Exception`` on the way up may keep it."""


def run_batch(batch: Batch) -> Outcome:
    """Build ``batch`` and write its part; a unit that fails is counted and never ends the batch."""
    started = time.monotonic()
    warnings.simplefilter("ignore")
    library = _opened(batch.open_library)
    library.version()  # imports it: no unit's time
    entries: list[Entry] = []
    failures: list[Failure] = []
    built = 0
    for unit in batch.units:
        if unit.key in batch.lost:
            failures.append(Failure(unit.library, unit.class_name, unit.model_type, 0, "ends its process", ""))
            continue
        note_of(batch).write_text(unit.key, encoding="utf-8")
        with _no_collection():
            several, failed = build_unit(library, unit, batch.configs, batch.seed)
        built += bool(several)
        entries += several
        failures += failed
    write_entries(
        Path(batch.part), entries, failures, **{"truename.built": str(built), "truename.entries": str(len(entries))}
    )
    note_of(batch).unlink(missing_ok=True)
    return Outcome(batch.part, built, len(entries), tuple(failures), time.monotonic() - started, _peak())


def note_of(batch: Batch) -> Path:
    """The file that names the unit at work while a batch runs."""
    return Path(batch.part).with_suffix(".unit")


def build_unit(library: Library, unit: Unit, configs: int, seed: int) -> tuple[list[Entry], list[Failure]]:
    """The entries of ``unit``: default, released and varied configurations, equal ones left out; and what failed.

    Where the default fails, nothing else is tried.
    """
    entries: list[Entry] = []
    failures: list[Failure] = []
    seen: set[tuple[TensorRow, ...]] = set()
    for config_id in range(configs + unit.released + unit.switched):
        try:
            with _limit(SECONDS):
                found = list(library.build(unit, config_id, seed))
        except (Exception, _TooLong) as error:  # noqa: BLE001 - hundreds of third-party classes, each failing in its own way
            failures.append(Failure(unit.library, unit.class_name, unit.model_type, config_id, *_reason(error)))
            if config_id == 0:
                break
            continue
        for entry in (several for one in found for several in (one, *older_layouts(one))):
            if entry.rows and entry.rows not in seen:
                seen.add(entry.rows)
                entries.append(entry)
    return entries, failures


def _reason(error: BaseException) -> tuple[str, str]:
    message = " ".join(str(error).split())[:_MESSAGE]
    if isinstance(error, ImportError) and "requires the" in message:
        return "needs another library", message
    if isinstance(error, _TooLong):
        return "takes too long", f"more than {SECONDS} s of computing"
    if isinstance(error, MemoryError):
        return "needs too much memory", message
    return f"raises {type(error).__name__}", message


@cache
def _opened(open_library: OpenLibrary) -> Library:
    return open_library()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Collect garbage once, behind a unit: the collector would walk through the libraries again and again."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


@contextmanager
def _limit(seconds: int) -> Iterator[None]:
    """Interrupt what computes longer; only where the system has such timers, and in a process's main thread."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(*_: Any) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _peak() -> int:
    try:
        import resource
    except ImportError:  # not on every system
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
