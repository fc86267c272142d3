"""A weights file that was named: its name, its shards, and whose documents lie beside it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hubs import CONFIG, write_llama
from truename.api import check
from truename.evidence import gather
from truename.sources import FileSource, open_source
from truename.sources.file_names import is_part, tells_nothing, without_storage
from truename.testing import layout_tensors, write_header_only


def weights(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_header_only(path, layout_tensors(CONFIG, "F16"))
    return path


@pytest.mark.parametrize(
    "stem",
    [
        "model", "pytorch_model", "diffusion_pytorch_model.fp16", "ggml-model-q4_0", "ggml-model-Q4_K_M",
        "adapter_model",
        "model_quantized", "model_q4f16", "tf_model", "flax_model", "consolidated.00", "unsloth.Q4_K_M", "model.bf16",
        "pytorch_lora_weights", "saved_model", "model.ckpt-1000", "best", "weights.int8", "model-IQ2_XXS",
        "checkpoint-500",
    ],
)  # fmt: skip
def test_names_that_programs_give(stem: str) -> None:
    assert tells_nothing(stem)
    assert not is_part(stem)


@pytest.mark.parametrize(
    "stem", ["llama-7b", "Llama-3.2-1B-Q4_K_M", "bert_model", "3f2a91", "sd_xl_base_1.0", "gpt2", "7B", "whisper-tiny"]
)
def test_names_that_tell(stem: str) -> None:
    assert not tells_nothing(stem)
    assert not is_part(stem)


@pytest.mark.parametrize(
    "stem", ["text_encoder", "decoder_model_merged", "encoder_model_int8", "unet", "vae", "mmproj-F16", "1_Pooling"]
)
def test_names_of_parts(stem: str) -> None:
    assert is_part(stem)


def test_variants_of_one_model_have_one_name() -> None:
    stems = ("Llama-3-8B-Q4_K_M", "llama-3-8b.IQ2_XXS", "Llama-3-8B-UD-Q4_K_XL", "Llama-3-8B-bf16")
    assert {without_storage(stem) for stem in stems} == {"llama-3-8b"}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("model.safetensors", "llama-7b"),
        ("ggml-model-q4_0.gguf", "llama-7b"),
        ("diffusion_pytorch_model.fp16.safetensors", "llama-7b-fp16"),
        ("vicuna-13b.safetensors", "vicuna-13b"),
        ("model-00001-of-00002.safetensors", "llama-7b"),
        ("model.safetensors.index.json", "llama-7b"),
        ("text_encoder.safetensors", "text_encoder"),
        ("onnx/model_quantized.onnx", "llama-7b"),
        ("onnx/model_int8.onnx", "llama-7b-int8"),
        ("model.Q8.safetensors", "llama-7b-Q8"),
        ("onnx/llama.onnx", "llama"),
        ("unet/diffusion_pytorch_model.safetensors", "unet"),
    ],
)
def test_the_name_of_a_file(file: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "llama-7b" / file
    path.parent.mkdir(parents=True)
    path.touch()
    (tmp_path / "llama-7b" / "config.json").write_text("{}")
    assert open_source(path).name == name
    assert open_source(str(path)).target == str(path)
    monkeypatch.chdir(path.parent)
    assert open_source(path.name).name == name


def test_what_lies_beside_a_file_is_said_of_it(tmp_path: Path) -> None:
    folder = write_llama(tmp_path / "llama-7b")
    (folder / "notes.txt").write_text("x")
    whole, alone = check(folder), check(folder / "model.safetensors")
    assert [f.code for f in alone.findings] == [f.code for f in whole.findings]
    assert "SIZ001" in [f.code for f in alone.findings]
    facts = {fact.key: fact.value for fact in alone.facts}
    assert facts["model_type"] == "llama"
    assert facts["languages"] == ("en",)
    assert "notes.txt" not in FileSource(folder / "model.safetensors").files


def test_a_shard_stands_for_its_set(tmp_path: Path) -> None:
    folder = write_llama(tmp_path / "llama", shard_bytes=100_000)
    whole = gather(open_source(folder)).value("parameters")
    for path in (sorted(folder.glob("model-*"))[1], folder / "model.safetensors.index.json"):
        evidence = gather(open_source(path))
        assert evidence.value("parameters") == whole
        assert evidence.get("missing_shards") is None


@pytest.mark.parametrize(
    ("file", "others", "belongs"),
    [
        ("vicuna.safetensors", [], True),
        ("vicuna.safetensors", ["model.safetensors"], False),
        ("vicuna.safetensors", ["other.safetensors"], False),
        ("model.safetensors", ["lora-of-somebody.safetensors"], True),
        ("vicuna-Q4_K_M.gguf", ["vicuna-Q8_0.gguf", "mmproj-F16.gguf"], True),
        ("vicuna-Q4_K_M.gguf", ["wizard-Q4_K_M.gguf"], False),
        ("text_encoder.safetensors", [], False),
    ],
)
def test_whose_documents_lie_there(file: str, others: list[str], belongs: bool, tmp_path: Path) -> None:
    """A configuration that belongs to other weights must not accuse these."""
    for name in (file, *others):
        (tmp_path / name).touch()
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    assert ("config.json" in FileSource(tmp_path / file).files) is belongs


def test_documents_that_lead_elsewhere_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps({"model_type": "secret"}))
    path = weights(tmp_path / "llama" / "model.safetensors")
    (path.parent / "config.json").symlink_to(secret)
    os.mkfifo(path.parent / "README.md")
    assert list(FileSource(path).files) == ["model.safetensors"]


def test_a_link_to_a_file_is_named_where_it_lies(tmp_path: Path) -> None:
    path = weights(tmp_path / "store" / "0a1b")
    link = tmp_path / "llama-7b" / "model.safetensors"
    link.parent.mkdir()
    link.symlink_to(path)
    source = FileSource(link)
    assert source.name == "llama-7b"
    assert gather(source).value("layers") == 6


def test_a_folder_of_very_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truename.sources.folder.MAX_FILES", 3)
    path = weights(tmp_path / "downloads" / "model.safetensors")
    for number in range(5):
        (path.parent / f"{number}.txt").touch()
    assert gather(FileSource(path)).value("layers") == 6
