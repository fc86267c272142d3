"""What is hardly a model: ``truename identify`` gives a sound answer or says why it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from truename.cli import main
from truename.testing.family_tensors import layout_tensors
from truename.testing.header_only import header_bytes, write_header_only

BERT = {
    "model_type": "bert", "num_hidden_layers": 12, "hidden_size": 768, "intermediate_size": 3072, "vocab_size": 30522,
    "max_position_embeddings": 512, "type_vocab_size": 2, "num_attention_heads": 12,
}  # fmt: skip


def identified(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["identify", str(folder), "--format", "json"]) == 0
    (model,) = json.loads(capsys.readouterr().out)["models"]
    return dict(model)


def labels(model: dict[str, Any]) -> list[str]:
    return [member["label"] for member in model["identification"]["model_type"]["set"]]


def test_an_index_alone_is_read_by_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = dict.fromkeys(layout_tensors(BERT), "model-00001-of-00002.safetensors")
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": names}))
    assert "bert" in labels(identified(tmp_path, capsys))


def test_one_tensor_is_no_structure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_header_only(tmp_path / "model.safetensors", {"weight": ("F32", (3, 3))})
    assert identified(tmp_path, capsys)["identification"]["model_type"]["unknown"]


def test_a_header_that_is_cut_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, _ = header_bytes(layout_tensors(BERT))
    (tmp_path / "model.safetensors").write_bytes(whole[:100])
    model = identified(tmp_path, capsys)
    assert model["identification"]["model_type"]["unknown"]
    assert "model.safetensors" in model["reason"]


def test_one_name_for_all_tensors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = '"weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
    header = f"{{{','.join([entry] * 200)}}}".encode()
    (tmp_path / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
    assert identified(tmp_path, capsys)["identification"]["model_type"]["unknown"]


def test_an_adapter_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pair = {f"base_model.model.model.layers.{n}.self_attn.q_proj.lora_{m}.weight": ("F32", (8, 64))
            for n in range(4) for m in "AB"}  # fmt: skip
    write_header_only(tmp_path / "adapter_model.safetensors", pair)
    assert "adapter" in identified(tmp_path, capsys)["reason"]


def test_a_pipeline_of_many_parts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model_index.json").write_text('{"_class_name": "SomePipeline"}')
    for part in ("text_encoder", "text_encoder_2"):
        (tmp_path / part).mkdir()
        write_header_only(tmp_path / part / "model.safetensors", layout_tensors(BERT))
    model = identified(tmp_path, capsys)
    assert labels(model) or model["reason"]


def test_hundred_thousand_names_of_noise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tensors = {f"{n:x}.{n * 7919 % 10007:x}": ("F32", (n % 97 + 1, n % 89 + 1)) for n in range(100_000)}
    write_header_only(tmp_path / "model.safetensors", tensors)
    assert identified(tmp_path, capsys)["identification"]["model_type"]["unknown"]
