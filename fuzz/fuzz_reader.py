"""Fuzz one reader of weights, guided by coverage: python fuzz/fuzz_reader.py FORMAT --runs 2000000

FORMAT is a module in ``fuzz/seeds``: ``seeds()`` gives small real files by name; ``READER`` names the reader where it
is not FORMAT itself, and ``read(blob)`` is one that ``truename.weights.reading`` does not list; ``wrap(data)`` puts the
fuzzer's bytes into a file, where the reader is to see a valid frame.
Whatever the bytes are, a reader gives a header or raises ``FileError``; it never takes more than a second of the
processor or more than 256 MB for the whole process. A run that found nothing is recorded in docs/records/fuzzing.md.
"""

from __future__ import annotations

import argparse
import contextlib
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

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "docs" / "records" / "fuzzing.md"
HANG_SECONDS, MEMORY_MB, MAX_BYTES = 1, 256, 16_384
# A hang is counted in seconds of the processor, by a timer of ours. The fuzzer's own limit goes by the clock on the wall,
# which runs on while a busy machine or its owner stops the process: it only ends what no timer can interrupt.
STUCK_SECONDS = 3_600

sys.path[:0] = [str(ROOT / "fuzz"), str(ROOT / "tests")]


class Hang(BaseException):
    """A reader took too long; no reader can catch it by mistake."""


def interrupt(signum: int, frame: FrameType | None) -> None:
    """The timer has run out inside of a reader."""
    raise Hang(f"took more than {HANG_SECONDS} s of the processor")


def target(format: str) -> Callable[[bytes], None]:
    """What the fuzzer calls; every module that the reader imports is instrumented by reading the seeds."""
    import atheris  # type: ignore[import-not-found]

    with atheris.instrument_imports(include=["truename.weights"]):
        seeds = importlib.import_module(f"seeds.{format}")
        from truename.blob import MemoryBlob
        from truename.errors import FileError
        from truename.weights.reading import READERS

        wrap: Callable[[bytes], bytes] = getattr(seeds, "wrap", bytes)
        read = getattr(seeds, "read", None) or READERS[getattr(seeds, "READER", format)]
        for name, data in seeds.seeds().items():
            read(MemoryBlob(name, wrap(data)))

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


def fuzz(format: str, arguments: list[str]) -> None:
    """Run the fuzzer in this process; it does not return."""
    import atheris

    atheris.Setup([format, *arguments], target(format))
    atheris.Fuzz()


def write_seeds(seeds: ModuleType, corpus: Path) -> None:
    """Put the seeds into the corpus that the fuzzer starts from."""
    corpus.mkdir(parents=True, exist_ok=True)
    for name, data in seeds.seeds().items():
        (corpus / name).write_bytes(data)


def main() -> int:
    """Write the seeds, fuzz in a process of its own, and record what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("format")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=0, help="stop after so long; 0: only after all runs")
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time")
    parser.add_argument("--record", action="store_true", help=f"add a line to {RECORD.relative_to(ROOT)}")
    parser.add_argument("--child", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child is not None:
        fuzz(args.format, args.child)
    found = ROOT / "fuzz" / "found"
    found.mkdir(exist_ok=True)
    limits = [f"-timeout={STUCK_SECONDS}", f"-rss_limit_mb={MEMORY_MB}", f"-max_len={MAX_BYTES}"]
    with tempfile.TemporaryDirectory() as folder:
        write_seeds(importlib.import_module(f"seeds.{args.format}"), corpus := Path(folder) / "corpus")
        options = [str(corpus), f"-runs={args.runs}", f"-seed={args.seed}", "-print_final_stats=1", *limits]
        options.append(f"-max_total_time={args.seconds}")
        options.append(f"-artifact_prefix={found}/{args.format}-")
        command = [sys.executable, __file__, args.format, "--child", *options]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = used.ru_utime + used.ru_stime
    numbers = {key: int(value) for key, value in re.findall(r"stat::(\w+):\s+(\d+)", done.stderr)}
    coverage = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", done.stderr)
    if coverage:
        first, last = coverage[0], coverage[-1]
        print(f"edges {first[0]} -> {last[0]}, corpus {first[2]} -> {last[2]}")
    print(done.stderr[-4000:] if done.returncode else "", end="")
    slowest = max(map(float, re.findall(r"^slowest: ([\d.]+)$", done.stderr, re.MULTILINE)), default=0.0)
    line = record_line(args.format, numbers, slowest, seconds, done.returncode)
    print(line)
    if args.record:
        add_record(args.format, line)
    return done.returncode


def record_line(format: str, numbers: dict[str, int], slowest: float, seconds: float, code: int) -> str:
    """One row of the record."""
    executed = numbers.get("number_of_executed_units", 0)
    result = "none" if code == 0 else f"stopped with {code}"
    memory = f"{numbers.get('peak_rss_mb', 0)} MB"
    times = f"{slowest * 1000:.1f} ms | {memory} | {seconds:,.0f} s"
    return f"| {format} | {executed:,} | {result} | {times} | {date.today()} |"


def add_record(format: str, line: str) -> None:
    """Put the row into the record, in place of an older one of the format."""
    lines = RECORD.read_text("utf-8").splitlines()
    kept = [old for old in lines if not old.startswith(f"| {format} |")]
    end = max(number for number, old in enumerate(kept) if old.startswith("|")) + 1
    rows_from = next(number for number, old in enumerate(kept) if old.startswith("|--")) + 1
    rows = sorted([*kept[rows_from:end], line])
    RECORD.write_text("\n".join([*kept[:rows_from], *rows, *kept[end:]]) + "\n", "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
