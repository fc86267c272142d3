"""Small repositories for tests that read them over a network on this machine."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from truename.sources.hub import Hub
from truename.sources.transport import Retry
from truename.testing import layout_tensors, write_header_only, write_sharded
from truename.testing.hub_server import HubServer

CONFIG: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 64,
    "intermediate_size": 176,
    "max_position_embeddings": 4096,
    "model_type": "llama",
    "num_attention_heads": 4,
    "num_hidden_layers": 6,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-05,
    "tie_word_embeddings": False,
    "torch_dtype": "float16",
    "vocab_size": 1000,
}
PATIENT = 600.0  # seconds: a machine may be busy, and what is stopped is stopped together with its server
CARD = "---\nlanguage: en\npipeline_tag: text-generation\nlibrary_name: transformers\ntags:\n- chat\n---\n# A llama\n"


def write_llama(folder: Path, *, shard_bytes: int | None = None, config: dict[str, Any] | None = None) -> Path:
    """A whole repository: one weights file, or shards of so many bytes."""
    folder.mkdir(parents=True)
    config = config or CONFIG
    tensors = layout_tensors(config, "F16")
    tensors = {name: tensors[name] for name in sorted(tensors, key=_place)}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "README.md").write_text(CARD)
    (folder / "tokenizer_config.json").write_text('{"model_max_length": 4096}')
    (folder / "tokenizer.json").write_text('{"normalizer": null, "model": {}}')
    (folder / ".gitattributes").write_text("*.safetensors filter=lfs\n")
    if shard_bytes is None:
        write_header_only(folder / "model.safetensors", tensors, {"format": "pt"})
    else:
        write_sharded(folder, tensors, shard_bytes)
    return folder


def _place(name: str) -> tuple[int, str]:
    return next((int(part) for part in name.split(".") if part.isdecimal()), -1), name


class Waits(list[float]):
    """Seconds that a source would have slept, and a clock that says they passed."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)

    def clock(self) -> float:
        return time.monotonic() + sum(self)

    def retry(self, **more: Any) -> Retry:
        return Retry(sleep=self, clock=self.clock, **more)


def hub_of(server: HubServer, folder: Path, waits: Waits | None = None, **more: Any) -> Hub:
    """A Hub that asks ``server``, sleeps never, and keeps what it keeps below ``folder``."""
    settings: dict[str, Any] = {
        "token": False,
        "cache": folder / "ranges",
        "downloads": folder / "downloads",
        "offline": False,
        "retry": (Waits() if waits is None else waits).retry(),
        "timeout": PATIENT,
        "metadata_timeout": PATIENT,
        "workers": 8,
    }
    return Hub(server.endpoint, **(settings | more))
