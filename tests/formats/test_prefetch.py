"""How well the list of files foretells headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from truename.formats import find_checkpoints, first_bytes
from truename.formats.checkpoints import MAX_SHARDS
from truename.testing import layout_tensors, write_sharded

LLAMA: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 4096,
    "intermediate_size": 11008,
    "model_type": "llama",
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "num_key_value_heads": 32,
    "tie_word_embeddings": False,
    "vocab_size": 32000,
}


def files_of(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in sorted(folder.iterdir())}


def header_bytes(path: Path) -> int:
    with path.open("rb") as file:
        return 8 + int.from_bytes(file.read(8), "little")


@pytest.mark.parametrize("gigabytes", [2, 5, 10])
def test_the_surplus_for_a_model_in_shards_is_small(gigabytes: int, tmp_path: Path) -> None:
    tensors = layout_tensors(LLAMA, "F16")
    ordered = {name: tensors[name] for name in sorted(tensors, key=lambda name: name.split(".")[2:3] or [""])}
    shards = write_sharded(tmp_path, ordered, gigabytes * 10**9)
    files = files_of(tmp_path)
    (checkpoint,) = find_checkpoints(files)
    guessed = first_bytes(checkpoint, files)
    assert guessed.pop("model.safetensors.index.json") == files["model.safetensors.index.json"]
    assert set(guessed) == set(shards)
    surplus = sum(max(0, guessed[shard] - header_bytes(tmp_path / shard)) for shard in shards)
    assert surplus < 12_000
    assert sum(guessed[shard] >= header_bytes(tmp_path / shard) for shard in shards) >= len(shards) / 2


@pytest.mark.parametrize(
    ("files", "guessed"),
    [
        ({"model.safetensors": 10**9}, {"model.safetensors": 24_576}),
        ({"model.safetensors": 1_000}, {"model.safetensors": 1_000}),
        ({"x.gguf": 10**9}, {"x.gguf": 65_536}),
        ({"pytorch_model.bin": 10**9}, {}),
        ({"model.safetensors.index.json": 99}, {"model.safetensors.index.json": 99}),
        ({"model.safetensors.index.json": 10**12}, {}),
    ],
)
def test_other_checkpoints(files: dict[str, int], guessed: dict[str, int]) -> None:
    (checkpoint,) = find_checkpoints(files)
    assert first_bytes(checkpoint, files) == guessed


@pytest.mark.parametrize("count", [2, 12, 64])
def test_shards_without_an_index_share_a_bound(count: int) -> None:
    files = {f"model-{number:05}-of-{count:05}.safetensors": 10**9 for number in range(1, count + 1)}
    (checkpoint,) = find_checkpoints(files)
    guessed = first_bytes(checkpoint, files)
    assert set(guessed) == set(files)
    assert sum(guessed.values()) <= max(49_152, 4_096 * count)


def test_every_shard_or_of_a_sample_the_first_and_the_last() -> None:
    files = {f"model-{number:05}-of-00100.safetensors": 10**9 for number in range(1, 101)}
    files["model.safetensors.index.json"] = 9_000_000
    (checkpoint,) = find_checkpoints(files)
    assert set(first_bytes(checkpoint, files)) == set(files)
    guessed = first_bytes(checkpoint, files, sample=True)
    assert set(guessed) == {
        "model.safetensors.index.json",
        "model-00001-of-00100.safetensors",
        "model-00100-of-00100.safetensors",
    }


def test_nothing_is_fetched_ahead_of_more_shards_than_are_read() -> None:
    for count in (MAX_SHARDS, MAX_SHARDS + 1, 50_000):
        files = {f"model-{n:05}-of-{count:05}.safetensors": 10**6 for n in range(1, count + 1)}
        (checkpoint,) = find_checkpoints(files)
        assert len(first_bytes(checkpoint, files)) == (count if count <= MAX_SHARDS else 0)
