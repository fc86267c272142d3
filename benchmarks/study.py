"""A study of whole registries: time and memory against the number of models, both engines, kills, and frequencies.

    python benchmarks/study.py generate --rows 2500000 --out FILE
    python benchmarks/study.py run FILE --engine local --results FILE   one size and one engine: a line of the results
    python benchmarks/study.py plot RESULTS --out FILE.png
    python benchmarks/study.py killed FILE                              killed and resumed: are the bytes the same?

The named alternative is Polars on the same snapshot, its names split at signs and the pieces counted, which neither
reads nor checks a name.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from study_snapshot import real_names, write_registry
from truename.study.registry.slices import open_snapshot

DEFAULT = os.environ.get("TRUENAME_DATA") or str(Path(__file__).resolve().parents[1].parent / "shared" / "data")
TARGET_SECONDS, TARGET_BYTES, TARGET_RAY = 180, 2 * 10**9, 1.2
KILLS = 3


def command(snapshot: Path, out: Path, *more: str) -> list[str]:
    """The command as a user gives it."""
    return [sys.executable, "-m", "truename", "study", "run", str(snapshot), "--out", str(out), *more]


class Memory(threading.Thread):
    """The peak of the memory of a process and all below it: proportional set sizes, pages shared counted once."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._root = root
        self._ended = threading.Event()

    def run(self) -> None:
        """Look once a second: oftener it takes a noticeable part of a core."""
        while not self._ended.wait(1.0):
            self.peak = max(self.peak, sum(map(proportional, below(self._root))))

    def end(self) -> int:
        """Stop looking; the peak in bytes."""
        self._ended.set()
        self.join()
        return self.peak


def below(root: int) -> set[int]:
    """A process and all that it started, directly or not."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it ended while it was looked at
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def proportional(pid: int) -> int:
    """Proportional set size of a process, 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def measure(snapshot: Path, engine: str) -> tuple[float, float, int]:
    """Seconds, seconds of processors and peak bytes of one whole study.

    Raises:
        SystemExit: the command failed.
    """
    with tempfile.TemporaryDirectory(dir=snapshot.parent) as folder:
        begun, before = time.perf_counter(), worked()
        process = subprocess.Popen(command(snapshot, Path(folder) / "out", "--engine", engine))
        memory = Memory(process.pid)
        memory.start()
        code = process.wait()
        seconds, busy = time.perf_counter() - begun, worked() - before
        peak = memory.end()
    if code:
        raise SystemExit(f"truename study ended with {code}")
    return seconds, busy, peak


def worked() -> float:
    """Seconds of processors of all processes that were started here and have ended; Ray's own are not among them."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def alternative(snapshot: Path) -> float:
    """Seconds that Polars takes to split all names and count the pieces."""
    begun = time.perf_counter()
    pieces = pl.col("id").str.split("/").list.last().str.replace_all(r"[-_. ]", "-").str.split("-")
    pl.scan_parquet(snapshot).select(pieces.alias("piece").explode()).group_by("piece").len().collect(
        engine="streaming"
    )
    return time.perf_counter() - begun


def run(snapshot: Path, engine: str, results: Path) -> None:
    """Measure one size with one engine, print it, and keep it."""
    rows = int(pq.read_metadata(snapshot).num_rows)
    seconds, busy, peak = measure(snapshot, engine)
    line = {"rows": rows, "engine": engine, "seconds": seconds, "processor": busy, "bytes": peak}
    with results.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    print(f"{rows:,} models, {engine}: {seconds:.1f} s ({rows / seconds:,.0f} a second), {peak / 1e6:,.0f} MB at most")
    print(f"  {busy:.1f} s of processors, {busy / rows * 1e6:.0f} microseconds a model")
    print(f"  Polars, names split and pieces counted: {alternative(snapshot):.1f} s")


def plot(results: Path, out: Path) -> None:
    """Print what was measured, and draw time and memory against the number of models."""
    import altair as alt

    best = [pl.min("seconds", "processor"), pl.max("bytes")]
    table = pl.read_ndjson(results).group_by("engine", "rows").agg(best).sort("rows")
    print(table)
    for engine, part in table.group_by("engine"):
        share = part["seconds"] / part["rows"] * 1e6
        print(f"{engine[0]}: microseconds a model {', '.join(f'{value:.1f}' for value in share)}")
    both = table.pivot("engine", index="rows", values="seconds")
    if {"local", "ray"} <= set(both.columns):
        ratios = both.select("rows", (pl.col("ray") / pl.col("local")).alias("ratio")).drop_nulls()
        print(f"Ray against local (target {TARGET_RAY}): {', '.join(f'{r:.2f}' for r in ratios['ratio'])}")
    shown = table.with_columns(pl.col("rows") / 1e6, pl.col("bytes") / 1e9)
    engines = ["local", "ray"]
    colours = alt.Scale(domain=engines, range=["#0072b2", "#d55e00"])
    parts = []
    for column, title, target in (("seconds", "seconds", TARGET_SECONDS), ("bytes", "peak memory, GB", 2)):
        base = alt.Chart(shown).encode(
            x=alt.X("rows:Q", title="models, millions", scale=alt.Scale(domainMin=0)),
            y=alt.Y(f"{column}:Q", title=title, scale=alt.Scale(domainMin=0)),
            color=alt.Color("engine:N", scale=colours, title=None),
            shape=alt.Shape("engine:N", title=None, scale=alt.Scale(domain=engines)),
        )
        rule = alt.Chart(pl.DataFrame({"y": [target]})).mark_rule(strokeDash=[4, 4]).encode(y="y:Q")
        parts.append(
            (base.mark_line() + base.mark_point(filled=True, size=60) + rule).properties(width=260, height=200)
        )
    alt.hconcat(*parts, title="truename study run; dashed: the targets").save(str(out), ppi=200)


def killed(snapshot: Path) -> None:
    """Kill a study a moment after more of its parts are done, resume it, and compare every byte with a whole one."""
    folder = Path(tempfile.mkdtemp(dir=snapshot.parent))
    rows = folder / "killed" / "rows"
    count = len(open_snapshot(snapshot).slices)
    try:
        subprocess.run(command(snapshot, folder / "whole"), check=True, stdout=subprocess.DEVNULL)
        more: tuple[str, ...] = ()
        parts = []
        for kill in range(1, KILLS + 1):
            process = subprocess.Popen(command(snapshot, folder / "killed", *more), stdout=subprocess.DEVNULL)
            while len(list(rows.glob("part-*.parquet"))) < count * kill // (KILLS + 1) and process.poll() is None:
                time.sleep(0.05)
            time.sleep(random.random())
            process.send_signal(signal.SIGKILL)
            process.wait()
            parts.append(len(list(rows.glob("part-*.parquet"))))
            more = ("--resume",)
        subprocess.run(command(snapshot, folder / "killed", *more), check=True, stdout=subprocess.DEVNULL)
        same = files_in(folder / "whole") == files_in(folder / "killed")
        print(f"killed with {', '.join(map(str, parts))} of {count} parts done, resumed: the same bytes: {same}")
    finally:
        shutil.rmtree(folder)


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def main() -> int:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("generate", "run", "plot", "killed"))
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=250_000)
    parser.add_argument("--engine", default="local", choices=("local", "ray"))
    parser.add_argument("--results", type=Path, default=Path("study.jsonl"))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--data", type=Path, default=Path(DEFAULT))
    asked = parser.parse_args()
    if asked.what == "generate":
        write_registry(real_names(asked.data), asked.rows, asked.out)
    elif asked.what == "run":
        run(asked.file, asked.engine, asked.results)
    elif asked.what == "plot":
        plot(asked.file, asked.out)
    else:
        killed(asked.file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
