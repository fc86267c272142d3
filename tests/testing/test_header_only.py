"""Header-only files are what every safetensors reader accepts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from truename.formats import read_safetensors
from truename.sources.file_blob import FileBlob
from truename.testing import header_bytes, layout_tensors, stored_bytes, write_header_only, write_sharded

TENSORS = {"a.weight": ("BF16", (3, 5)), "b": ("F32", ()), "c": ("I64", (0, 4)), "d": ("U8", (7,))}


@pytest.mark.parametrize(
    ("dtype", "shape", "size"), [("BF16", (3, 5), 30), ("F32", (), 4), ("I64", (0, 4), 0), ("F4", (3,), 2)]
)
def test_stored_bytes(dtype: str, shape: tuple[int, ...], size: int) -> None:
    assert stored_bytes(dtype, shape) == size


def test_our_reader_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    length = write_header_only(path, TENSORS, {"format": "pt"})
    assert length == path.stat().st_size
    header = read_safetensors(FileBlob(path.name, str(path)))
    assert {name: (t.dtype, t.shape) for name, t in header.tensors.items()} == TENSORS
    assert header.metadata["format"] == "pt"


def test_the_reference_reader_reads_it(tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors", reason="safetensors is not installed")
    path = tmp_path / "model.safetensors"
    write_header_only(path, TENSORS)
    with safetensors.safe_open(path, framework="numpy") as file:
        found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118 - no mapping
    assert found == {name: shape for name, (_, shape) in TENSORS.items()}


def test_seventy_billion_take_kilobytes(tmp_path: Path) -> None:
    config = {
        "model_type": "llama", "vocab_size": 128256, "hidden_size": 8192, "intermediate_size": 28672,
        "num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8,
    }  # fmt: skip
    path = tmp_path / "model.safetensors"
    assert write_header_only(path, layout_tensors(config)) > 141_000_000_000
    assert path.stat().st_blocks * 512 < 1 << 20


def test_shards_and_their_index(tmp_path: Path) -> None:
    tensors = layout_tensors({"model_type": "gpt2"}, "F32")
    shards = write_sharded(tmp_path, tensors, 100_000_000)
    index = json.loads((tmp_path / "model.safetensors.index.json").read_text(encoding="utf-8"))
    assert len(shards) > 3
    assert set(index["weight_map"].values()) == set(shards)
    assert index["metadata"]["total_size"] == 4 * 124_439_808
    merged = {
        name: tensor.shape
        for shard in shards
        for name, tensor in read_safetensors(FileBlob(shard, str(tmp_path / shard))).tensors.items()
    }
    assert merged == {name: shape for name, (_, shape) in tensors.items()}


def test_length_prefix_counts_the_header() -> None:
    header, data = header_bytes(TENSORS)
    assert int.from_bytes(header[:8], "little") == len(header) - 8
    assert data == 30 + 4 + 0 + 7
