"""Some shards of very many are read, the others inferred, and what was inferred is what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from truename.blob import Blob
from truename.formats import WeightsHeader, find_checkpoints, read_checkpoint
from truename.formats.sampling import choose, kind_of
from truename.sources import FolderSource
from truename.testing import TensorSpecs, layout_tensors, write_header_only, write_sharded

LLAMA: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 64,
    "intermediate_size": 176,
    "model_type": "llama",
    "num_attention_heads": 4,
    "num_hidden_layers": 40,
    "num_key_value_heads": 4,
    "tie_word_embeddings": False,
    "vocab_size": 1000,
}


def in_order(tensors: TensorSpecs) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The tensors layer by layer, the embedding first and the head last."""

    def place(name: str) -> tuple[int, int]:
        number = next((int(part) for part in name.split(".") if part.isdecimal()), None)
        return (1, number) if number is not None else (0 if "embed" in name else 2, 0)

    return {name: tensors[name] for name in sorted(tensors, key=place)}


def read(folder: Path, sample_above: int | None) -> tuple[WeightsHeader, list[str]]:
    """The header, and which weights files were read for it."""
    source = FolderSource(folder)
    opened: list[Blob] = []

    def open(path: str) -> Blob:
        opened.append(source.open(path))
        return opened[-1]

    (checkpoint,) = find_checkpoints(source.files)
    header = read_checkpoint(checkpoint, open, sample_above=sample_above)
    return header, sorted({blob.path for blob in opened if blob.bytes_read and blob.path.endswith(".safetensors")})


def same(one: WeightsHeader, other: WeightsHeader) -> bool:
    return (one.tensors, one.file_of, one.files) == (other.tensors, other.file_of, other.files)


@pytest.fixture
def tensors() -> dict[str, tuple[str, tuple[int, ...]]]:
    return in_order(layout_tensors(LLAMA, "F16"))


def test_a_model_of_like_layers(tensors: TensorSpecs, tmp_path: Path) -> None:
    shards = write_sharded(tmp_path, tensors, 60_000)
    whole, all_read = read(tmp_path, None)
    sampled, some_read = read(tmp_path, 8)
    assert len(all_read) == len(shards) > 40
    assert len(some_read) <= 6
    assert {shards[0], shards[-1]} <= set(some_read)
    assert same(whole, sampled)
    assert set(sampled.inferred_files) == set(shards) - set(some_read)
    assert whole.inferred_files == ()


def test_few_shards_are_all_read(tensors: TensorSpecs, tmp_path: Path) -> None:
    shards = write_sharded(tmp_path, tensors, 60_000)
    assert read(tmp_path, len(shards))[0].inferred_files == ()


def test_layers_that_differ_are_read(tensors: dict[str, tuple[str, tuple[int, ...]]], tmp_path: Path) -> None:
    """Twelve layers in the middle are wider: their files are larger than their kin would make them."""
    for layer in range(14, 26):
        for name in ("gate_proj", "up_proj"):
            tensors[f"model.layers.{layer}.mlp.{name}.weight"] = ("F16", (256, 64))
    write_sharded(tmp_path, tensors, 60_000)
    whole, _ = read(tmp_path, None)
    sampled, some_read = read(tmp_path, 8)
    assert same(whole, sampled)
    assert sampled.inferred_files
    assert len(some_read) >= 12


def test_kinds_that_differ_where_they_were_seen_are_never_inferred(tmp_path: Path) -> None:
    tensors: TensorSpecs = {f"blocks.{number}.w": ("F16", (100 + number, 100)) for number in range(30)}
    write_sharded(tmp_path, tensors, 20_000)
    whole, _ = read(tmp_path, None)
    sampled, some_read = read(tmp_path, 8)
    assert same(whole, sampled)
    assert len(some_read) == 30


def test_a_shard_that_lacks_what_the_index_promises_is_read(tensors: TensorSpecs, tmp_path: Path) -> None:
    shards = write_sharded(tmp_path, tensors, 60_000)
    gone = shards[20]
    write_header_only(tmp_path / gone, {"model.layers.99.mlp.up_proj.weight": ("F16", (176, 64))}, {"format": "pt"})
    whole, _ = read(tmp_path, None)
    sampled, some_read = read(tmp_path, 8)
    assert gone in some_read
    assert same(whole, sampled)


def test_a_shard_of_nothing_is_read(tensors: TensorSpecs, tmp_path: Path) -> None:
    shards = write_sharded(tmp_path, tensors, 60_000)
    index = tmp_path / "model.safetensors.index.json"
    document = msgspec.json.decode(index.read_bytes())
    document["weight_map"] = {k: v for k, v in document["weight_map"].items() if v != shards[20]}
    index.write_bytes(msgspec.json.encode(document))
    sampled, some_read = read(tmp_path, 8)
    assert shards[20] in some_read
    assert same(read(tmp_path, None)[0], sampled)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("model.layers.12.mlp.experts.3.w1.weight", "model.layers.#.mlp.experts.#.w1.weight"),
        ("h.0.ln_1.weight", "h.#.ln_1.weight"),
        ("0.weight", "#.weight"),
        ("layer10.weight", "layer10.weight"),
    ],
)
def test_kinds(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_every_kind_is_in_a_chosen_shard() -> None:
    kinds = {"a": {"1"}, "b": {"2"}, "c": {"2", "3"}, "d": {"4"}, "e": {"1"}}
    assert choose(list(kinds), kinds) == ["a", "e", "c", "d"]
