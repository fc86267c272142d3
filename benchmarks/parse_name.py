"""Names read a second on one core, and the cold load of the vocabulary against reading its TOML with tomllib.

Run: ``python benchmarks/parse_name.py [--data DIR]``. The names are the distinct ones of
``ptlm-versioning/nlp_models.csv.gz`` in the reference data; each is read once, chunks unknown at the start.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from truename.names import parse_name
from truename.vocabulary.vocabulary import COMPILED

DEFAULT = os.environ.get("TRUENAME_DATA") or str(Path(__file__).resolve().parents[1].parent / "shared" / "data")
# what every program that reads JSON files has loaded anyway is loaded before the clock starts
LOAD = (
    "import msgspec, functools, pathlib, typing, enum, re, time; "
    "start = time.perf_counter(); {work}; print(time.perf_counter() - start)"
)
COLD = LOAD.format(work="from truename.names import parse_name; parse_name('bert')")
BARE = LOAD.format(work="from truename.vocabulary import vocabulary; vocabulary()")
FILES = f"pathlib.Path({str(COMPILED.parent)!r}).glob('*.toml')"
TOML = LOAD.format(work=f"import tomllib; [tomllib.loads(path.read_text()) for path in {FILES}]")
SPLIT = re.compile(r"[-_./ ]")
REPEATS = 5


def distinct_names(data: Path) -> list[str]:
    """The distinct names of the reference list."""
    with gzip.open(data / "ptlm-versioning" / "nlp_models.csv.gz", "rt", encoding="utf-8") as file:
        return list(dict.fromkeys(row["model_name"] for row in csv.DictReader(file)))


def seconds_in_fresh_process(code: str) -> float:
    """The best of some runs of ``code``, which prints seconds, each in a process of its own."""
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(REPEATS)
    ]
    return min(float(run.stdout) for run in runs)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(DEFAULT))
    names = distinct_names(parser.parse_args().data)
    parse_name("bert")
    start = time.process_time()
    for name in names:
        parse_name(name)
    cold = len(names) / (time.process_time() - start)
    start = time.process_time()
    for name in names:
        SPLIT.split(name)
    split = len(names) / (time.process_time() - start)
    print(f"parse_name: {cold:,.0f} distinct names a second over {len(names):,} names (target 30,000)")
    print(f"  one regular expression's split: {split:,.0f} a second; parse_name takes {split / cold:.1f} times as long")
    loaded, first, toml = seconds_in_fresh_process(BARE), seconds_in_fresh_process(COLD), seconds_in_fresh_process(TOML)
    print(f"vocabulary: {loaded * 1000:.1f} ms cold, in a fresh process; {first * 1000:.1f} ms to the first name read")
    print(f"  tomllib on the same words: {toml * 1000:.1f} ms, {toml / loaded:.1f} times as long")
    return 0


if __name__ == "__main__":
    sys.exit(main())
