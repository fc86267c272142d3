"""Configurations whose values are of any kind, over tensors of several: a check ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from truename import check
from truename.testing import TensorSpecs, layout_tensors, write_header_only

LLAMA: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 64, "intermediate_size": 176,
    "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 100,
}  # fmt: skip
UNET = {"_class_name": "UNet2DConditionModel"}
TIMM = {"architecture": "resnet50"}
ODD: TensorSpecs = {
    "conv_in.weight": ("F32", (4,)), "down_blocks.0.resnets.0.conv2.weight": ("F32", ()), "fc.weight": ("F32", (0, 8)),
    "a.attn2.to_k.weight": ("F32", (1,)), "layers.0.norm.weight": ("F32", (0,)), "conv1.weight": ("F32", (1,)),
}  # fmt: skip
KEYS = (
    "architectures", "draft_vocab_size", "architecture", "num_classes", "num_features", "pretrained_cfg", "_class_name",
    "block_out_channels", "in_channels", "cross_attention_dim", "num_attention_heads", "num_key_value_heads",
    "head_dim", "intermediate_size", "text_config",
)  # fmt: skip
VALUES = (None, True, 0, -1, 2**60, 1.5, "x", [], ["a"], [0, 2], {}, {"classifier": ["fc"], "input_size": [0]})


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("config", "tensors"), [(LLAMA, layout_tensors(LLAMA)), (UNET, ODD), (TIMM, ODD)])
def test_a_check_ends(tmp_path: Path, key: str, config: dict[str, Any], tensors: TensorSpecs) -> None:
    write_header_only(tmp_path / "model.safetensors", tensors)
    for value in VALUES:
        (tmp_path / "config.json").write_text(json.dumps(config | {key: value}))
        assert check(tmp_path, name="Llama-3-8B-eagle3").target
