from __future__ import annotations

import pytest

from truename.lab.zoo.entry import Entry, rows_of
from truename.lab.zoo.saved_layouts import older_layouts

GPT2 = {
    "transformer.wte.weight": ("F32", (100, 8)),
    **{f"transformer.h.{i}.attn.c_attn.weight": ("F32", (8, 24)) for i in range(2)},
    "transformer.ln_f.weight": ("F32", (8,)),
}
BERT = {
    "bert.embeddings.position_embeddings.weight": ("F32", (512, 8)),
    "bert.embeddings.LayerNorm.weight": ("F32", (8,)),
    "bert.embeddings.LayerNorm.bias": ("F32", (8,)),
    **{f"bert.encoder.layer.{i}.output.dense.weight": ("F32", (8, 32)) for i in range(4)},
    "classifier.weight": ("F32", (2, 8)),
}
LLAMA = {
    "model.embed_tokens.weight": ("F32", (100, 8)),
    **{f"model.layers.{i}.self_attn.q_proj.weight": ("F32", (8, 8)) for i in range(3)},
    **{f"model.layers.{i}.mlp.gate_proj.weight": ("F32", (16, 8)) for i in range(3)},
    "lm_head.weight": ("F32", (100, 8)),
}


def _layouts(model_type: str, specs: dict, task: str = "text-generation", **config: int) -> dict[str, dict]:
    entry = Entry("transformers", "5", "C", model_type, "C", task, 0, 0, "saved", config, rows_of(specs))
    return {e.layout: {n: (d, s) for n, d, s in e.specs()} for e in older_layouts(entry) if e.layout != "gguf"}


def test_gpt2_has_masks_and_loses_its_prefix():
    found = _layouts("gpt2", GPT2, n_positions=64)
    assert found["masks"].keys() - GPT2.keys() == {
        f"transformer.h.{i}.attn.{mask}" for i in range(2) for mask in ("bias", "masked_bias")
    }
    assert found["masks"]["transformer.h.0.attn.bias"] == ("BOOL", (1, 1, 64, 64))
    assert found["unprefixed"] == {name.removeprefix("transformer."): spec for name, spec in GPT2.items()}
    assert "h.1.attn.masked_bias" in found["unprefixed+masks"]


def test_bert_has_gamma_beta_and_position_ids():
    found = _layouts("bert", BERT, "text-classification")
    assert {"bert.embeddings.LayerNorm.gamma", "bert.embeddings.LayerNorm.beta"} <= found["gamma"].keys()
    assert found["position_ids"]["bert.embeddings.position_ids"] == ("I64", (1, 512))
    assert "unprefixed" not in found  # the head has tensors of its own


def test_llama_has_frequencies_and_the_names_of_its_first_release():
    found = _layouts("llama", LLAMA, hidden_size=8, num_attention_heads=2)
    assert found["inv_freq"]["model.layers.2.self_attn.rotary_emb.inv_freq"] == ("F32", (2,))
    assert set(found["consolidated"]) == {
        "tok_embeddings.weight", "output.weight",
        *(f"layers.{i}.{part}.weight" for i in range(3) for part in ("attention.wq", "feed_forward.w1")),
    }  # fmt: skip


@pytest.mark.parametrize(("library", "layout"), [("timm", "saved"), ("transformers", "memory")])
def test_only_saved_models_of_transformers_have_older_layouts(library, layout):
    entry = Entry(library, "5", "C", "gpt2", "C", "text-generation", 0, 0, layout, {"n_positions": 4}, rows_of(GPT2))
    assert list(older_layouts(entry)) == []


def _gguf(model_type, specs, task="text-generation", library="transformers"):
    pytest.importorskip("gguf")
    entry = Entry(library, "5", "C", model_type, "C", task, 0, 0, "saved", {}, rows_of(specs))
    (gguf,) = [e for e in older_layouts(entry) if e.layout == "gguf"]
    return {name: shape for name, _, shape in gguf.specs()}


def test_gguf_names_the_parts_of_a_block_that_t5_numbers():
    specs = {
        "shared.weight": ("F32", (100, 8)),
        **{f"encoder.block.{i}.layer.0.SelfAttention.q.weight": ("F32", (8, 8)) for i in range(2)},
        **{f"encoder.block.{i}.layer.{j}.layer_norm.weight": ("F32", (8,)) for i in range(2) for j in range(2)},
    }
    assert _gguf("t5", specs, "feature-extraction") == {
        "token_embd.weight": (100, 8),
        **{f"enc.blk.{i}.attn_q.weight": (8, 8) for i in range(2)},
        **{f"enc.blk.{i}.{part}_norm.weight": (8,) for i in range(2) for part in ("attn", "ffn")},
    }


@pytest.mark.parametrize(("model_type", "shape"), [("gpt2", (24, 8)), ("gpt_bigcode", (8, 24))])
def test_gguf_turns_the_weights_of_conv1d_alone(model_type, shape):
    specs = {"transformer.wte.weight": ("F32", (100, 8)), "transformer.h.0.attn.c_attn.weight": ("F32", (8, 24))}
    assert _gguf(model_type, specs)["blk.0.attn_qkv.weight"] == shape


def test_written_families_are_converted_and_tables_of_frequencies_left_out():
    specs = {
        "transformer.wte.weight": ("F32", (100, 8)),
        "transformer.h.0.attn.rotary_emb.inv_freq": ("F32", (2,)),
        "transformer.h.0.attn.c_proj.weight": ("F32", (8, 8)),
    }
    found = _gguf("codeshell", specs, library="families")
    assert found == {"token_embd.weight": (100, 8), "blk.0.attn_output.weight": (8, 8)}


def test_gguf_rewrites_what_the_converter_rewrites():
    specs = {
        "model.embed_tokens.weight": ("F32", (100, 8)),
        "model.layers.0.mlp.gate.e_score_correction_bias": ("F32", (4,)),
    }
    assert _gguf("deepseek_v3", specs) == {"token_embd.weight": (100, 8), "blk.0.exp_probs_b.bias": (4,)}


def test_gguf_joins_experts():
    specs = {
        "model.embed_tokens.weight": ("F32", (100, 8)),
        **{
            f"model.layers.{i}.mlp.experts.{j}.gate_proj.weight": ("F32", (4, 8)) for i in range(3) for j in range(5)
        },
        "model.norm.weight": ("F32", (8,)),
    }  # fmt: skip
    assert _gguf("qwen3_moe", specs) == {
        "token_embd.weight": (100, 8),
        **{f"blk.{i}.ffn_gate_exps.weight": (5, 4, 8) for i in range(3)},
        "output_norm.weight": (8,),
    }
