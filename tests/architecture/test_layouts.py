"""Layouts against transformers' own classes, name by name and shape by shape."""

from __future__ import annotations

from typing import Any

import pytest

from truename.architecture.buffers import is_buffer
from truename.architecture.layouts import families, layout_of
from truename.architecture.model_config import Settings
from truename.architecture.templates import TensorGroup, template_of
from truename.errors import UsageError
from truename.testing import layout_tensors, saved_shapes

VARIANTS: dict[str, list[dict[str, Any]]] = {
    "llama": [
        {"num_key_value_heads": 8, "attention_bias": True, "mlp_bias": True},
        {"head_dim": 64, "tie_word_embeddings": True},
    ],
    "mistral": [{"head_dim": 64}],
    "qwen2": [{"num_key_value_heads": 2}],
    "qwen3": [{"attention_bias": True, "num_key_value_heads": 4}],
    "gemma2": [{"attention_bias": True}],
    "phi3": [{"num_key_value_heads": 8}],
    "mixtral": [{"num_local_experts": 4}],
    "qwen2_moe": [{"num_experts": 4}],
    "qwen3_moe": [{"num_experts": 4, "num_hidden_layers": 3}],
    "stablelm": [{"use_qkv_bias": True}],
    "gpt2": [{"n_inner": 100, "tie_word_embeddings": False}],
    "gpt_neox": [{"attention_bias": False}],
    "falcon": [
        {"multi_query": False},
        {"new_decoder_architecture": True, "num_kv_heads": 8, "hidden_size": 8192, "num_attention_heads": 128},
    ],
    "t5": [{"feed_forward_proj": "gated-gelu", "num_decoder_layers": 3}],
}
CASES = [(family, change) for family in families() for change in ({}, *VARIANTS.get(family, ()))]


def test_there_are_enough_families() -> None:
    assert len(families()) >= 25
    assert set(VARIANTS) <= set(families())


@pytest.mark.parametrize(("family", "change"), CASES, ids=[f"{f}-{'-'.join(c) or 'default'}" for f, c in CASES])
@pytest.mark.filterwarnings("ignore")
def test_layout_is_what_transformers_saves(family: str, change: dict[str, Any]) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("transformers", reason="transformers is not installed")
    config = {"model_type": family, **change}
    layout = layout_of(Settings(config))
    assert layout is not None
    saved = {
        name: shape
        for name, shape in saved_shapes(layout.class_name, change).items()
        if not is_buffer(TensorGroup(template_of(name), None, shape, 1, 0, name), frozenset())
    }
    assert {name: shape for name, (_, shape) in layout_tensors(config).items()} == saved


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"model_type": "no_such_family"},
        {"model_type": "llama", "hidden_size": -1},
        {"model_type": "llama", "hidden_size": "4096"},
        {"model_type": "llama", "num_hidden_layers": 2**60},
        {"model_type": "opt", "word_embed_proj_dim": 512, "hidden_size": 1024},
        {"model_type": "falcon", "bias": True},
        {"model_type": "qwen3_moe", "mlp_only_layers": [0]},
        {"model_type": "phi", "qk_layernorm": True},
    ],
)
def test_no_layout_where_the_structure_is_not_known(config: dict[str, Any]) -> None:
    assert layout_of(Settings(config)) is None
    with pytest.raises(UsageError, match="no layout"):
        layout_tensors(config)
