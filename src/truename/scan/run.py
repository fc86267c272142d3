"""Scan many models: what is done is skipped, every finished row is kept, and the whole is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import msgspec

from truename import __version__
from truename.errors import MissingExtraError
from truename.scan.engine import Engine, rows_of
from truename.scan.kernel import Open, Row, printable
from truename.scan.ledger import Ledger, ScanRecord
from truename.scan.targets import Target


class ScanOptions(msgspec.Struct, frozen=True):
    """How to scan."""

    out: Path
    resume: bool = False
    engine: Engine = Engine.LOCAL
    concurrency: int = 16
    asked: Mapping[str, str] = {}  # what names the targets: a resumed scan must be asked the same


class Summary(msgspec.Struct, frozen=True):
    """What a scan came to."""

    models: int  # rows in the table, those of earlier runs included
    skipped: int  # of them, rows that were there already
    errors: Mapping[str, int]  # kind of error -> rows of this run
    findings: Mapping[str, int]  # rule -> models of this run that it flagged
    flagged: int  # models of this run with a finding


def scan(
    targets: Iterable[Target], open: Open, options: ScanOptions, on_row: Callable[[Row | None], None] | None = None
) -> Summary:
    """Check every target once and keep one row of each.

    Args:
        targets: read as they are needed.
        open: target -> source.
        options: where to, and how.
        on_row: told of every finished row, and of every skipped one with None.

    Raises:
        UsageError: the output folder cannot be used as asked.
        MissingExtraError: pyarrow, or Ray where it is asked for, is not installed.
    """
    try:
        import pyarrow  # noqa: F401 - asked for before hours of work, not after
    except ImportError:
        raise MissingExtraError("truename scan", "scan") from None
    told = on_row or (lambda row: None)
    record = ScanRecord(__version__, dict(options.asked))
    errors: Counter[str] = Counter()
    findings: Counter[str] = Counter()
    flagged = 0
    with closing(Ledger(options.out, record, resume=options.resume)) as ledger:
        before = len(ledger)
        begun: set[str] = set()
        todo = _todo(targets, ledger, begun, told)
        for row in rows_of(todo, open, engine=options.engine, concurrency=options.concurrency):
            ledger.add(row)
            begun.discard(row["target"])
            if row["status"] == "error":
                errors[row["error_kind"]] += 1
            findings.update({finding["code"] for finding in row["findings"]})
            flagged += bool(row["findings"])
            told(row)
        ledger.finish()
        total = len(ledger)
    return Summary(total, before, dict(errors), dict(sorted(findings.items())), flagged)


def _todo(
    targets: Iterable[Target], ledger: Ledger, begun: set[str], told: Callable[[Row | None], None]
) -> Iterator[Target]:
    """The targets that have no row yet and are not being checked."""
    for target in targets:
        key = printable(target.target)
        if key in begun or key in ledger:
            told(None)
        else:
            begun.add(key)
            yield target
