"""Scan many models: what is done is skipped, every finished row is kept, and the whole is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock

import msgspec

from truename import __version__
from truename.engines import Engine
from truename.errors import MissingExtraError
from truename.findings import Severity, VerdictKind
from truename.rules import Rule
from truename.scan.kernel import How, Open, check_all
from truename.scan.ledger import Ledger, ScanRecord
from truename.scan.rows import Row, printable
from truename.scan.targets import Target
from truename.settings import DEFAULTS, Config


class ScanOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to scan."""

    out: Path
    resume: bool = False
    retry_errors: bool = False  # those that an earlier run left
    engine: Engine = Engine.LOCAL
    concurrency: int = 16
    asked: Mapping[str, str] = {}  # the targets and the rules as they were named: a resumed scan must be asked the same
    rules: Sequence[Rule] | None = None  # all by default
    config: Config = DEFAULTS  # severities, rules left out for some models, and a naming policy
    sample: bool = False  # of very many shards read some, and infer the others where sizes agree


class Summary(msgspec.Struct, frozen=True):
    """What a scan came to."""

    models: int  # rows in the table, those of earlier runs included
    skipped: int  # of them, rows that were there already
    errors: Mapping[str, int]  # kind of error -> rows of this run
    findings: Mapping[str, int]  # rule -> models of this run that it flagged
    flagged: int  # models of this run with a finding
    worst: Mapping[Severity, int] = {}  # severity -> models of the table of which it is the worst finding
    unusable: int = 0  # models of the table that could not be checked
    verdicts: Mapping[VerdictKind, int] = {}  # verdict -> models of the table
    open: int = 0  # models of the table that are not verified, or have a claim that the files do not settle


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
    record = ScanRecord(__version__, {key: printable(said) for key, said in options.asked.items()})
    with Ledger(options.out, record, resume=options.resume, retry_errors=options.retry_errors) as ledger:
        running = _Running(ledger, on_row or (lambda row: None))
        check_all(
            running.todo(targets),
            open,
            running.keep,
            engine=options.engine,
            concurrency=options.concurrency,
            how=How(options.rules, options.sample, options.config),
        )
        ledger.finish()
        return running.summary()


class _Running:
    """What is known of a scan while it runs: its rows, and the targets that are being checked."""

    def __init__(self, ledger: Ledger, told: Callable[[Row | None], None]) -> None:
        self._ledger = ledger
        self._told = told
        self._before = len(ledger)
        self._begun: set[str] = set()
        self._errors: Counter[str] = Counter()
        self._findings: Counter[str] = Counter()
        self._flagged = 0
        self._lock = Lock()

    def todo(self, targets: Iterable[Target]) -> Iterator[Target]:
        """The targets that have no row yet and are not being checked."""
        for target in targets:
            key = printable(target.target)
            with self._lock:
                if known := key in self._begun or key in self._ledger:
                    self._told(None)
                else:
                    self._begun.add(key)
            if not known:
                yield target

    def keep(self, row: Row) -> None:
        """Write a finished row down and count it."""
        with self._lock:
            self._ledger.add(row)
            self._begun.discard(row["target"])
            if row["error_kind"] is not None:
                self._errors[row["error_kind"]] += 1
            self._findings.update({finding["code"] for finding in row["findings"]})
            self._flagged += bool(row["findings"])
            self._told(row)

    def summary(self) -> Summary:
        """What it came to."""
        findings = dict(sorted(self._findings.items()))
        worst = {severity: count for severity in Severity if (count := self._ledger.worst[severity.value])}
        verdicts = {kind: count for kind in VerdictKind if (count := self._ledger.verdicts[kind.value])}
        return Summary(
            models=len(self._ledger),
            skipped=self._before,
            errors=dict(self._errors),
            findings=findings,
            flagged=self._flagged,
            worst=worst,
            unusable=self._ledger.unusable,
            verdicts=verdicts,
            open=self._ledger.open,
        )
