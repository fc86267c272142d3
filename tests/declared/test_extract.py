"""declared_facts: the facts of configurations as transformers and other libraries write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.declared import Declared, declared_facts, wrong_values
from truename.facts import FACTS, Fact, Origin

Read = Callable[..., Declared]

LLAMA_3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "original_max_position_embeddings": 8192,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
}


def values(declared: Declared) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for fact in declared_facts(declared):
        found.setdefault(fact.key, fact.value)
    return found


CONFIGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "bert": (
        {
            "model_type": "bert",
            "architectures": ["BertForMaskedLM"],
            "num_hidden_layers": 12,
            "hidden_size": 768,
            "intermediate_size": 3072,
            "num_attention_heads": 12,
            "vocab_size": 30522,
            "max_position_embeddings": 512,
        },
        {
            "model_type": "bert",
            "architectures": ("BertForMaskedLM",),
            "layers": 12,
            "hidden_size": 768,
            "intermediate_size": 3072,
            "heads": 12,
            "vocabulary_size": 30522,
            "context_length": 512,
            "dense": True,
        },
    ),
    "gpt2": (
        {"n_layer": 12, "n_embd": 768, "n_head": 12, "n_positions": 1024, "n_ctx": 1024, "n_inner": None},
        {"layers": 12, "hidden_size": 768, "heads": 12, "context_length": 1024},
    ),
    "distilbert": (
        {"dim": 768, "hidden_dim": 3072, "n_layers": 6, "n_heads": 12},
        {"hidden_size": 768, "intermediate_size": 3072, "layers": 6, "heads": 12},
    ),
    "mt5": (
        {
            "is_encoder_decoder": True,
            "num_layers": 24,
            "num_decoder_layers": 22,
            "d_model": 1024,
            "d_kv": 64,
            "d_ff": 2816,
        },
        {
            "layers": 24,
            "encoder_layers": 24,
            "decoder_layers": 22,
            "hidden_size": 1024,
            "head_size": 64,
            "intermediate_size": 2816,
        },
    ),
    "bart": (
        {"is_encoder_decoder": True, "encoder_layers": 12, "decoder_layers": 6, "encoder_attention_heads": 16},
        {"layers": 12, "encoder_layers": 12, "decoder_layers": 6, "heads": 16},
    ),
    "falcon-7b": (
        {"n_layer": 32, "multi_query": True, "num_attention_heads": 71},
        {"layers": 32, "heads": 71, "key_value_heads": 1},
    ),
    "falcon-40b": (
        {"multi_query": True, "new_decoder_architecture": True, "num_kv_heads": 8},
        {"key_value_heads": 8},
    ),
    "chatglm": (
        {"num_layers": 28, "multi_query_attention": True, "multi_query_group_num": 2, "padded_vocab_size": 65024},
        {"layers": 28, "key_value_heads": 2, "vocabulary_size": 65024},
    ),
    "mixtral": (
        {"num_local_experts": 8, "num_experts_per_tok": 2},
        {"experts": 8, "experts_per_token": 2},
    ),
    "deepseek": (
        {"n_routed_experts": 256, "num_experts_per_tok": 8, "n_shared_experts": 1},
        {"experts": 256, "experts_per_token": 8},
    ),
    "dbrx": (
        {"ffn_config": {"moe_num_experts": 16, "moe_top_k": 4}, "attn_config": {"kv_n_heads": 8}},
        {"experts": 16, "experts_per_token": 4, "key_value_heads": 8},
    ),
    "experts that are switched off": ({"use_moe": False, "n_routed_experts": 4, "num_experts_per_tok": 2}, {}),
    "no experts": ({"num_experts": 0, "num_experts_per_tok": 2, "n_routed_experts": None}, {}),
    "swin": (
        {"depths": [2, 2, 18, 2], "image_size": 384, "patch_size": 4},
        {"layers": 24, "image_size": 384, "patch_size": 4},
    ),
    "image sizes": ({"image_size": [224, 224], "patch_size": [16, 16]}, {"image_size": 224, "patch_size": 16}),
    "an image that is no square": (
        {"image_size": [224, 160], "patch_size": {"height": 16, "width": 16}},
        {"patch_size": 16},
    ),
    "a value for each layer, all alike": ({"num_key_value_heads": [8, 8, 8]}, {"key_value_heads": 8}),
    "a value for each layer": ({"num_key_value_heads": [8, 4, 8]}, {}),
    "llava": (
        {
            "model_type": "llava",
            "text_config": {"model_type": "llama", "num_hidden_layers": 32, "max_position_embeddings": 4096},
            "vision_config": {
                "model_type": "clip_vision_model",
                "num_hidden_layers": 24,
                "patch_size": 14,
                "image_size": 336,
            },
            "torch_dtype": "float16",
        },
        {
            "model_type": "llava",
            "layers": 32,
            "patch_size": 14,
            "image_size": 336,
            "context_length": 4096,
            "compute_dtype": "float16",
        },
    ),
    "internvl": (
        {
            "llm_config": {"hidden_size": 896, "torch_dtype": "torch.bfloat16"},
            "hidden_size": 1,
            "vision_config": {"hidden_size": 1024},
        },
        {"hidden_size": 896, "compute_dtype": "bfloat16"},
    ),
    "qwen omni": (
        {"thinker_config": {"text_config": {"hidden_size": 3584}, "vision_config": {"patch_size": 14}}},
        {"hidden_size": 3584, "patch_size": 14},
    ),
    "speech encoder-decoder": (
        {"encoder": {"num_hidden_layers": 24, "model_type": "wavlm"}, "decoder": {"num_hidden_layers": 16}},
        {"model_type": "wavlm", "layers": 16, "encoder_layers": 24, "decoder_layers": 16},
    ),
    "the name it came from": ({"_name_or_path": "bert-base-uncased"}, {"original_name": "bert-base-uncased"}),
    "a name that says nothing": ({"_name_or_path": "./"}, {}),
    "dtype that is left open": ({"torch_dtype": "auto"}, {}),
    "no scaling": (
        {"max_position_embeddings": 4096, "rope_scaling": {"type": "default", "mrope_section": [1]}},
        {"context_length": 4096},
    ),
    "linear": (
        {"max_position_embeddings": 4096, "rope_scaling": {"type": "linear", "factor": 4.0}},
        {"context_length": 4096, "extended_context_length": 16384, "rope_scaling": "linear", "rope_factor": 4.0},
    ),
    "dynamic": (
        {"max_position_embeddings": 32768, "rope_scaling": {"type": "dynamic", "factor": 2.0}},
        {"context_length": 32768, "extended_context_length": 65536, "rope_scaling": "dynamic", "rope_factor": 2.0},
    ),
    "yarn": (
        {
            "max_position_embeddings": 40960,
            "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768},
        },
        {"context_length": 40960, "extended_context_length": 131072, "rope_scaling": "yarn", "rope_factor": 4.0},
    ),
    "llama 3.1": (
        {"max_position_embeddings": 131072, "rope_scaling": LLAMA_3},
        {"context_length": 131072, "extended_context_length": 131072, "rope_scaling": "llama3", "rope_factor": 8.0},
    ),
    "phi-3 128k": (
        {"max_position_embeddings": 131072, "original_max_position_embeddings": 4096, "rope_scaling": {"type": "su"}},
        {"context_length": 131072, "extended_context_length": 131072, "rope_scaling": "longrope"},
    ),
    "rope_parameters for each kind of layer": (
        {
            "rope_parameters": {
                "full_attention": {"rope_type": "linear", "factor": 8},
                "sliding_attention": {"rope_type": "default"},
            },
            "max_position_embeddings": 131072,
        },
        {"context_length": 131072, "extended_context_length": 1048576, "rope_scaling": "linear", "rope_factor": 8.0},
    ),
    "roberta": (
        {"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1},
        {"model_type": "roberta", "context_length": 512, "dense": True},
    ),
    "longformer": (
        {"model_type": "longformer", "max_position_embeddings": 4098},
        {"model_type": "longformer", "context_length": 4096},
    ),
}


@pytest.mark.parametrize(("config", "expected"), CONFIGS.values(), ids=CONFIGS)
def test_configurations(read: Read, config: dict[str, Any], expected: dict[str, Any]) -> None:
    declared = read(config=config)
    assert values(declared) == expected
    assert wrong_values(declared) == ()


QUANTISED: dict[str, tuple[dict[str, Any], str | None, float | None]] = {
    "none": ({}, None, None),
    "gptq": ({"quantization_config": {"quant_method": "gptq", "bits": 4}}, "gptq", 4),
    "gptq, old": ({"quantization_config": {"bits": 3, "group_size": 128, "desc_act": True}}, "gptq", 3),
    "awq": ({"quantization_config": {"quant_method": "awq", "bits": 4, "version": "gemm"}}, "awq", 4),
    "bitsandbytes 4": (
        {"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}},
        "bitsandbytes",
        4,
    ),
    "bitsandbytes 8": ({"quantization_config": {"_load_in_4bit": False, "load_in_8bit": True}}, "bitsandbytes", 8),
    "bitsandbytes, off": ({"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": False}}, None, None),
    "compressed-tensors": (
        {
            "quantization_config": {
                "quant_method": "compressed-tensors",
                "config_groups": {"group_0": {"weights": {"num_bits": 4}}},
            }
        },
        "compressed-tensors",
        4,
    ),
    "compressed-tensors, mixed": (
        {
            "quantization_config": {
                "config_groups": {"a": {"weights": {"num_bits": 4}}, "b": {"weights": {"num_bits": 8}}}
            }
        },
        "compressed-tensors",
        None,
    ),
    "fp8": ({"quantization_config": {"quant_method": "fp8", "fmt": "e4m3"}}, "fp8", 8),
    "mxfp4": ({"quantization_config": {"quant_method": "mxfp4"}}, "mxfp4", 4),
    "hqq": (
        {"quantization_config": {"quant_method": "hqq", "quant_config": {"weight_quant_params": {"nbits": 2}}}},
        "hqq",
        2,
    ),
    "aqlm": (
        {
            "quantization_config": {
                "quant_method": "aqlm",
                "nbits_per_codebook": 16,
                "num_codebooks": 1,
                "in_group_size": 8,
            }
        },
        "aqlm",
        2,
    ),
    "quanto": ({"quantization_config": {"quant_method": "quanto", "weights": "int8"}}, "quanto", 8),
    "eetq": ({"quantization_config": {"quant_method": "eetq", "weights": "int8"}}, "eetq", 8),
    "torchao": ({"quantization_config": {"quant_method": "torchao", "quant_type": "int4_weight_only"}}, "torchao", 4),
    "exl2": ({"quantization_config": {"quant_method": "exl2", "bits": 4.65}}, "exl2", 4.65),
    "modelopt": ({"quantization_config": {"quant_method": "modelopt", "quant_algo": "NVFP4"}}, "modelopt", 4),
    "mlx": ({"quantization": {"group_size": 64, "bits": 4}}, "mlx", 4),
    "mlx, twice": (
        {"quantization": {"group_size": 64, "bits": 4}, "quantization_config": {"group_size": 64, "bits": 4}},
        "mlx",
        4,
    ),
    "in the language model": ({"text_config": {"quantization_config": {"quant_method": "gptq", "bits": 8}}}, "gptq", 8),
    "another spelling": ({"quantization_config": {"quant_method": "compressed_tensors"}}, "compressed-tensors", None),
}


@pytest.mark.parametrize(("config", "method", "bits"), QUANTISED.values(), ids=QUANTISED)
def test_quantisation(read: Read, config: dict[str, Any], method: str | None, bits: float | None) -> None:
    declared = read(config=config)
    found = values(declared)
    assert (found.get("quantisation_method"), found.get("quantisation_bits")) == (method, bits)
    assert wrong_values(declared) == ()


@pytest.mark.parametrize(
    ("file", "content", "method", "bits"),
    [
        ("quantize_config.json", {"bits": 4, "group_size": 128}, "gptq", 4),
        ("quant_config.json", {"w_bit": 4, "zero_point": True}, "awq", 4),
        ("hf_quant_config.json", {"quantization": {"quant_algo": "FP8"}}, "modelopt", 8),
    ],
)
def test_a_quantisation_file_of_its_own(read: Read, file: str, content: Any, method: str, bits: int) -> None:
    facts = {f.key: f for f in declared_facts(read({file: content}))}
    assert (facts["quantisation_method"].value, facts["quantisation_bits"].value) == (method, bits)
    assert facts["quantisation_method"].file == file


@pytest.mark.parametrize(
    ("config", "tied"),
    [
        ({"tie_word_embeddings": False}, False),
        ({"tie_word_embeddings": True, "text_config": {"tie_word_embeddings": True}}, True),
        ({"text_config": {"tie_word_embeddings": False}}, False),
        ({"tie_word_embeddings": False, "text_config": {"tie_word_embeddings": True}}, None),  # loaders differ
        ({"tie_word_embeddings": "no"}, None),
        ({}, None),
    ],
)
def test_tied_embeddings(read: Read, config: dict[str, Any], tied: bool | None) -> None:
    assert values(read(config=config)).get("tied_embeddings") is tied


def test_every_fact_names_its_file_and_key(read: Read) -> None:
    declared = read(config=CONFIGS["llava"][0])
    facts = {f.detail: f for f in declared_facts(declared)}
    assert facts["text_config.num_hidden_layers"] == Fact(
        "layers",
        32,
        Origin.DECLARED,
        "config.json",
        "text_config.num_hidden_layers",
        key_path="text_config.num_hidden_layers",
    )
    assert [f.value for f in declared_facts(declared) if f.key == "model_type"] == ["llava", "llama"]
    assert {f.key for f in declared_facts(declared)} <= FACTS.keys()


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a number as a string": ({"num_hidden_layers": "12"}, "num_hidden_layers is a string"),
    "a negative number": ({"hidden_size": -768}, "hidden_size is a number (-768)"),
    "a fraction": ({"hidden_size": 768.5}, "hidden_size is a number"),
    "a truth value": ({"vocab_size": True}, "vocab_size is a truth value"),
    "more than there can be": ({"vocab_size": 2**60}, "vocab_size is a number"),
    "a list of strings": ({"num_attention_heads": ["12"]}, "num_attention_heads is a list"),
    "a model type that is a list": ({"model_type": ["bert"]}, "model_type is a list"),
    "an architecture that is a number": ({"architectures": 7}, "architectures is a number (7)"),
    "architectures that are numbers": ({"architectures": [7]}, "architectures holds items that are no strings"),
    "scaling that is a number": ({"rope_scaling": 4.0}, "rope_scaling is a number (4.0)"),
    "a factor that is a string": ({"rope_scaling": {"type": "linear", "factor": "4"}}, "factor is a string"),
    "a kind that is a number": ({"rope_scaling": {"type": 4}}, "rope_type is a number (4)"),
    "bits that are a string": ({"quantization_config": {"quant_method": "gptq", "bits": "4"}}, "bits is a string"),
    "an image size that is a string": ({"image_size": "224"}, "image_size is a string"),
    "nested": ({"text_config": {"hidden_size": "1"}}, "text_config.hidden_size is a string"),
}


@pytest.mark.parametrize(("config", "problem"), WRONG.values(), ids=WRONG)
def test_wrong_values_are_left_out_and_named(read: Read, config: dict[str, Any], problem: str) -> None:
    declared = read(config=config)
    (wrong,) = wrong_values(declared)
    assert problem in str(wrong)
    assert wrong.path == "config.json"
    assert values(declared).keys() <= {"rope_scaling", "quantisation_method"}


def test_a_wrong_value_gives_way_to_the_next_key(read: Read) -> None:
    assert values(read(config={"num_hidden_layers": "12", "n_layer": 12})) == {"layers": 12}


def test_not_a_number(read: Read) -> None:
    declared = read(
        config=b'{"hidden_size": NaN, "num_hidden_layers": 12, "rope_scaling": {"type": "yarn", "factor": Infinity}}'
    )
    assert values(declared) == {"layers": 12, "rope_scaling": "yarn"}
    assert len(wrong_values(declared)) == 2


CARD = """---
language:
- No
- en
license: mit
base_model:
- a/b
- c/d
datasets: squad
tags: [x, y, x]
pipeline_tag: question-answering
library_name: transformers
---
# Title
"""


def test_the_card(read: Read) -> None:
    assert values(read(card=CARD)) == {
        "base_models": ("a/b", "c/d"),
        "base_model_relation": "merge",
        "languages": ("no", "en"),
        "licence": "mit",
        "datasets": ("squad",),
        "tags": ("x", "y"),
        "pipeline_tag": "question-answering",
        "library_name": "transformers",
    }


def test_a_declared_relation_comes_first(read: Read) -> None:
    card = CARD.replace("license: mit", "base_model_relation: Finetune")
    assert values(read(card=card))["base_model_relation"] == "finetune"


def test_a_single_base_model_implies_no_relation(read: Read) -> None:
    card = "---\nbase_model: a/b\n---\n"
    assert values(read(card=card)) == {"base_models": ("a/b",)}
    assert values(read({"adapter_config.json": {}}, card=card))["base_model_relation"] == "adapter"
    quantised = read(config={"quantization": {"bits": 4, "group_size": 32}}, card=card)
    assert values(quantised)["base_model_relation"] == "quantized"


def test_an_adapter(read: Read) -> None:
    declared = read(
        {"adapter_config.json": {"base_model_name_or_path": "a/b", "r": 16}, "adapter_model.safetensors": b""}
    )
    assert values(declared) == {"adapter_base": "a/b", "adapter_rank": 16, "is_adapter": True}
    assert {f.origin for f in declared_facts(declared) if f.key == "is_adapter"} == {Origin.FILES}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["adapter_config.json", "model.safetensors"], False),
        (["adapter_config.json", "model-00001-of-00002.safetensors"], False),
        (["adapter_config.json", "model.safetensors.index.json"], False),
        (["pytorch_model.bin"], False),
        (["unet/diffusion_pytorch_model.fp16.safetensors"], False),
        (["pytorch_lora_weights.safetensors"], True),
        (["adapter_config.json", "checkpoint-10/model.safetensors"], True),
        (["config.json"], None),
        (["my_style.safetensors"], None),
    ],
)
def test_whether_it_is_an_adapter(read: Read, files: list[str], expected: bool | None) -> None:
    assert values(read({file: {} for file in files})).get("is_adapter") is expected


PIPELINE = {
    "_class_name": "StableDiffusion3Pipeline",
    "transformer": ["diffusers", "SD3Transformer2DModel"],
    "text_encoder": ["transformers", "CLIPTextModel"],
}


def test_a_pipeline(read: Read) -> None:
    component = {"_class_name": "SD3Transformer2DModel", "num_layers": 38, "patch_size": 2, "sample_size": 128}
    declared = read({"model_index.json": PIPELINE, "transformer/config.json": component, "vae/config.json": {}})
    assert [(f.key, f.value, f.file) for f in declared_facts(declared)] == [
        ("diffusers_class", "SD3Transformer2DModel", "transformer/config.json"),
        ("diffusers_class", "StableDiffusion3Pipeline", "model_index.json"),
        ("layers", 38, "transformer/config.json"),
    ]


def test_a_pipeline_that_was_pushed_flat(read: Read) -> None:
    """The config.json at its root is that of a text encoder, and so is the tokenizer."""
    files = {"model_index.json": PIPELINE, "tokenizer_config.json": {"do_lower_case": True, "model_max_length": 77}}
    declared = read(files, config={"model_type": "clip_text_model", "num_hidden_layers": 12})
    assert [f.value for f in declared_facts(declared)] == ["SD3Transformer2DModel", "StableDiffusion3Pipeline"]


BERT_NORMALIZER = (
    '{"version":"1.0","added_tokens":[],"normalizer":{"type":"BertNormalizer","lowercase":true},"model":{}}'
)
SEQUENCE = '{"normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},%s]},"model":'

TOKENIZERS: dict[str, tuple[dict[str, Any], bool | None]] = {
    "nothing": ({}, None),
    "lowers": ({"tokenizer_config.json": {"do_lower_case": True}}, False),
    "keeps": ({"tokenizer_config.json": {"do_lower_case": False}}, True),
    "does not say": ({"tokenizer_config.json": {"model_max_length": 512}}, None),
    "the configuration before tokenizer.json": (
        {"tokenizer_config.json": {"do_lower_case": False}, "tokenizer.json": BERT_NORMALIZER},
        True,
    ),
    "BertNormalizer": ({"tokenizer.json": BERT_NORMALIZER}, False),
    "no normalizer": ({"tokenizer.json": '{"normalizer": null, "model": {}}'}, True),
    "a sequence with Lowercase": ({"tokenizer.json": SEQUENCE % '{"type":"Lowercase"}' + "cut off"}, False),
    "a sequence without": ({"tokenizer.json": SEQUENCE % '{"type":"NFKC"}' + "{}}"}, True),
    "a compiled table": ({"tokenizer.json": SEQUENCE % '{"type":"Precompiled"}' + "{}}"}, None),
    "a token that looks like the key": (
        {"tokenizer.json": '{"added_tokens":["\\"normalizer\\": null"],"normalizer":{"type":"Lowercase"}}'},
        False,
    ),
    "far behind many added tokens": (
        {"tokenizer.json": '{"a":"' + "x" * 50_000 + '","normalizer":{"type":"Lowercase"}}'},
        False,
    ),
    "a speech recogniser's output": (
        {"tokenizer_config.json": {"do_lower_case": False, "tokenizer_class": "Wav2Vec2CTCTokenizer"}},
        None,
    ),
}


@pytest.mark.parametrize(("files", "cased"), TOKENIZERS.values(), ids=TOKENIZERS)
def test_case(read: Read, files: dict[str, Any], cased: bool | None) -> None:
    assert values(read(files)).get("cased") is cased


@pytest.mark.parametrize(
    ("length", "expected"),
    [(512, 512), (512.0, 512), (10**30, None), (1e30, None), ("512", None), (0, None), (None, None)],
)
def test_the_tokenizers_length(read: Read, length: Any, expected: int | None) -> None:
    declared = read({"tokenizer_config.json": {"model_max_length": length}})
    assert values(declared).get("model_max_length") == expected
    assert len(wrong_values(declared)) == (length in ("512", 0))
