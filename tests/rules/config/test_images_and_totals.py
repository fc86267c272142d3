"""CFG007 and CFG008: timm's and diffusers' configurations and the totals of an index, over files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from truename import check
from truename.testing import TensorSpecs, layout_tensors, write_header_only

UNET: TensorSpecs = {
    "conv_in.weight": ("F16", (320, 4, 3, 3)),
    "down_blocks.0.resnets.0.conv2.weight": ("F16", (320, 320, 3, 3)),
    "down_blocks.1.resnets.0.conv2.weight": ("F16", (640, 640, 3, 3)),
    "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": ("F16", (320, 768)),
}
UNET_CONFIG: dict[str, Any] = {
    "_class_name": "UNet2DConditionModel", "block_out_channels": [320, 640], "cross_attention_dim": 768,
    "in_channels": 4,
}  # fmt: skip
TIMM: TensorSpecs = {
    "conv1.weight": ("F32", (64, 3, 7, 7)),
    "layer4.2.conv3.weight": ("F32", (2048, 11_400, 1, 1)),
    "fc.weight": ("F32", (1000, 2048)),
}
TIMM_CONFIG: dict[str, Any] = {
    "architecture": "resnet50", "num_classes": 1000, "num_features": 2048,
    "pretrained_cfg": {"input_size": [3, 224, 224], "first_conv": "conv1", "classifier": "fc"},
}  # fmt: skip
LLAMA: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 2048, "intermediate_size": 5632,
    "num_hidden_layers": 22, "num_attention_heads": 32, "num_key_value_heads": 4, "vocab_size": 32_000,
    "tie_word_embeddings": False, "torch_dtype": "bfloat16",
}  # fmt: skip


def codes(folder: Path, config: Mapping[str, Any], tensors: TensorSpecs, name: str = "model") -> list[str]:
    (folder / "config.json").write_text(json.dumps(config))
    write_header_only(folder / f"{name}.safetensors", tensors)
    return [f"{f.code} {f.message}" for f in check(folder).findings if f.code.startswith("CFG")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"cross_attention_dim": 2048}, "2,048 as the width of the text"),
        ({"in_channels": 9}, "9 as the channels of its input"),
        ({"block_out_channels": [320, 640, 1280]}, "320, 640, 1,280 as the channels of its blocks"),
    ],
)
def test_a_unet(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    found = codes(tmp_path, UNET_CONFIG | change, UNET, "diffusion_pytorch_model")
    assert said in found[0] if said else not found, found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"num_classes": 10}, "10 as the number of its classes"),
        ({"num_features": 512}, "512 as the width of its features"),
        ({"architecture": "resnet18"}, "resnet18, which has 11.7 M parameters"),
        ({"architecture": "vit_base_patch16_224"}, "vit_base_patch16_224, which has 86.6 M parameters"),
        ({"pretrained_cfg": {"input_size": [1, 28, 28]}}, "1 as the channels of its input"),
        ({"num_classes": "many", "num_features": None, "pretrained_cfg": []}, ""),
    ],
)
def test_a_timm_model(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    found = codes(tmp_path, TIMM_CONFIG | change, TIMM)
    assert said in found[0] if said else not found, found


def test_a_configuration_beside_the_weights_of_a_diffusers_model(tmp_path: Path) -> None:
    config = {"model_type": "clip_text_model", "hidden_size": 768, "num_hidden_layers": 12}
    assert "that of a clip_text_model" in codes(tmp_path, config, UNET, "diffusion_pytorch_model")[0]


@pytest.mark.parametrize(("total", "flagged"), [(2_200_096_768, False), (16_060_522_496, True), (300_000_000, True)])
def test_the_total_of_an_index_against_the_configuration(tmp_path: Path, total: int, flagged: bool) -> None:
    (tmp_path / "config.json").write_text(json.dumps(LLAMA))
    weight_map = dict.fromkeys(layout_tensors(LLAMA), "model-00001-of-00001.safetensors")
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    assert any(f.code == "CFG008" for f in check(tmp_path).findings) is flagged


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"num_attention_heads": 24}, "which they do not divide"),
        ({"num_key_value_heads": 32}, "32 key-value heads"),
        ({"head_dim": 128}, "heads of width 128"),
        ({"intermediate_size": 5461}, "an intermediate size of 5,461"),
    ],
)
def test_heads_and_feed_forward_layers(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    found = codes(tmp_path, LLAMA | change, layout_tensors(LLAMA))
    assert any(said in line for line in found), found


def test_a_head_of_another_shape(tmp_path: Path) -> None:
    tensors = {**layout_tensors(LLAMA), "lm_head.weight": ("BF16", (2, 2048))}
    assert any("the output head has 2 rows" in line for line in codes(tmp_path, LLAMA, tensors))
