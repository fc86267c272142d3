"""Fuzz one reader of weights, guided by coverage: python fuzz/fuzz_reader.py TARGET --runs 2000000

TARGET is a module in ``fuzz/seeds``: ``seeds()`` gives small real files by name; ``READER`` names the reader where it
is not TARGET itself, and ``read(blob)`` is one that ``truename.formats.read`` does not list; ``wrap(data)`` puts the
fuzzer's bytes into a file, where the reader is to see a valid frame.
Whatever the bytes are, a reader gives a header or raises ``FileError``; it never takes more than a second of the
processor or more than 256 MB for the whole process. A run that found nothing is recorded in docs/records/fuzzing.md.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import importlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import FrameType, ModuleType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "docs" / "records" / "fuzzing.md"
FOUND, CORPUS = ROOT / "fuzz" / "found", ROOT / "fuzz" / "corpus"
HANG_SECONDS, MEMORY_MB, MAX_BYTES = 1, 256, 16_384
# A hang is counted in seconds of the processor, by a timer of ours. The fuzzer's own limit goes by the clock on the
# wall, which runs on while a busy machine or its owner stops the process: it only ends what no timer can interrupt.
STUCK_SECONDS = 3_600
INSTRUMENTED = ["truename.formats", "truename.evidence", "truename.declared", "truename.architecture"]
INTERRUPTED = 72  # how the fuzzer ends after ctrl-c: nothing was found

sys.path[:0] = [str(ROOT / "fuzz"), str(ROOT / "tests")]


class Hang(BaseException):
    """A reader took too long; no reader can catch it by mistake."""


def interrupt(signum: int, frame: FrameType | None) -> None:
    """The timer has run out inside of a reader."""
    raise Hang(f"took more than {HANG_SECONDS} s of the processor")


def reading(name: str) -> Callable[[bytes], None]:
    """What the fuzzer calls; every module that the reader imports is instrumented by reading the seeds."""
    import atheris  # type: ignore[import-not-found]

    with atheris.instrument_imports(include=INSTRUMENTED):
        seeds = importlib.import_module(f"seeds.{name}")
        from truename.blob import MemoryBlob
        from truename.errors import FileError
        from truename.formats.read import READERS

        wrap: Callable[[bytes], bytes] = getattr(seeds, "wrap", bytes)
        read = getattr(seeds, "read", None) or READERS[getattr(seeds, "READER", name)]
        for seed, data in seeds.seeds().items():
            read(MemoryBlob(seed, wrap(data)))

    slowest = 0.0
    signal.signal(signal.SIGVTALRM, interrupt)

    def run(data: bytes) -> None:
        nonlocal slowest
        file = wrap(data)
        start = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, HANG_SECONDS)
        with contextlib.suppress(FileError):
            read(MemoryBlob("fuzzed", file))
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        seconds = time.process_time() - start
        if seconds > slowest:
            slowest = seconds
            print(f"slowest: {seconds:.4f}", file=sys.stderr)

    return run


def fuzz(target: str, arguments: list[str]) -> None:
    """Run the fuzzer in this process; it does not return."""
    import atheris

    atheris.Setup([target, *arguments], reading(target))
    atheris.Fuzz()


def write_seeds(seeds: ModuleType, corpus: Path) -> None:
    """Put the seeds into the corpus that the fuzzer starts from."""
    corpus.mkdir(parents=True, exist_ok=True)
    for name, data in seeds.seeds().items():
        (corpus / name).write_bytes(data)


class Row(NamedTuple):
    """One row of the record: a run, or several that went on from one another's corpus."""

    target: str
    runs: int
    executions: int
    result: str
    slowest_ms: float
    peak_mb: int
    seconds: float

    @classmethod
    def of(cls, target: str, stderr: str, seconds: float, code: int) -> Row:
        """The row of one run, from what the fuzzer and the target printed."""
        numbers = {key: int(value) for key, value in re.findall(r"stat::(\w+):\s+(\d+)", stderr)}
        slowest = max(map(float, re.findall(r"^slowest: ([\d.]+)$", stderr, re.MULTILINE)), default=0.0)
        result = {0: "none", INTERRUPTED: "none"}.get(code, f"stopped with {code}")
        executions, peak = numbers.get("number_of_executed_units", 0), numbers.get("peak_rss_mb", 0)
        return cls(target, 1, executions, result, slowest * 1000, peak, seconds)

    @classmethod
    def read(cls, line: str) -> Row:
        """A row of the record."""
        target, runs, executions, result, slowest, peak, seconds, _ = (cell.strip() for cell in line[1:-1].split("|"))
        amounts = [cell.split()[0].replace(",", "") for cell in (slowest, peak, seconds)]
        whole = (int(runs), int(executions.replace(",", "")))
        return cls(target, *whole, result, float(amounts[0]), int(amounts[1]), float(amounts[2]))

    def after(self, before: Row) -> Row:
        """Both runs together, where this one went on from the other's corpus."""
        return self._replace(
            runs=before.runs + self.runs,
            executions=before.executions + self.executions,
            slowest_ms=max(before.slowest_ms, self.slowest_ms),
            peak_mb=max(before.peak_mb, self.peak_mb),
            seconds=before.seconds + self.seconds,
        )

    def line(self) -> str:
        """The row as the record has it."""
        amounts = f"{self.slowest_ms:.1f} ms | {self.peak_mb} MB | {self.seconds:,.0f} s"
        return f"| {self.target} | {self.runs} | {self.executions:,} | {self.result} | {amounts} | {date.today()} |"


def run_fuzzer(target: str, corpus: Path, runs: int, seconds: int, seed: int) -> Row:
    """Fuzz in a process of its own."""
    FOUND.mkdir(exist_ok=True)
    options = [str(corpus), f"-runs={runs}", f"-seed={seed}", f"-max_total_time={seconds}", "-print_final_stats=1"]
    options += [f"-timeout={STUCK_SECONDS}", f"-rss_limit_mb={MEMORY_MB}", f"-max_len={MAX_BYTES}"]
    options += [f"-artifact_prefix={FOUND}/{target}-", f"-interrupted_exitcode={INTERRUPTED}"]
    command = [sys.executable, __file__, target, "--child", *options]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    if coverage := re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", done.stderr):
        first, last = coverage[0], coverage[-1]
        print(f"edges {first[0]} -> {last[0]}, corpus {first[2]} -> {last[2]}")
    row = Row.of(target, done.stderr, used.ru_utime + used.ru_stime, done.returncode)
    print(done.stderr[-4000:] if row.result != "none" else "", end="")
    return row


def main() -> int:
    """Write the seeds, fuzz, and record what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=0, help="stop after so long; 0: only after all runs")
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time")
    parser.add_argument("--record", action="store_true", help=f"put a row into {RECORD.relative_to(ROOT)}")
    parser.add_argument("--resume", action="store_true", help="keep the corpus, and add to the row that is there")
    parser.add_argument("--child", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child is not None:
        fuzz(args.target, args.child)
    with tempfile.TemporaryDirectory() as folder:
        corpus = CORPUS / args.target if args.resume else Path(folder)
        write_seeds(importlib.import_module(f"seeds.{args.target}"), corpus)
        row = run_fuzzer(args.target, corpus, args.runs, args.seconds, args.seed)
    print(row.line())
    if args.record:
        add_record(row, resume=args.resume)
    return 0 if row.result == "none" else 1


def add_record(row: Row, *, resume: bool) -> None:
    """Put a row into the record, in place of an older one of its target or, where it went on, added to that."""
    with RECORD.open("r+", encoding="utf-8") as record:
        fcntl.flock(record, fcntl.LOCK_EX)  # the runs of two targets may end together
        lines = record.read().splitlines()
        first = next(number for number, line in enumerate(lines) if line.startswith("|--")) + 1
        end = max(number for number, line in enumerate(lines) if line.startswith("|")) + 1
        rows = {line.split("|")[1].strip(): line for line in lines[first:end]}
        before = rows.get(row.target) if resume else None
        rows[row.target] = (row if before is None else row.after(Row.read(before))).line()
        record.seek(0)
        record.truncate()
        record.write("\n".join([*lines[:first], *(rows[target] for target in sorted(rows)), *lines[end:]]) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
