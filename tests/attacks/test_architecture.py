"""Hostile headers and configurations: measured in bounded depth, or left out, never a traceback."""

from __future__ import annotations

from typing import Any

import pytest

from headers import declared, plain_header, values
from truename.architecture import declared_measures, measure
from truename.testing import TensorSpecs

HUGE = 2**62


@pytest.mark.parametrize(
    "tensors",
    [
        {},
        {"": ("F32", ())},
        {".": ("F32", (1,)), "..": ("I32", ()), "weight": ("U8", ()), ".weight": ("U8", (0,))},
        {"qweight": ("I32", ()), "scales": ("F16", ())},
        {
            "a.qweight": ("I32", (0, 0)),
            "a.scales": ("F16", (0,)),
            "a.g_idx": ("I32", (0,)),
            "a.qzeros": ("I32", (0, 0)),
        },
        {"a.qweight": ("I32", (4, 4)), "a.scales": ("F16", ()), "a.g_idx": ("I32", ()), "a.qzeros": ("I32", ())},
        {"a.weight_packed": ("F32", (4, 4)), "a.weight_scale": ("F32", ())},
        {"a.w_blocks": ("U8", (3,)), "a.w_scales": ("U8", ())},
        {"a.w_blocks": ("U8", ()), "a.w_scales": ("U8", (0, 0, 0))},
        {"a.weight": ("U32", ()), "a.scales": ("F32", ()), "a.biases": ("F32", ())},
        {"a.weight": ("U32", (4, 4)), "a.scales": ("F32", (4, 0)), "a.biases": ("F32", (4, 0))},
        {"a.patch_embed.proj.weight": ("F32", (1, 3, 0, 0)), "a.pos_embed": ("F32", (1, 0, 1))},
        {"m.0.experts.0.w": ("F32", (1,)), "m.1.experts.w": ("F32", (0, 0, 0))},
        {f"x.{i}.{'y' * i}.weight": ("F32", (i,)) for i in range(300)},
        {"e.embed_tokens.weight": ("F32", (HUGE, HUGE)), "lm_head.weight": ("F32", (HUGE, HUGE))},
        {
            "l.0.q_proj.weight": ("F32", (8, 8)),
            "l.0.o_proj.weight": ("F32", (8, 8)),
            "l.0.q_norm.weight": ("F32", (0,)),
        },
        {
            "l.0.q.weight": ("F32", (8, 8)),
            "l.0.o.weight": ("F32", (8, 8)),
            "l.0.norm.weight": ("F32", (8,)),
            "l.0.relative_attention_bias.weight": ("F32", (4, 0)),
        },
    ],
)
@pytest.mark.parametrize(
    "config",
    [
        None,
        {},
        {"head_dim": 0, "num_attention_heads": 0, "num_key_value_heads": -1, "num_experts_per_tok": 10**30},
        {"model_type": ["llama"], "tie_word_embeddings": 1, "text_config": [], "vision_config": {"image_size": "x"}},
        {"model_type": "llama", "quantization_config": {"bits": 10**9, "config_groups": {"g": {"targets": [7]}}}},
        {"quantization": {"bits": 1, "group_size": 1}, "architectures": "LlamaForCausalLM"},
    ],
)  # fmt: skip
def test_measures_end(tensors: TensorSpecs, config: dict[str, Any] | None) -> None:
    facts = values(measure(plain_header(tensors), declared(config)))
    assert facts["tensors"] == len(tensors)
    assert all(value >= 0 for value in facts.values() if isinstance(value, int))
    declared_measures(declared(config), HUGE)


def test_more_kinds_of_tensors_than_any_model_has_are_only_counted() -> None:
    tensors = {f"a{index}.weight": ("F32", (2, 2)) for index in range(20_001)}
    assert values(measure(plain_header(tensors), declared(None))) == {"tensors": 20_001}
