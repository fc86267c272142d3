"""All plausible counts: buffers, tied copies, packed weights, experts, towers."""

from __future__ import annotations

from typing import Any

import pytest

from headers import declared, header_of, names_only, plain_header, values
from truename.architecture import measure
from truename.formats import Tensor, WeightsHeader
from truename.testing import TensorSpecs, layout_tensors

Specs = dict[str, tuple[str, tuple[int, ...]]]

LLAMA_8B = {
    "model_type": "llama", "vocab_size": 128256, "hidden_size": 4096, "intermediate_size": 14336,
    "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "tie_word_embeddings": False,
}  # fmt: skip
LLAMA_1B = {
    "model_type": "llama", "vocab_size": 128256, "hidden_size": 2048, "intermediate_size": 8192,
    "num_hidden_layers": 16, "num_attention_heads": 32, "num_key_value_heads": 8, "tie_word_embeddings": True,
}  # fmt: skip
SMOL = {
    "model_type": "llama", "vocab_size": 49152, "hidden_size": 576, "intermediate_size": 1536,
    "num_hidden_layers": 30, "num_attention_heads": 9, "num_key_value_heads": 3, "tie_word_embeddings": True,
}  # fmt: skip
GPT2: dict[str, Any] = {"model_type": "gpt2", "n_layer": 12, "n_embd": 768, "n_head": 12}
PYTHIA_70M = {
    "model_type": "gpt_neox", "vocab_size": 50304, "hidden_size": 512, "intermediate_size": 2048,
    "num_hidden_layers": 6, "num_attention_heads": 8, "tie_word_embeddings": False,
}  # fmt: skip


def measured(tensors: TensorSpecs, config: dict[str, Any] | None) -> dict[str, Any]:
    return values(measure(header_of(tensors), declared(config)))


def is_projection(name: str) -> bool:
    return name.endswith("_proj.weight")


def test_gpt2_gives_both_counts() -> None:
    tensors = layout_tensors(GPT2, "F32")
    for layer in range(12):
        tensors[f"transformer.h.{layer}.attn.bias"] = ("F32", (1, 1, 1024, 1024))
        tensors[f"transformer.h.{layer}.attn.masked_bias"] = ("F32", ())
    facts = measured(tensors, GPT2)
    assert facts["parameters"] == 124_439_808
    assert facts["stored_parameters"] == 137_022_720


def test_pythia_gives_both_counts() -> None:
    tensors = layout_tensors(PYTHIA_70M, "F16")
    for layer in range(6):
        base = f"gpt_neox.layers.{layer}.attention."
        tensors[base + "bias"] = ("BOOL", (1, 1, 2048, 2048))
        tensors[base + "masked_bias"] = ("F16", ())
        tensors[base + "rotary_emb.inv_freq"] = ("F16", (8,))
    facts = measured(tensors, PYTHIA_70M)
    assert facts["parameters"] == 70_426_624
    assert facts["stored_parameters"] == 95_592_496


def test_tinyllama_stores_its_rotary_tables() -> None:
    config = {
        "model_type": "llama", "vocab_size": 32000, "hidden_size": 64, "intermediate_size": 256,
        "num_hidden_layers": 8, "num_attention_heads": 16,
    }  # fmt: skip
    tensors = layout_tensors(config)
    for layer in range(8):
        tensors[f"model.layers.{layer}.self_attn.rotary_emb.inv_freq"] = ("F32", (2,))
    facts = measured(tensors, config)
    assert (facts["parameters"], facts["stored_parameters"]) == (4_621_376, 4_621_392)
    assert (facts["heads"], facts["head_size"]) == (16, 4)


def _roberta(vocab: int, hidden: int, layers: int, mlm: bool) -> Specs:
    config = {
        "model_type": "roberta", "vocab_size": vocab, "hidden_size": hidden, "intermediate_size": 4 * hidden,
        "num_hidden_layers": layers, "num_attention_heads": hidden // 64, "max_position_embeddings": 514,
        "type_vocab_size": 1,
    }  # fmt: skip
    tensors: Specs = {
        f"roberta.{name}": spec for name, spec in layout_tensors(config, "F32").items() if "pooler" not in name
    }
    tensors["roberta.embeddings.position_ids"] = ("I64", (1, 514))
    if mlm:
        tensors |= {
            "lm_head.bias": ("F32", (vocab,)), "lm_head.dense.weight": ("F32", (hidden, hidden)),
            "lm_head.dense.bias": ("F32", (hidden,)), "lm_head.layer_norm.weight": ("F32", (hidden,)),
            "lm_head.layer_norm.bias": ("F32", (hidden,)),
        }  # fmt: skip
    else:
        tensors |= {"classifier.weight": ("F32", (5, hidden)), "classifier.bias": ("F32", (5,))}
    return tensors


@pytest.mark.parametrize(
    ("tensors", "parameters", "stored", "heads"),
    [
        (_roberta(50265, 1024, 24, True), 355_412_057, 355_412_571, ("lm_head",)),  # FacebookAI/roberta-large
        (_roberta(32005, 768, 12, False), 110_035_205, 110_035_719, ("classifier",)),  # Jean-Baptiste/camembert-ner
    ],
    ids=["roberta-large", "camembert-ner"],
)
def test_position_ids_are_stored_and_no_parameters(
    tensors: Specs, parameters: int, stored: int, heads: tuple[str, ...]
) -> None:
    facts = measured(tensors, {"model_type": "roberta"})
    assert (facts["parameters"], facts["stored_parameters"]) == (parameters, stored)
    assert facts["head_tensors"] == heads
    assert facts["context_length"] == 512


def test_bert_with_its_pretraining_heads() -> None:
    config = {"model_type": "bert", "architectures": ["BertModel"]}
    tensors: Specs = {f"bert.{name}": spec for name, spec in layout_tensors(config, "F32").items()}
    tensors |= {
        "cls.predictions.bias": ("F32", (30522,)), "cls.predictions.transform.dense.weight": ("F32", (768, 768)),
        "cls.predictions.transform.dense.bias": ("F32", (768,)),
        "cls.predictions.transform.LayerNorm.gamma": ("F32", (768,)),
        "cls.predictions.transform.LayerNorm.beta": ("F32", (768,)),
        "cls.seq_relationship.weight": ("F32", (2, 768)), "cls.seq_relationship.bias": ("F32", (2,)),
    }  # fmt: skip
    facts = measured(tensors, {"model_type": "bert"})
    assert (facts["parameters"], facts["encoder_parameters"]) == (110_106_428, 109_482_240)
    assert facts["pretraining_heads"] == ("cls.predictions", "cls.seq_relationship")
    tensors["cls.predictions.decoder.weight"] = ("F32", (30522, 768))
    tensors["cls.predictions.decoder.bias"] = ("F32", (30522,))
    assert measured(tensors, {"model_type": "bert"})["parameters"] == 110_106_428


def test_t5_keeps_an_unused_table_that_is_stored() -> None:
    config = {
        "model_type": "t5", "d_model": 768, "d_ff": 3072, "num_layers": 12, "num_heads": 12, "d_kv": 64,
    }  # fmt: skip
    tensors = layout_tensors(config, "F32")
    tensors["decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"] = ("F32", (32, 12))
    tensors["encoder.embed_tokens.weight"] = tensors["decoder.embed_tokens.weight"] = ("F32", (32128, 768))
    tensors["lm_head.weight"] = ("F32", (32128, 768))
    facts = measured(tensors, config)
    assert facts["parameters"] == 222_903_936
    assert (facts["encoder_layers"], facts["decoder_layers"], facts["layers"], facts["heads"]) == (12, 12, 12, 12)


@pytest.mark.parametrize(
    ("tie", "shared", "count"),
    [(True, False, 596_049_920), (False, False, 751_632_384), (None, False, 751_632_384), (None, True, 596_049_920)],
)
def test_a_tied_head_counts_once_where_that_is_known(tie: bool | None, shared: bool, count: int) -> None:
    config = {
        "model_type": "qwen3", "vocab_size": 151936, "hidden_size": 1024, "intermediate_size": 3072,
        "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128,
        "tie_word_embeddings": False,
    }  # fmt: skip
    header = plain_header(layout_tensors(config))
    if shared:
        tensors = dict(header.tensors)
        for name in ("lm_head.weight", "model.embed_tokens.weight"):
            old = tensors[name]
            tensors[name] = Tensor(old.dtype, old.shape, old.stored_bytes, storage="0")
        header = WeightsHeader(header.format, header.files, tensors, {}, {})
    facts = values(measure(header, declared(None if tie is None else config | {"tie_word_embeddings": tie})))
    assert facts["parameters"] == count
    assert facts["stored_parameters"] == 751_632_384
    assert facts.get("tied_parameters") == (751_632_384 if tie else None)
    assert facts["bits_per_weight"] == 16.0


# --- packed weights -------------------------------------------------------------------------------------------------


def _gptq(config: dict[str, Any], bits: int, group: int, awq: bool = False) -> Specs:
    packed: Specs = {}
    for name, (dtype, shape) in layout_tensors(config, "F16").items():
        if not is_projection(name):
            packed[name] = (dtype, shape)
            continue
        base = name.removesuffix("weight")
        outputs, inputs = shape
        packed[base + "qweight"] = ("I32", (inputs, outputs * bits // 32) if awq else (inputs * bits // 32, outputs))
        packed[base + "qzeros"] = ("I32", (inputs // group, outputs * bits // 32))
        packed[base + "scales"] = ("F16", (inputs // group, outputs))
        if not awq:
            packed[base + "g_idx"] = ("I32", (inputs,))
    return packed


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
@pytest.mark.parametrize("config_says", [True, False])
def test_gptq_unpacks_by_its_own_shapes(bits: int, config_says: bool) -> None:
    quantisation = {"quantization_config": {"quant_method": "gptq", "bits": 4}} if config_says else {}
    facts = measured(_gptq(LLAMA_8B, bits, 128), LLAMA_8B | quantisation)
    assert facts["parameters"] == 8_030_261_248  # RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16
    assert (facts["quantisation_method"], facts["quantisation_bits"]) == ("gptq", bits)
    assert "llama" in facts["tensor_model_types"]
    assert (facts["intermediate_size"], facts["hidden_size"]) == (14336, 4096)


def test_awq_packs_outputs() -> None:
    facts = measured(_gptq(LLAMA_8B, 4, 128, awq=True), LLAMA_8B)
    assert facts["parameters"] == 8_030_261_248
    assert (facts["quantisation_method"], facts["quantisation_bits"]) == ("awq", 4)
    assert facts["intermediate_size"] == 14336


def _compressed(config: dict[str, Any], bits: int) -> tuple[Specs, dict[str, Any]]:
    packed: Specs = {"lm_head.weight": ("BF16", (config["vocab_size"], config["hidden_size"]))}
    for name, (dtype, shape) in layout_tensors(config).items():
        if not is_projection(name):
            packed[name] = (dtype, shape)
            continue
        outputs, inputs = shape
        packed[name + "_packed"] = ("I32", (outputs, inputs * bits // 32))
        packed[name + "_scale"] = ("BF16", (outputs, 1))
        packed[name + "_shape"] = ("I64", (2,))
    groups = {"group_0": {"targets": ["Linear"], "weights": {"num_bits": bits}}}
    quantisation = {
        "quant_method": "compressed-tensors", "format": "pack-quantized", "config_groups": groups,
        "ignore": ["lm_head"],
    }  # fmt: skip
    return packed, config | {"quantization_config": quantisation}


def test_smollm_w8a16_is_what_it_was_before_packing() -> None:
    tensors, config = _compressed(SMOL, 8)
    facts = measured(tensors, config)
    assert facts["stored_parameters"] == 83_356_260  # what a registry showed
    assert facts["parameters"] == 134_515_008
    assert (facts["quantisation_method"], facts["quantisation_bits"]) == ("compressed-tensors", 8)


def test_groups_name_their_layers() -> None:
    tensors, config = _compressed(SMOL, 4)
    for name, (dtype, shape) in list(tensors.items()):
        if name.endswith("down_proj.weight_packed"):
            tensors[name] = (dtype, (shape[0], 1536 * 8 // 32))
    config["quantization_config"]["config_groups"] = {
        "group_0": {"targets": ["re:.*(q|k|v|o|gate|up)_proj$"], "weights": {"num_bits": 4}},
        "group_1": {"targets": ["re:.*down_proj"], "weights": {"num_bits": 8}},
    }
    assert measured(tensors, config)["parameters"] == 134_515_008


def test_quantisation_may_be_nested() -> None:
    tensors, config = _compressed(SMOL, 8)
    text = {"quantization_config": config.pop("quantization_config"), "tie_word_embeddings": True}
    assert measured(tensors, {"model_type": "some_vlm", "text_config": text})["parameters"] == 134_515_008


def test_fp8_dynamic_has_scales_and_a_copied_head() -> None:
    tensors: Specs = {"lm_head.weight": ("BF16", (128256, 2048))}
    for name, (dtype, shape) in layout_tensors(LLAMA_1B).items():
        tensors[name] = ("F8_E4M3", shape) if is_projection(name) else (dtype, shape)
        if is_projection(name):
            tensors[name + "_scale"] = ("BF16", (shape[0], 1))
    facts = measured(tensors, LLAMA_1B)
    assert facts["stored_parameters"] == 1_498_859_520  # RedHatAI/Llama-3.2-1B-Instruct-FP8-dynamic
    assert facts["parameters"] == 1_235_814_400
    assert (facts["quantisation_method"], facts["quantisation_bits"]) == ("fp8", 8)


def test_bitsandbytes_4_bit_is_stored_flat() -> None:
    tensors: Specs = {}
    for name, (dtype, shape) in layout_tensors(LLAMA_1B).items():
        if not is_projection(name):
            tensors[name] = (dtype, shape)
            continue
        elements = shape[0] * shape[1]
        tensors[name] = ("U8", (elements // 2, 1))
        tensors[name + ".absmax"] = ("U8", (elements // 64,))
        tensors[name + ".quant_map"] = ("F32", (16,))
        tensors[name + ".nested_absmax"] = ("F32", (elements // 64 // 256,))
        tensors[name + ".nested_quant_map"] = ("F32", (256,))
        tensors[name + ".quant_state.bitsandbytes__nf4"] = ("U8", (152,))
    facts = measured(tensors, LLAMA_1B)
    assert facts["parameters"] == 1_235_814_400
    assert (facts["quantisation_method"], facts["quantisation_bits"]) == ("bitsandbytes", 4)
    assert facts["layers"] == 16
    assert "llama" in facts["tensor_model_types"]


def test_bitsandbytes_8_bit_keeps_its_shape() -> None:
    tensors: Specs = {}
    for name, (dtype, shape) in layout_tensors(LLAMA_1B).items():
        tensors[name] = ("I8", shape) if is_projection(name) else (dtype, shape)
        if is_projection(name):
            tensors[name.removesuffix("weight") + "SCB"] = ("F32", (shape[0],))
            tensors[name + "_format"] = ("U8", ())
    facts = measured(tensors, LLAMA_1B)
    assert facts["parameters"] == 1_235_814_400
    assert (facts["quantisation_method"], facts["quantisation_bits"]) == ("bitsandbytes", 8)


@pytest.mark.parametrize("config_says", [True, False])
@pytest.mark.parametrize("bits", [3, 4, 6, 8])
def test_mlx_packs_inputs_in_u32(bits: int, config_says: bool) -> None:
    tensors: Specs = {}
    for name, (dtype, shape) in layout_tensors(LLAMA_1B).items():
        if len(shape) != 2:
            tensors[name] = (dtype, shape)
            continue
        base = name.removesuffix("weight")
        tensors[name] = ("U32", (shape[0], shape[1] * bits // 32))
        tensors[base + "scales"] = tensors[base + "biases"] = ("BF16", (shape[0], shape[1] // 64))
    quantisation = {"quantization": {"group_size": 64, "bits": bits}} if config_says else {}
    facts = measured(tensors, LLAMA_1B | quantisation)
    assert facts["parameters"] == 1_235_814_400
    assert (facts["quantisation_method"], facts["quantisation_bits"]) == ("mlx", bits)
    assert facts["bits_per_weight"] == pytest.approx(bits + 0.5, abs=0.01)


def _gpt_oss() -> Specs:
    hidden, experts = 2880, 128
    tensors: Specs = {
        "model.embed_tokens.weight": ("BF16", (201088, hidden)), "lm_head.weight": ("BF16", (201088, hidden)),
        "model.norm.weight": ("BF16", (hidden,)),
    }  # fmt: skip
    for layer in range(36):
        base = f"model.layers.{layer}."
        for name, rows, columns in (
            ("q_proj", 4096, hidden), ("k_proj", 512, hidden), ("v_proj", 512, hidden), ("o_proj", hidden, 4096),
        ):  # fmt: skip
            tensors[f"{base}self_attn.{name}.weight"] = ("BF16", (rows, columns))
            tensors[f"{base}self_attn.{name}.bias"] = ("BF16", (rows,))
        tensors[base + "self_attn.sinks"] = ("BF16", (64,))
        tensors[base + "input_layernorm.weight"] = tensors[base + "post_attention_layernorm.weight"] = (
            "BF16",
            (hidden,),
        )
        tensors[base + "mlp.router.weight"] = ("BF16", (experts, hidden))
        tensors[base + "mlp.router.bias"] = ("BF16", (experts,))
        for name, rows in (("gate_up_proj", 2 * hidden), ("down_proj", hidden)):
            tensors[f"{base}mlp.experts.{name}_blocks"] = ("U8", (experts, rows, 90, 16))
            tensors[f"{base}mlp.experts.{name}_scales"] = ("U8", (experts, rows, 90))
            tensors[f"{base}mlp.experts.{name}_bias"] = ("BF16", (experts, rows))
    return tensors


def test_gpt_oss_blocks_hold_two_values_a_byte() -> None:
    config = {"model_type": "gpt_oss", "num_experts_per_tok": 4, "num_local_experts": 128, "head_dim": 64}
    facts = measured(_gpt_oss(), config)
    assert facts["parameters"] == 116_829_156_672
    assert facts["experts"] == 128
    assert facts["active_parameters"] == pytest.approx(5.7e9, rel=0.02)  # 5.1 B, and its input embedding
    assert (facts["quantisation_method"], facts["quantisation_bits"]) == ("mxfp4", 4)


def _kimi_k2() -> Specs:
    tensors: Specs = {
        "model.embed_tokens.weight": ("BF16", (163840, 7168)), "lm_head.weight": ("BF16", (163840, 7168)),
        "model.norm.weight": ("BF16", (7168,)),
    }  # fmt: skip

    def linear(name: str, rows: int, columns: int) -> None:
        tensors[name + ".weight"] = ("F8_E4M3", (rows, columns))
        tensors[name + ".weight_scale_inv"] = ("F32", (-(-rows // 128), -(-columns // 128)))

    def gated(base: str, width: int) -> None:
        linear(base + "gate_proj", width, 7168)
        linear(base + "up_proj", width, 7168)
        linear(base + "down_proj", 7168, width)

    for layer in range(61):
        base = f"model.layers.{layer}."
        linear(base + "self_attn.q_a_proj", 1536, 7168)
        linear(base + "self_attn.q_b_proj", 64 * 192, 1536)
        linear(base + "self_attn.kv_a_proj_with_mqa", 576, 7168)
        linear(base + "self_attn.kv_b_proj", 64 * 256, 512)
        linear(base + "self_attn.o_proj", 7168, 64 * 128)
        for name, width in (
            ("self_attn.q_a_layernorm", 1536), ("self_attn.kv_a_layernorm", 512), ("input_layernorm", 7168),
            ("post_attention_layernorm", 7168),
        ):  # fmt: skip
            tensors[f"{base}{name}.weight"] = ("BF16", (width,))
        if layer == 0:
            gated(base + "mlp.", 18432)
            continue
        tensors[base + "mlp.gate.weight"] = ("BF16", (384, 7168))
        tensors[base + "mlp.gate.e_score_correction_bias"] = ("F32", (384,))
        gated(base + "mlp.shared_experts.", 2048)
        for expert in range(384):
            gated(f"{base}mlp.experts.{expert}.", 2048)
    return tensors


def test_kimi_k2_a_trillion_in_fp8() -> None:
    config = {"model_type": "kimi_k2", "num_experts_per_tok": 8, "quantization_config": {"quant_method": "fp8"}}
    facts = measured(_kimi_k2(), config)
    assert facts["parameters"] == 1_026_408_232_448
    # What a registry showed when it still counted scales; 3,416 elements of it are not in the published layout.
    assert facts["stored_parameters"] == 1_026_470_731_056 - 3_416
    assert (facts["layers"], facts["experts"], facts["hidden_size"]) == (61, 384, 7168)
    assert facts["active_parameters"] == pytest.approx(32.9e9, rel=0.02)


@pytest.mark.parametrize(
    ("role", "scale", "method"),
    [
        ("weight_packed", ("F8_E4M3", (64, 8)), "nvfp4"),
        ("weight_packed", ("U8", (64, 4)), "mxfp4"),
        ("weight", ("F8_E4M3", (64, 8)), "nvfp4"),
    ],
)
def test_fp4_pairs_in_bytes(role: str, scale: tuple[str, tuple[int, ...]], method: str) -> None:
    tensors: Specs = {
        f"a.0.q_proj.{role}": ("U8", (64, 64)), "a.0.q_proj.weight_scale": scale, "a.0.norm.weight": ("BF16", (128,)),
    }  # fmt: skip
    facts = measured(tensors, None)
    assert facts["parameters"] == 64 * 128 + 128
    assert facts["quantisation_method"] == method


def test_fp4_experts_by_declaration() -> None:
    tensors: Specs = {
        "m.0.ffn.experts.0.w1.weight": ("I8", (64, 64)), "m.0.ffn.experts.0.w1.scale": ("F8_E8M0", (64, 4)),
        "m.0.ffn.shared_experts.w1.weight": ("F8_E4M3", (64, 128)), "m.0.norm.weight": ("BF16", (128,)),
    }  # fmt: skip
    config = {"expert_dtype": "fp4", "quantization_config": {"quant_method": "fp8"}}
    assert measured(tensors, config)["parameters"] == 2 * 64 * 64 + 64 * 128 + 128


def test_an_unknown_packing_gives_no_count() -> None:
    facts = measured({"a.0.w.trellis": ("I16", (64, 64, 64)), "a.0.norm.weight": ("F16", (64,))}, None)
    assert "parameters" not in facts
    assert "quantisation_method" not in facts
    assert facts["stored_parameters"] == 64**3 + 64


def test_a_learned_scale_is_a_parameter() -> None:
    tensors: Specs = {"a.0.scale": ("F32", (7,)), "a.0.w.weight": ("F32", (3, 5)), "logit_scale": ("F32", ())}
    facts = measured(tensors, None)
    assert facts["parameters"] == 7 + 15 + 1
    assert facts["stored_parameters"] == 7 + 15  # a registry leaves scalars out


def test_vision_tower_is_told_apart() -> None:
    tensors = layout_tensors(LLAMA_1B)
    tower: Specs = {
        "model.visual.patch_embed.proj.weight": ("BF16", (1280, 3, 14, 14)),
        "model.visual.blocks.0.attn.qkv.weight": ("BF16", (3840, 1280)),
        "model.multi_modal_projector.linear_1.weight": ("BF16", (2048, 1280)),
    }
    facts = measured({**tensors, **tower}, LLAMA_1B)
    assert facts["language_model_parameters"] == 1_235_814_400
    assert facts["parameters"] > 1_235_814_400
    assert (facts["layers"], facts["patch_size"]) == (16, 14)


def test_names_alone_give_no_counts() -> None:
    facts = values(measure(names_only(list(layout_tensors(LLAMA_8B))), declared(LLAMA_8B)))
    assert (facts["layers"], facts["head_tensors"], facts["tensors"]) == (32, ("lm_head",), 291)
    assert not {"parameters", "stored_parameters", "bits_per_weight", "quantisation_method"} & facts.keys()


def test_self_reported_totals_are_not_believed() -> None:
    header = header_of(layout_tensors(LLAMA_1B))
    lying = WeightsHeader(header.format, header.files, header.tensors, {}, {"total_parameters": "528384"})
    assert values(measure(lying, declared(LLAMA_1B)))["parameters"] == 1_235_814_400
