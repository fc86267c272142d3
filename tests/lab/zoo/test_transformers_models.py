from __future__ import annotations

import json

import pytest

from truename.architecture.templates import template_of
from truename.lab.zoo.entry import Entry
from truename.lab.zoo.libraries.transformers_models import TransformersModels
from truename.lab.zoo.unit import Unit
from truename.lab.zoo.worker import build_unit

from reference import reference

pytest.importorskip("torch")
pytest.importorskip("transformers", minversion="5.0")

# Released repositories whose weight index says what was really published: folder, class, model_type, layout.
# In memory each of them has other names: experts in one tensor, prefixes moved.
REAL = [
    ("OSFAV7+dolping", "MixtralForCausalLM", "mixtral", "saved"),
    ("BrianYAU-NTEC+olmOCR", "Qwen2VLForConditionalGeneration", "qwen2_vl", "saved"),
    ("remodlai+qwen-2.5-vl-7b-instruct-lexiq", "Qwen2_5_VLForConditionalGeneration", "qwen2_5_vl", "saved"),
    ("sarcascoder+nvidia-reason2", "Qwen3VLForConditionalGeneration", "qwen3_vl", "saved"),
    ("ypkang+adept-fuyu-8b", "FuyuForCausalLM", "fuyu", "saved"),
    ("YouriLalain+3PRYMMAL-PHI3-3B-SLERP", "Phi3ForCausalLM", "phi3", "saved"),
    ("ananddhanabal+gemma", "GemmaForCausalLM", "gemma", "saved"),
    ("MdSagorMunshi+LLAMA", "LlamaForCausalLM", "llama", "inv_freq"),
    ("Marcos-gi+base-gpt-j-6B", "GPTJForCausalLM", "gptj", "masks"),
    ("drcege+RedPajama-INCITE-7B-Base", "GPTNeoXForCausalLM", "gpt_neox", "masks"),
    ("WasimAkramShaikh+falcon-7b-instruct-clone", "FalconForCausalLM", "falcon", "bin"),
]


def _entries(class_name: str, model_type: str, configs: int = 1, seed: int = 0) -> list[Entry]:
    unit = Unit("transformers", class_name, model_type, "text-generation")
    entries, failures = build_unit(TransformersModels(), unit, configs, seed)
    assert failures == []
    return entries


@pytest.mark.parametrize(("folder", "class_name", "model_type", "layout"), REAL)
def test_saved_names_are_those_of_a_released_repository(folder, class_name, model_type, layout):
    (index,) = reference("real-repos", folder).glob("*.index.json")
    real = {template_of(name) for name in json.loads(index.read_text())["weight_map"]}
    built = {e.layout: {r.template for r in e.rows} for e in _entries(class_name, model_type)}
    assert built[layout] == real


@pytest.mark.parametrize(
    ("class_name", "model_type", "template"),
    [
        ("MixtralForCausalLM", "mixtral", "model.layers.#.block_sparse_moe.experts.#.w1.weight"),
        ("GraniteMoeForCausalLM", "granitemoe", "model.layers.#.block_sparse_moe.input_linear.weight"),
        ("Gemma3ForConditionalGeneration", "gemma3", "language_model.model.layers.#.self_attn.q_norm.weight"),
        ("LlavaForConditionalGeneration", "llava", "multi_modal_projector.linear_1.weight"),
    ],
)
def test_saved_names_differ_from_those_in_memory(class_name, model_type, template):
    built = {e.layout: {r.template for r in e.rows} for e in _entries(class_name, model_type)}
    assert template in built["saved"]
    assert template not in built["memory"]


def test_tied_tensors_are_written_once_but_in_pickles():
    built = {e.layout: {name for name, _, _ in e.specs()} for e in _entries("BertForMaskedLM", "bert")}
    assert built["bin"] - built["saved"] == {"cls.predictions.decoder.weight", "cls.predictions.decoder.bias"}


def test_configurations_differ_and_hang_on_the_seed():
    entries = [e for e in _entries("BertForSequenceClassification", "bert", 4) if e.layout == "saved"]
    assert len({e.rows for e in entries}) == len(entries) == 4
    again = [e for e in _entries("BertForSequenceClassification", "bert", 4) if e.layout == "saved"]
    assert again == entries
    assert [e for e in _entries("BertForSequenceClassification", "bert", 4, 1) if e.layout == "saved"] != entries


def test_no_weights_are_allocated():
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (saved, *_) = _entries("LlamaForCausalLM", "llama")
    assert saved.parameters == 6_738_415_616
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2_000_000  # kilobytes; the weights are 27 GB


def test_a_class_that_cannot_be_built_says_why():
    unit = Unit("transformers", "LayoutLMv2Model", "layoutlmv2", "feature-extraction")
    entries, failures = build_unit(TransformersModels(), unit, 3, 0)
    if not entries:  # detectron2 is not there
        assert [(f.config_id, f.reason) for f in failures] == [(0, "needs another library")]


def test_every_class_is_listed_once():
    units = TransformersModels().units()
    assert len({unit.key for unit in units}) == len(units) > 1000
    assert {"LlamaForCausalLM llama", "VisionEncoderDecoderModel vision-encoder-decoder"} <= {u.key for u in units}
