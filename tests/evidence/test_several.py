"""Folders of models, and folders that are parts of one: what is refused, and what is one model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hubs import CONFIG, hub_of, write_llama
from truename.api import check, identify, inspect
from truename.errors import SeveralModelsError
from truename.evidence import gather
from truename.evidence.several import folders_of_models, models_within
from truename.sources import FolderSource
from truename.sources.hub import HubSource
from truename.testing import layout_tensors, write_gguf, write_header_only
from truename.testing.hub_server import serve
from truename.testing.miniature import demo_models
from truename.testing.protobuf_files import onnx_model, onnx_tensor


@pytest.fixture
def five(tmp_path: Path) -> Path:
    for model in demo_models():
        model.write(tmp_path / "plain")
    return tmp_path / "plain"


def write(path: Path, document: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


def weights(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_header_only(path, layout_tensors(CONFIG, "F16"))


def test_a_folder_of_models_is_no_model(five: Path) -> None:
    for ask in (check, inspect, identify):
        with pytest.raises(SeveralModelsError, match="holds 5 models; name one, or `truename scan --folder") as caught:
            ask(five)
        assert caught.value.models == tuple(sorted(folder.name for folder in five.iterdir()))


def test_a_card_beside_them_makes_no_model(five: Path) -> None:
    (five / "README.md").write_text("# My models\n")
    (five / "convert.py").write_text("pass\n")
    with pytest.raises(SeveralModelsError, match="holds 5 models"):
        check(five)


def test_one_model_in_a_folder_is_named(tmp_path: Path) -> None:
    write_llama(tmp_path / "downloads" / "llama-7b")
    with pytest.raises(SeveralModelsError, match="holds one model, llama-7b; check that folder"):
        check(tmp_path / "downloads")


def test_owners_folders(tmp_path: Path) -> None:
    for name in ("acme/llama", "acme/llama-chat", "other/llama"):
        write_llama(tmp_path / name)
    assert models_within(FolderSource(tmp_path)) == ("acme/llama", "acme/llama-chat", "other/llama")
    assert models_within(FolderSource(tmp_path / "acme")) == ("llama", "llama-chat")


def test_models_without_documents(tmp_path: Path) -> None:
    for name in ("llama-7b", "bert-base"):
        weights(tmp_path / name / "model.safetensors")
    assert models_within(FolderSource(tmp_path)) == ("bert-base", "llama-7b")


def test_states_of_a_training_are_models(tmp_path: Path) -> None:
    for number in (500, 1000):
        write_llama(tmp_path / "run" / f"checkpoint-{number}")
    with pytest.raises(SeveralModelsError, match="holds 2 models"):
        check(tmp_path / "run")
    write(tmp_path / "run" / "config.json", CONFIG)
    weights(tmp_path / "run" / "model.safetensors")
    assert models_within(FolderSource(tmp_path / "run")) == ()


def pipeline(folder: Path) -> None:
    write(folder / "model_index.json", {"_class_name": "StableDiffusionPipeline"})
    modules(folder)


def modules(folder: Path) -> None:
    for name, kind in {"unet": "UNet2DConditionModel", "vae": "AutoencoderKL"}.items():
        write(folder / name / "config.json", {"_class_name": kind})
        weights(folder / name / "diffusion_pytorch_model.safetensors")
    write(folder / "text_encoder" / "config.json", {"model_type": "clip_text_model"})
    weights(folder / "text_encoder" / "model.safetensors")


def sentence_transformer(folder: Path) -> None:
    write(folder / "modules.json", [{"idx": 0, "path": "0_Transformer", "type": "x"}])
    for name in ("0_Transformer", "1_Pooling", "2_Dense"):
        write(folder / name / "config.json", {"model_type": "bert"} if name[0] == "0" else {"in_features": 3})
        weights(folder / name / "model.safetensors")


def graphs_beside(folder: Path) -> None:
    write(folder / "config.json", CONFIG)
    weights(folder / "onnx" / "model.onnx")


def formats(folder: Path) -> None:
    for name in ("onnx", "openvino", "pytorch"):
        write(folder / name / "config.json", CONFIG)
        (folder / name / "model.onnx").write_bytes(b"")


def encoder_and_decoder(folder: Path) -> None:
    for name in ("encoder", "decoder"):
        write(folder / name / "config.json", {"model_type": "bert"})
        weights(folder / name / "model.safetensors")


def quantised_in_folders(folder: Path) -> None:
    for name in ("Q4_K_M", "Q8_0", "BF16"):
        (folder / name).mkdir(parents=True)
        write_gguf(folder / name / f"Llama-1B-{name}.gguf", {"a": ("F16", (8, 64))}, {"general.architecture": "llama"})


PARTS = {
    "a pipeline": pipeline,
    "a pipeline's modules alone": modules,
    "a sentence transformer": sentence_transformer,
    "graphs beside": graphs_beside,
    "one model in several formats": formats,
    "an encoder and a decoder": encoder_and_decoder,
    "encodings of one model": quantised_in_folders,
}


@pytest.mark.parametrize("make", PARTS.values(), ids=PARTS)
def test_parts_of_one_model_are_one_model(make: Any, tmp_path: Path) -> None:
    make(tmp_path / "it")
    assert models_within(FolderSource(tmp_path / "it")) == ()
    gather(FolderSource(tmp_path / "it"))


def test_a_repository_of_several_models(tmp_path: Path) -> None:
    for name in ("small", "large"):
        write_llama(tmp_path / "models" / "acme" / "collection" / name)
    with serve(tmp_path / "models") as server:
        source = HubSource("acme/collection", hub=hub_of(server, tmp_path))
        with pytest.raises(SeveralModelsError, match=r"download it and name one of its folders \(large, small\)"):
            gather(source)


def test_the_uppermost_folders() -> None:
    files = ["a/config.json", "a/unet/config.json", "b/x/model.safetensors", "README.md", "b/y/z/model.gguf"]
    assert folders_of_models(files) == ("a", "b/x", "b/y/z")
    assert folders_of_models(["config.json", *files]) == ("",)


def graph(path: Path, *names: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(onnx_model([onnx_tensor(name, (64, 64), raw=bytes(4 * 64 * 64)) for name in names]))


def test_graphs_of_one_model_are_not_taken_for_the_whole(tmp_path: Path) -> None:
    folder = tmp_path / "bart-large-406M"
    graph(folder / "encoder_model.onnx", "a", "b")
    assert gather(FolderSource(folder)).value("parameters") == 2 * 64 * 64
    graph(folder / "decoder_model.onnx", "c")
    evidence = gather(FolderSource(folder))
    assert evidence.get("parameters") is None
    why = evidence.why_missing("parameters").text
    assert "is one of 2 graphs of one model (decoder_model.onnx, encoder_model.onnx)" in why
    assert "convert" not in why
    assert not [finding for finding in check(folder).findings if finding.code.startswith("SIZ")]
    graph(folder / "model.onnx", "a", "b", "c")
    assert gather(FolderSource(folder)).value("parameters") == 3 * 64 * 64


def test_two_kinds_of_one_decoder_are_the_whole(tmp_path: Path) -> None:
    graph(tmp_path / "decoder_model.onnx", "a")
    graph(tmp_path / "decoder_with_past_model.onnx", "a")
    assert gather(FolderSource(tmp_path)).value("parameters") == 64 * 64
