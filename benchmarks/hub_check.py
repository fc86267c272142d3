"""Check a sharded 7B model on a Hub 20 ms away, against what its own client does for the same facts.

The alternative is `huggingface_hub.get_safetensors_metadata`, then config.json and the card, one after another. Both
ask the same server on this machine, which waits 20 ms before each answer and redirects shards to a second host.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from truename.testing import TensorSpecs, layout_tensors, write_sharded
from truename.testing.hub_server import HubServer, serve

LATENCY = 0.020
RUNS = 7
REPO = "acme/llama-2-7b"
TARGET = "at most 4 round trips, headers + 64 KiB, 2 times faster"
CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_act": "silu",
    "hidden_size": 4096,
    "intermediate_size": 11008,
    "max_position_embeddings": 4096,
    "model_type": "llama",
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "num_key_value_heads": 32,
    "rms_norm_eps": 1e-05,
    "tie_word_embeddings": False,
    "torch_dtype": "float16",
    "vocab_size": 32000,
}
CARD = (
    "---\nlanguage: en\nlicense: llama2\npipeline_tag: text-generation\n---\n# Llama 2\n" + "About this model. " * 700
)


def in_order_of_layers(tensors: TensorSpecs) -> TensorSpecs:
    """The tensors as `save_pretrained` shards them: embedding, layer by layer, head."""

    def place(name: str) -> tuple[int, int, str]:
        layer = next((int(part) for part in name.split(".") if part.isdecimal()), None)
        if layer is not None:
            return (1, layer, name)
        return (0 if "embed" in name else 2, 0, name)

    return {name: tensors[name] for name in sorted(tensors, key=place)}


def write_model(folder: Path) -> int:
    """Write the model in three header-only shards and return the bytes of their headers."""
    folder.mkdir(parents=True)
    shards = write_sharded(folder, in_order_of_layers(layout_tensors(CONFIG, "F16")), 4_950_000_000)
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=2))
    (folder / "README.md").write_text(CARD)
    tokenizer = {"add_bos_token": True, "model_max_length": 4096, "tokenizer_class": "LlamaTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    vocabulary = {f"token{number}": number for number in range(32_000)}
    (folder / "tokenizer.json").write_text(
        json.dumps({"version": "1.0", "added_tokens": [], "normalizer": None, "model": {"vocab": vocabulary}})
    )
    return sum(_header_bytes(folder / shard) for shard in shards)


def _header_bytes(path: Path) -> int:
    with path.open("rb") as file:
        return 8 + int.from_bytes(file.read(8), "little")


def runs_of(server: HubServer, one: Callable[[], object]) -> Iterator[tuple[float, int, int, int]]:
    """Seconds, rounds, requests and bytes of each run but the first, which connects."""
    for number in range(RUNS + 1):
        server.clear()
        start = time.perf_counter()
        one()
        seconds = time.perf_counter() - start
        if number:
            yield seconds, server.rounds, len(server.requests), server.body_bytes


def report(title: str, runs: list[tuple[float, int, int, int]]) -> float:
    """Print a row of medians and return the median of the seconds."""
    seconds, rounds, requests, size = (statistics.median(column) for column in zip(*runs, strict=True))
    print(f"{title:44} {seconds * 1000:6.0f} ms  {rounds:3.0f} rounds  {requests:3.0f} requests  {size:9,.0f} bytes")
    return float(seconds)


def main() -> None:
    """Print the measures."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        os.environ.update(HF_HOME=str(root / "home"), HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
        headers = write_model(root / "models" / REPO)
        with serve(root / "models", latency=LATENCY) as server:
            os.environ["HF_ENDPOINT"] = server.endpoint
            compare(server, headers, root)


def compare(server: HubServer, headers: int, root: Path) -> None:
    """Run both, and once more with what is kept on disk."""
    import shutil

    from huggingface_hub import HfApi, hf_hub_download

    from truename.api import check
    from truename.sources.hub import Hub, HubSource

    hub = Hub(server.endpoint, cache=False)
    keeping = Hub(server.endpoint, cache=root / "ranges")

    def one_after_another() -> None:
        shutil.rmtree(root / "home" / "hub", ignore_errors=True)
        HfApi().get_safetensors_metadata(REPO)
        for path in ("config.json", "README.md"):
            hf_hub_download(REPO, path)

    print(f"a 7B model in three shards, {LATENCY * 1000:.0f} ms before each answer; target: {TARGET}")
    ours = list(runs_of(server, lambda: check(HubSource(REPO, hub=hub))))
    seconds = report("truename: everything a check reads", ours)
    report("truename: again, ranges kept on disk", list(runs_of(server, lambda: check(HubSource(REPO, hub=keeping)))))
    other = report("huggingface_hub: headers, config, card", list(runs_of(server, one_after_another)))
    most = max(run[3] for run in ours)
    print(
        f"rounds: {max(run[1] for run in ours)} at most; headers {headers:,} bytes + {(most - headers) / 1024:.1f} KiB"
    )
    print(f"ratio: {other / seconds:.1f} times faster")


if __name__ == "__main__":
    main()
