"""Models of transformers, each in six formats by the formats' own libraries: the same facts, and the same answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conversions import (
    GGUF_ARCHITECTURES,
    in_flax,
    in_gguf,
    in_keras,
    saved_specs,
    write_flax,
    write_gguf,
    write_keras,
    write_onnx,
    write_pytorch,
)
from truename.architecture import abstract_architecture, measure
from truename.dara import identify
from truename.declared import read_declared
from truename.evidence.evidence import Evidence
from truename.formats import Tensor, WeightsHeader, find_checkpoints, read_checkpoint
from truename.sources import FileBlob

torch = pytest.importorskip("torch", reason="it writes pickles and ONNX")
pytest.importorskip("transformers", minversion="5.0", reason="it makes the models")

H, L, A, V = 64, 3, 4, 512
SETTINGS: dict[str, Any] = {
    "hidden_size": H, "num_hidden_layers": L, "num_attention_heads": A, "num_key_value_heads": 2, "vocab_size": V,
    "intermediate_size": 128, "max_position_embeddings": 96, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 1,
    "attn_implementation": "eager", "use_cache": False,
}  # fmt: skip
# class -> what its configuration names in its own way
MODELS: dict[str, dict[str, Any]] = {
    "LlamaForCausalLM": {},
    "MistralForCausalLM": {},
    "Qwen2ForCausalLM": {},
    "Qwen3ForCausalLM": {"head_dim": 16},
    "GemmaForCausalLM": {"head_dim": 16},
    "Phi3ForCausalLM": {},
    "Olmo2ForCausalLM": {},
    "StableLmForCausalLM": {},
    "Starcoder2ForCausalLM": {},
    "GPT2LMHeadModel": {},
    "GPTNeoXForCausalLM": {},
    "BloomForCausalLM": {},
    "BertModel": {"is_decoder": False},
    "RobertaModel": {"is_decoder": False},
    "DistilBertModel": {"hidden_dim": 128},
    "T5ForConditionalGeneration": {"d_kv": 16, "d_ff": 128, "num_layers": L, "num_decoder_layers": L},
    "OPTForCausalLM": {"ffn_dim": 128, "word_embed_proj_dim": H},
    "ViTForImageClassification": {"image_size": 32, "patch_size": 8},
    "WhisperForConditionalGeneration": {
        "encoder_layers": L, "decoder_layers": L, "encoder_attention_heads": A, "decoder_attention_heads": A,
        "encoder_ffn_dim": 128, "decoder_ffn_dim": 128, "max_source_positions": 100, "max_target_positions": 40,
        "decoder_start_token_id": 1,
    },
}  # fmt: skip
NO_POOLER = ("BertModel", "RobertaModel")  # llama.cpp's converter drops it
KEYS = ("parameters", "layers", "encoder_layers", "decoder_layers", "hidden_size", "vocabulary_size",
        "intermediate_size", "non_embedding_parameters", "tensor_model_types")  # fmt: skip
FORMATS = ("pytorch_model.bin", "model.onnx", "model.gguf", "flax_model.msgpack", "tf_model.h5")
# In memory transformers 5 gives the layers of ViT names that no saved file has. torch's exporter adds Whisper's
# positions in place, and their name is gone. So tensors alone name no model type, which is said to be unknown.
OTHER_NAMES = {
    ("ViTForImageClassification", "pytorch_model.bin"),
    ("ViTForImageClassification", "model.onnx"),
    ("WhisperForConditionalGeneration", "model.onnx"),
}


def model_of(name: str) -> Any:
    """A small model of random weights: equal ones would be stored once."""

    import transformers

    torch.manual_seed(0)
    made = getattr(transformers, name)
    config = made.config_class(**{**SETTINGS, **MODELS[name]})
    model = made(config, add_pooling_layer=False) if name in NO_POOLER else made(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_()
    return model.eval()


def inputs_of(name: str) -> dict[str, Any]:
    ids = torch.zeros(1, 8, dtype=torch.long)
    if name.startswith("ViT"):
        return {"pixel_values": torch.zeros(1, 3, 32, 32)}
    if name.startswith("Whisper"):
        mask = {"decoder_attention_mask": torch.ones_like(ids)}
        return {"input_features": torch.zeros(1, 80, 200), "decoder_input_ids": ids} | mask
    return {"input_ids": ids, **({"decoder_input_ids": ids} if "T5" in name else {"attention_mask": ids + 1})}


def write_all(name: str, folder: Path) -> None:
    model = model_of(name)
    model.save_pretrained(folder)
    specs = saved_specs(folder / "model.safetensors")
    model_type = model.config.model_type
    write_pytorch(model, folder / "pytorch_model.bin")
    write_onnx(model, folder / "model.onnx", inputs_of(name))
    write_flax(in_flax(specs), folder / "flax_model.msgpack")
    write_keras(in_keras(specs), folder / "tf_model.h5")
    if (architecture := GGUF_ARCHITECTURES.get(model_type)) is not None:
        write_gguf(in_gguf(specs, model_type, L), folder / "model.gguf", architecture)


@pytest.fixture(scope="module", params=MODELS)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp(request.param)
    write_all(request.param, folder)
    return request.param, folder


@cache
def header_of(folder: Path, file: str) -> WeightsHeader:
    (checkpoint,) = find_checkpoints({file: (folder / file).stat().st_size})
    return read_checkpoint(checkpoint, lambda name: FileBlob(name, str(folder / name)))


def facts(folder: Path, file: str) -> dict[str, Any]:
    """What is measured beside the model's own configuration."""
    declared = read_declared({"config.json": 1}, lambda name: FileBlob(name, str(folder / name)))
    evidence = Evidence.of(measure(header_of(folder, file), declared))
    return {key: evidence.value(key) for key in KEYS}


def answers(header: WeightsHeader) -> dict[str, set[str]]:
    """Every set of labels that the classifier gives; empty where the structure is unknown."""
    return {str(question): set(found.labels) for question, found in identify(abstract_architecture(header)).answers()}


def with_head(header: WeightsHeader, name: str) -> WeightsHeader:
    """The header with its tied head as a matrix of its own, as torch's exporter stores it."""
    tensors = {**header.tensors, name: Tensor("F32", (V, H), V * H * 4)}
    return msgspec.structs.replace(header, tensors=tensors)


@pytest.mark.parametrize("file", FORMATS)
def test_every_format_shows_the_same_facts(written: tuple[str, Path], file: str) -> None:
    name, folder = written
    if not (folder / file).exists():
        pytest.skip("llama.cpp has no such architecture")
    expected, found = facts(folder, "model.safetensors"), facts(folder, file)
    if (name, file) in OTHER_NAMES:
        assert found.pop("tensor_model_types") is None
        expected.pop("tensor_model_types")
    assert found == expected
    assert (found["layers"], found["hidden_size"]) == (L, H)


@pytest.mark.parametrize("file", FORMATS)
def test_every_format_is_identified_as_the_same(written: tuple[str, Path], file: str) -> None:
    name, folder = written
    if not (folder / file).exists():
        pytest.skip("llama.cpp has no such architecture")
    reference, header = header_of(folder, "model.safetensors"), header_of(folder, file)
    if (name, file) in OTHER_NAMES:  # how alike other names are found is the classifier's own matter
        assert answers(header)["model_type"] & answers(reference)["model_type"]
        return
    head = "proj_out.weight" if "Whisper" in name else "lm_head.weight"
    if file == "model.onnx" and head in names_of(header) - names_of(reference):
        reference = with_head(reference, head)
    assert answers(header) == answers(reference)


def names_of(header: WeightsHeader) -> set[str]:
    from truename.architecture import canonical_header

    return set(canonical_header(header).tensors)
