"""Model types from tensor names: right, or none at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headers import declared, names_only, values
from truename.architecture import known_model_types, measure
from truename.architecture.layouts import families
from truename.testing import layout_tensors, saved_shapes

from reference import reference

# Own classes around a known language model, or more tensors than the plain one: no structure is known.
NO_STRUCTURE = {
    "minicpmv", "logics", "mimo", "clip_text_model", "qwen3_5_moe_text", None,
}  # fmt: skip


def _types(names: list[str]) -> tuple[str, ...]:
    return values(measure(names_only(names), declared(None))).get("tensor_model_types", ())


@pytest.mark.parametrize("family", families())
def test_every_layout_is_recognised(family: str) -> None:
    assert family in _types(list(layout_tensors({"model_type": family})))


def test_real_indexes_are_right_or_silent() -> None:
    found = sorted(reference("real-repos").glob("*/*.index.json"))
    assert len(found) >= 40
    silent = 0
    for index in found:
        config = _config(index.parent)
        model_type = config.get("model_type")
        types = _types(list(json.loads(index.read_text(encoding="utf-8"))["weight_map"]))
        if model_type in NO_STRUCTURE:
            assert types == (), index.parent.name
            silent += 1
        else:
            assert model_type in types, index.parent.name
    assert silent <= 6


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def test_prefix_tells_roberta_from_bert() -> None:
    bare = list(layout_tensors({"model_type": "bert"}))
    assert {"bert", "roberta", "xlm-roberta"} <= set(_types(bare))
    assert "bert" in _types([f"bert.{name}" for name in bare])
    assert "roberta" not in _types([f"bert.{name}" for name in bare])
    assert "bert" not in _types([f"roberta.{name}" for name in bare])
    assert _types([f"invented.{name}" for name in bare]) == ()


def test_old_layer_norm_names_and_heads_change_nothing() -> None:
    names = [f"bert.{name}" for name in layout_tensors({"model_type": "bert"})]
    old = [n.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta") for n in names]
    assert _types([*old, "classifier.weight", "classifier.bias", "bert.embeddings.position_ids"]) == _types(names)


@pytest.mark.parametrize("extra", ["model.layers.0.self_attn.q_proj.lora_A.weight", "model.layers.0.strange.weight"])
def test_one_strange_tensor_is_enough_for_silence(extra: str) -> None:
    assert _types([*layout_tensors({"model_type": "llama"}), extra]) == ()


def test_few_tensors_are_no_sign() -> None:
    assert _types(["embedding.weight"]) == ()
    assert _types([]) == ()


def test_many_types_are_known() -> None:
    assert {"llama", "bert", "qwen2_vl", "qwen", "chatglm", "internlm2", "RefinedWeb"} <= known_model_types()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("class_name", "model_type"),
    [
        ("MixtralForCausalLM", "mixtral"), ("BartForSequenceClassification", "bart"), ("ViTModel", "vit"),
        ("WhisperForConditionalGeneration", "whisper"), ("DebertaV2ForSequenceClassification", "deberta-v2"),
        ("ElectraForPreTraining", "electra"), ("CLIPModel", "clip"), ("Wav2Vec2ForCTC", "wav2vec2"),
        ("GPTJForCausalLM", "gptj"), ("MptForCausalLM", "mpt"), ("LlamaForSequenceClassification", "llama"),
        ("ModernBertForMaskedLM", "modernbert"), ("MarianMTModel", "marian"), ("Dinov2Model", "dinov2"),
    ],
)  # fmt: skip
def test_classes_of_transformers(class_name: str, model_type: str) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    if not hasattr(transformers, class_name):
        pytest.skip(f"this transformers has no {class_name}")
    assert model_type in _types(list(saved_shapes(class_name, {})))
