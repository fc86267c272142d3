"""Scan many models of a Hub: models a second, memory against their number, kills, and failing answers.

The Hub is the test server in a process of its own, each answer 20 ms late. The named alternative is the same list read
with huggingface_hub, one model after another: model_info, the config, the card and get_safetensors_metadata.

    python benchmarks/scan.py [--models 2000]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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


def _serve(folder: str, faults: tuple[Fault, ...], connection: Any) -> None:
    with serve(folder, faults, latency=LATENCY) as hub:
        connection.send(hub.endpoint)
        connection.recv()


@contextmanager
def served(folder: Path, faults: tuple[Fault, ...] = ()) -> Iterator[str]:
    """The server's address, in another process."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(str(folder), faults, theirs))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send(None)
        process.join(10)
        process.kill()


def start(endpoint: str, listed: Path, out: Path, *more: str) -> subprocess.Popen[bytes]:
    """The command, with an empty cache of its own."""
    command = [sys.executable, "-m", "truename", "scan", str(listed), "--out", str(out), *more]
    environment = os.environ | {"HF_ENDPOINT": endpoint, "HF_HOME": str(out) + ".cache"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def scan(endpoint: str, listed: Path, out: Path, *more: str) -> tuple[float, float]:
    """Seconds and peak resident megabytes of one whole scan.

    Raises:
        SystemExit: the command failed.
    """
    begun = time.perf_counter()
    process = start(endpoint, listed, out, *more)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"truename scan ended with {status}")
    return time.perf_counter() - begun, usage.ru_maxrss / 1024


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


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=int, default=2_000)
    number = parser.parse_args().models
    root = Path(tempfile.mkdtemp())
    try:
        ids = write_models(root / "models", number)
        listed, quarter = root / "all.txt", root / "quarter.txt"
        listed.write_text("\n".join(ids))
        quarter.write_text("\n".join(ids[: number // 4]))
        with served(root / "models") as endpoint:
            seconds, megabytes = scan(endpoint, listed, root / "whole")
            _, fewer = scan(endpoint, quarter, root / "quarter")
            theirs = alternative(endpoint, ids[:COMPARED], root / "cache") / COMPARED
            whole = rows(root / "whole")
            print(
                f"scan of {number} models: {number / seconds:.0f} a second (target 40), {megabytes:.0f} MB (target 300)"
            )
            print(f"  a quarter of them: {fewer:.0f} MB")
            print(
                f"  huggingface_hub, one after another: {1 / theirs:.1f} a second, "
                f"{theirs * number / seconds:.1f} times as long"
            )
            print(f"  rows: {len(whole)}, errors: {sum(row['status'] == 'error' for row in whole)}")
            kills = killed(endpoint, listed, root / "killed", seconds)
            print(f"killed at {kills} and resumed: equal to the uninterrupted table: {rows(root / 'killed') == whole}")
        with served(root / "models", FAILING) as endpoint:
            seconds, _ = scan(endpoint, listed, root / "failing")
            print(
                f"10 % of answers failing: {number / seconds:.0f} a second, "
                f"equal to the undisturbed table: {rows(root / 'failing') == whole}"
            )
    finally:
        shutil.rmtree(root)


def killed(endpoint: str, listed: Path, out: Path, seconds: float) -> str:
    """Kill the scan at five random moments and let the sixth run end; the rows at each kill."""
    counts = []
    more: tuple[str, ...] = ()
    for _ in range(5):
        process = start(endpoint, listed, out, *more)
        time.sleep(random.uniform(0.5, 1.5) * seconds / 7)
        process.send_signal(signal.SIGKILL)
        process.wait()
        more = ("--resume",) if (out / "scan.json").exists() else ()
        parts = sum(pq.read_metadata(part).num_rows for part in out.glob("part-*.parquet"))
        counts.append(parts + sum(len(j.read_bytes().splitlines()) for j in out.glob("journal-*.jsonl")))
    scan(endpoint, listed, out, *more)
    return ", ".join(map(str, counts)) + " rows"


if __name__ == "__main__":
    main()
