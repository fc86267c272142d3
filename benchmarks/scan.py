"""Scan many models of a Hub: models a second, memory against their number, kills, and failing answers.

The Hub is the test server in a process of its own, each answer 20 ms late. The named alternative is the same list read
with huggingface_hub, one model after another: model_info, the config, the card and get_safetensors_metadata.

    python benchmarks/scan.py [--models 2000] [--folder FOLDER] [MEASURE...]

Server and scan share the machine: the server's own seconds of computing are printed beside each rate.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from truename.testing import layout_tensors, write_header_only
from truename.testing.hub_server import Fault, serve

LATENCY = 0.02
KINDS = ("bert", "distilbert", "gpt2", "llama", "qwen2")
COMPARED = 40  # models that the alternative reads: it would take minutes for all
FAILING = (
    Fault(chance=0.04, status=429, headers={"Retry-After": "0"}),
    Fault(chance=0.03, status=503),
    Fault(chance=0.03, method="GET", cut_after=200),
)


def write_models(root: Path, number: int) -> list[str]:
    """Folders of small real models, some of them under a false name; their ids."""
    ids = []
    for index in range(number):
        kind = KINDS[index % len(KINDS)]
        claimed = KINDS[(index // 7) % len(KINDS)] if index % 7 == 0 else kind
        name = f"owner{index % 50}/{claimed}-model-{index}"
        folder = root / name
        folder.mkdir(parents=True)
        heads = 2 + index % 3
        config = {
            "model_type": kind, "vocab_size": 500 + index, "hidden_size": 32 * heads,
            "num_hidden_layers": 2 + index % 4,
            "num_attention_heads": heads, "intermediate_size": 128, "max_position_embeddings": 128,
            "n_embd": 32 * heads, "n_layer": 2 + index % 4, "n_head": heads, "n_positions": 128,
            "dim": 32 * heads, "n_layers": 2 + index % 4, "n_heads": heads, "hidden_dim": 128,
        }  # fmt: skip
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "README.md").write_text(f"---\nlanguage: en\ntags:\n- {kind}\n---\n\n# {name}\n")
        (folder / "tokenizer_config.json").write_text('{"do_lower_case": true}')
        write_header_only(folder / "model.safetensors", layout_tensors(config))
        ids.append(name)
    return ids


class Served(NamedTuple):
    """A server in another process."""

    endpoint: str
    cpu: Callable[[], float]  # seconds that it has computed so far


def _serve(folder: str, faults: tuple[Fault, ...], connection: Any) -> None:
    with serve(folder, faults, latency=LATENCY) as hub:
        connection.send(hub.endpoint)
        while connection.recv():
            connection.send(time.process_time())


@contextmanager
def served(folder: Path, faults: tuple[Fault, ...] = ()) -> Iterator[Served]:
    """The server, in another process."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(str(folder), faults, theirs))
    process.start()

    def cpu() -> float:
        ours.send(True)
        return float(ours.recv())

    try:
        yield Served(ours.recv(), cpu)
    finally:
        ours.send(False)
        process.join(10)
        process.kill()


def start(endpoint: str, listed: Path, out: Path, *more: str) -> subprocess.Popen[bytes]:
    """The command, with an empty cache of its own."""
    command = [sys.executable, "-m", "truename", "scan", str(listed), "--out", str(out), *more]
    environment = os.environ | {"HF_ENDPOINT": endpoint, "HF_HOME": str(out) + ".cache"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


class Run(NamedTuple):
    """One whole scan."""

    seconds: float
    megabytes: float  # peak resident
    cpu: float  # seconds of the scan's own computing
    server: float  # seconds of the server's


def scan(hub: Served, listed: Path, out: Path, *more: str) -> Run:
    """Scan a list.

    Raises:
        SystemExit: the command failed.
    """
    before, begun = hub.cpu(), time.perf_counter()
    process = start(hub.endpoint, listed, out, *more)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    if status:
        raise SystemExit(f"truename scan ended with {status}")
    return Run(seconds, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime, hub.cpu() - before)


def rows(out: Path) -> list[dict[str, Any]]:
    """The table, by target."""
    return sorted(pq.read_table(sorted(out.glob("part-*.parquet"))).to_pylist(), key=lambda row: str(row["target"]))


def alternative(endpoint: str, ids: list[str], cache: Path) -> float:
    """Seconds that huggingface_hub takes for the same models one after another."""
    code = f"""
import sys, time
from huggingface_hub import HfApi, hf_hub_download
api = HfApi(endpoint={endpoint!r})
begun = time.perf_counter()
for name in {ids!r}:
    api.model_info(name)
    hf_hub_download(name, "config.json", endpoint={endpoint!r}, cache_dir={str(cache)!r})
    hf_hub_download(name, "README.md", endpoint={endpoint!r}, cache_dir={str(cache)!r})
    api.get_safetensors_metadata(name)
print(time.perf_counter() - begun)
"""
    environment = os.environ | {"HF_ENDPOINT": endpoint, "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    return float(done.stdout)


class Bench(NamedTuple):
    """Models in a folder, and where the tables go."""

    folder: Path
    root: Path
    ids: list[str]

    def listed(self, number: int) -> Path:
        """A list of the first models."""
        path = self.root / f"first-{number}.txt"
        path.write_text("\n".join(self.ids[:number]))
        return path

    @property
    def all(self) -> Path:
        """The list of all models."""
        return self.listed(len(self.ids))

    def whole(self, hub: Served) -> list[dict[str, Any]]:
        """The table of a scan that nothing disturbed, made once."""
        out = self.root / "whole"
        if not out.exists():
            scan(hub, self.all, out)
        return rows(out)


def rate(bench: Bench) -> None:
    """Models a second, and memory against their number."""
    total = len(bench.ids)
    with served(bench.folder) as hub:
        for number in (total // 4, total // 2, total):
            run = scan(hub, bench.listed(number), bench.root / ("whole" if number == total else f"first-{number}"))
            print(
                f"scan of {number:,} models: {number / run.seconds:.1f} a second (target 40), "
                f"{run.megabytes:.0f} MB at most (target 300); "
                f"{run.seconds:.1f} s, computing {run.cpu:.1f} s, the server {run.server:.1f} s"
            )
        found = bench.whole(hub)
        print(f"  rows: {len(found):,}, errors: {sum(row['status'] == 'error' for row in found)}")
        each = alternative(hub.endpoint, bench.ids[:COMPARED], bench.root / "cache") / COMPARED
        ratio = each * total / run.seconds
        print(f"  huggingface_hub, one after another: {1 / each:.1f} a second, {ratio:.1f} times as long")


def kills(bench: Bench) -> None:
    """Killed at five random moments and resumed."""
    with served(bench.folder) as hub:
        whole = bench.whole(hub)
        at = killed(hub, bench.all, bench.root / "killed", len(bench.ids) / 50)
        found = rows(bench.root / "killed")
        print(f"killed at {at} and resumed: {len(found):,} rows, equal to the undisturbed table: {found == whole}")


def failing(bench: Bench) -> None:
    """Answers that fail at random."""
    with served(bench.folder) as hub:
        whole = bench.whole(hub)
    with served(bench.folder, FAILING) as hub:
        run = scan(hub, bench.all, bench.root / "failing")
    found = rows(bench.root / "failing")
    print(
        f"10 % of answers failing: {len(found) / run.seconds:.1f} a second, {len(found):,} rows, "
        f"equal to the undisturbed table: {found == whole}"
    )


def by_ray(bench: Bench) -> None:
    """The same on Ray."""
    with served(bench.folder) as hub:
        whole = bench.whole(hub)
        run = scan(hub, bench.all, bench.root / "ray", "--engine", "ray")
    found = rows(bench.root / "ray")
    print(
        f"by Ray: {len(found) / run.seconds:.1f} a second with its start, "
        f"equal to the table of one machine: {found == whole}"
    )


MEASURES = {"rate": rate, "kills": kills, "failing": failing, "ray": by_ray}


def main() -> None:
    """Print every figure that is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("measures", nargs="*", choices=[*MEASURES, []], help="all but ray by default")
    parser.add_argument("--models", type=int, default=2_000)
    parser.add_argument("--folder", type=Path, help="keep the models here, and use those that are there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        folder = asked.folder or root / "models"
        ids = ids_in(folder) if folder.exists() else write_models(folder, asked.models)
        for measure in asked.measures or ("rate", "kills", "failing"):
            MEASURES[measure](Bench(folder, root, ids))


def ids_in(folder: Path) -> list[str]:
    """The ids of models that were written before."""
    return [f"{owner.name}/{model.name}" for owner in sorted(folder.iterdir()) for model in sorted(owner.iterdir())]


def killed(hub: Served, listed: Path, out: Path, seconds: float) -> str:
    """Kill the scan at five random moments and let the sixth run end; the rows at each kill."""
    counts = []
    more: tuple[str, ...] = ()
    for _ in range(5):
        process = start(hub.endpoint, listed, out, *more)
        time.sleep(random.uniform(0.5, 1.5) * seconds / 7)
        process.send_signal(signal.SIGKILL)
        process.wait()
        more = ("--resume",) if (out / "scan.json").exists() else ()
        parts = sum(pq.read_metadata(part).num_rows for part in out.glob("part-*.parquet"))
        counts.append(parts + sum(len(j.read_bytes().splitlines()) for j in out.glob("journal-*.jsonl")))
    scan(hub, listed, out, *more)
    return ", ".join(map(str, counts)) + " rows"


if __name__ == "__main__":
    main()
