"""The kernel of every engine, one target in, one row out, and the engines: threads here, or Ray Data on a cluster."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Semaphore
from typing import Any, NamedTuple

from truename.api import judge, with_positions
from truename.engines import Engine, map_with_ray
from truename.errors import InternalError, TargetNotFoundError, TruenameError, UnavailableError
from truename.evidence import gather
from truename.names import parse_name
from truename.rules import Rule, keys_read_by
from truename.rules.selection import rules_of
from truename.scan.rows import Row, error_row, line_of, report_row
from truename.scan.targets import Target
from truename.settings import DEFAULTS, Config
from truename.sources import Source

# A source asks again by itself; only a server that fails for longer comes back here, and the whole model is read anew.
ATTEMPTS = 3
FIRST_WAIT = 2.0  # seconds
LONGEST_WAIT = 600.0  # what a rate limit may ask for

BATCH = 64  # targets that a Ray task takes at once

Open = Callable[[str], Source]
Keep = Callable[[Row], None]


class How(NamedTuple):
    """How each model is checked: see ``truename.api.check``."""

    rules: Sequence[Rule] | None = None
    sample: bool = False
    config: Config = DEFAULTS


HOW = How()


def check_all(
    targets: Iterable[Target],
    open: Open,
    keep: Keep,
    *,
    engine: Engine,
    concurrency: int,
    how: How = HOW,
) -> None:
    """Check every target and hand over its row.

    Args:
        targets: read as they are needed, never all at once.
        open: target -> source. Ray pickles it, so it must be importable.
        keep: takes each row when it is there, in threads of the engine, several at a time.
        engine: threads of this process, or Ray Data.
        concurrency: how many models are being checked at one time (with Ray: in one task).
        how: how each model is checked.

    Raises:
        MissingExtraError: Ray is asked for and not installed.
    """
    run = _with_ray if engine is Engine.RAY else _with_threads
    run(targets, open, keep, concurrency, how)


def _with_threads(targets: Iterable[Target], open: Open, keep: Keep, concurrency: int, how: How) -> None:
    """A window of twice the concurrency is in flight, so memory does not grow with the number of models.

    Rows are kept by the threads that made them: this one may wait for the next target as long as it takes.
    """
    room = Semaphore(2 * concurrency)
    flying: set[Future[None]] = set()

    def submit(target: Target) -> None:
        future = pool.submit(lambda: keep(check_row(target, open, how)))
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


def _with_ray(targets: Iterable[Target], open: Open, keep: Keep, concurrency: int, how: How) -> None:
    items = [_packed(target) for target in targets]
    for table in map_with_ray(items, batch_kernel(open, concurrency, how), batch=BATCH):
        for row in table.to_pylist():
            keep(row)


def batch_kernel(open: Open, concurrency: int, how: How = HOW) -> Callable[[Any], Any]:
    """The kernel over an Arrow table of packed targets: an Arrow table of rows."""

    def run(batch: Any) -> Any:
        from truename.scan.columns import table_of

        lines: list[bytes] = []
        targets = map(_unpacked, batch.to_pylist())
        _with_threads(targets, open, lambda row: lines.append(line_of(row)), concurrency, how)
        return table_of(lines)

    return run


_PARTS = ("target", "name", "problem")


def _packed(target: Target) -> dict[str, bytes | None]:
    """A target as bytes: a folder's name need not be text."""
    parts = ((key, getattr(target, key)) for key in _PARTS)
    return {key: None if part is None else os.fsencode(part) for key, part in parts}


def _unpacked(row: dict[str, bytes | None]) -> Target:
    target, name, problem = (None if row[key] is None else os.fsdecode(row[key] or b"") for key in _PARTS)
    return Target(target or "", name, problem)


def check_row(target: Target, open: Open, how: How = HOW) -> Row:
    """Check one target. Whatever goes wrong becomes a row too: one model must not keep the others from being checked.

    A server that is unavailable is asked again later, after the time it asks for. An exception that nobody meant to
    raise is a row of the kind ``InternalError``, with its class and its place.

    Args:
        target: what to check.
        open: target -> source; raises TruenameError where there is no model.
        how: how it is checked.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _checked(target, open, how)
        except UnavailableError as error:
            if attempt == ATTEMPTS:
                return error_row(target, error)
            asked = error.retry_after or 0.0
            time.sleep(min(max(asked, FIRST_WAIT * 4 ** (attempt - 1)), LONGEST_WAIT))
        except TruenameError as error:
            return error_row(target, error)
        except Exception as error:  # noqa: BLE001 - recorded; else one hostile model ends the scan for all others
            return error_row(target, InternalError.of(error))
    raise AssertionError("the last attempt returns")


def _checked(target: Target, open: Open, how: How) -> Row:
    if target.problem is not None:
        raise TargetNotFoundError(target.target, target.problem)
    source = open(target.target)
    parsed = parse_name(source.name if target.name is None else target.name)
    rules = rules_of(how.config) if how.rules is None else how.rules
    evidence = gather(source, sample=how.sample, keys=keys_read_by(rules))
    revision: str | None = getattr(source, "commit", None)
    report = judge(parsed, evidence, target=target.target, revision=revision, rules=rules, config=how.config)
    row = report_row(with_positions(report, source), evidence)
    if report.faults:
        row["error_kind"] = InternalError.__name__
        row["error"] = "; ".join(f"{fault.code}: {fault.reason.text}" for fault in report.faults)
    return row
