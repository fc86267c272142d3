"""Counts that a registry showed and that were wrong, rebuilt: what was counted, and what the files hold.

The numbers are rows of the reference table: two of kind ``hub-wrong``, and one of kind ``exact`` with the scales in it.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from headers import declared, header_of, values
from truename import check
from truename.architecture import measure
from truename.testing import layout_tensors, write_sharded

Specs = dict[str, tuple[str, tuple[int, ...]]]
OLMO_3_7B: dict[str, Any] = {
    "model_type": "olmo2", "vocab_size": 100278, "hidden_size": 4096, "intermediate_size": 11008,
    "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32, "tie_word_embeddings": False,
}  # fmt: skip
R1_DISTILL_QWEN_7B: dict[str, Any] = {
    "model_type": "qwen2", "vocab_size": 152064, "hidden_size": 3584, "intermediate_size": 18944,
    "num_hidden_layers": 28, "num_attention_heads": 28, "num_key_value_heads": 4, "tie_word_embeddings": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "config", "shown", "parameters"),
    [
        ("allenai/Olmo-3-7B-Instruct", OLMO_3_7B, 528_384, 7_298_011_136),
        ("ZonglinY/MOOSE-Star-R1D-7B", R1_DISTILL_QWEN_7B, 333_312, 7_615_616_512),
    ],
)
def test_a_training_framework_wrote_the_number_of_its_vectors_into_the_index(
    name: str, config: dict[str, Any], shown: int, parameters: int, tmp_path: Path
) -> None:
    """``metadata.total_parameters`` is what somebody says; the header is what is there."""
    tensors = layout_tensors(config)
    assert sum(math.prod(shape) for _, shape in tensors.values() if len(shape) == 1) == shown
    write_sharded(tmp_path, tensors, 5_000_000_000)
    (tmp_path / "config.json").write_text(json.dumps(config))
    path = tmp_path / "model.safetensors.index.json"
    index = json.loads(path.read_text())
    index["metadata"]["total_parameters"] = shown
    path.write_text(json.dumps(index))

    report = check(tmp_path, name=name)
    facts = {(fact.key, str(fact.origin)): fact.value for fact in report.facts}
    assert facts["parameters", "weights"] == parameters
    assert facts["index_total_parameters", "declared"] == shown
    assert "SIZ001" not in {finding.code for finding in report.findings}
    assert "SIZ001" in {finding.code for finding in check(tmp_path, name="Olmo-3-32B").findings}


def test_the_scales_of_fp8_blocks_are_no_parameters() -> None:
    """Kimi-K2-Instruct: one scale for each block of 128 by 128 weights."""
    tensors, scales = _kimi_k2()
    config = {"quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}}
    facts = values(measure(header_of(tensors), declared(config)))
    # 56 elements in each of the 61 layers are not explained by the configuration
    assert facts["parameters"] + scales + 56 * 61 == 1_026_470_731_056
    assert facts["quantisation_method"] == "fp8"


def _kimi_k2() -> tuple[Specs, int]:
    """Its tensors, and how many scales are among them."""
    hidden, heads, lora, rope = 7168, 64, 512, 64
    tensors: Specs = {
        "model.embed_tokens.weight": ("BF16", (163840, hidden)),
        "lm_head.weight": ("BF16", (163840, hidden)),
        "model.norm.weight": ("BF16", (hidden,)),
    }
    scales = 0

    def linear(path: str, outputs: int, inputs: int) -> None:
        nonlocal scales
        blocks = (math.ceil(outputs / 128), math.ceil(inputs / 128))
        scales += math.prod(blocks)
        tensors[f"{path}.weight"] = ("F8_E4M3", (outputs, inputs))
        tensors[f"{path}.weight_scale_inv"] = ("F32", blocks)

    for layer in range(61):
        base = f"model.layers.{layer}"
        linear(f"{base}.self_attn.q_a_proj", 1536, hidden)
        linear(f"{base}.self_attn.q_b_proj", heads * 192, 1536)
        linear(f"{base}.self_attn.kv_a_proj_with_mqa", lora + rope, hidden)
        linear(f"{base}.self_attn.kv_b_proj", heads * 256, lora)
        linear(f"{base}.self_attn.o_proj", hidden, heads * 128)
        norms = {"input_layernorm": hidden, "post_attention_layernorm": hidden}
        for norm, width in (norms | {"self_attn.q_a_layernorm": 1536, "self_attn.kv_a_layernorm": lora}).items():
            tensors[f"{base}.{norm}.weight"] = ("BF16", (width,))
        parts = {"mlp": 18432}
        if layer:
            tensors[f"{base}.mlp.gate.weight"] = ("BF16", (384, hidden))
            tensors[f"{base}.mlp.gate.e_score_correction_bias"] = ("F32", (384,))
            parts = {f"mlp.experts.{expert}": 2048 for expert in range(384)} | {"mlp.shared_experts": 2048}
        for part, width in parts.items():
            linear(f"{base}.{part}.gate_proj", width, hidden)
            linear(f"{base}.{part}.up_proj", width, hidden)
            linear(f"{base}.{part}.down_proj", hidden, width)
    return tensors, scales
