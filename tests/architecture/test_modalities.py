"""What tensors show of inputs, experts, nested sizes, projections and packed formats."""

from __future__ import annotations

from typing import Any

import pytest

from headers import declared, header_of, values
from truename.architecture import measure
from truename.testing import TensorSpecs, layout_tensors

LLAMA = {
    "model_type": "llama", "hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 4, "vocab_size": 1000,
    "num_attention_heads": 4, "num_key_value_heads": 4,
}  # fmt: skip
MIXTRAL = {**LLAMA, "model_type": "mixtral", "num_local_experts": 4, "num_experts_per_tok": 2}
TOWER: TensorSpecs = {
    "visual.patch_embed.proj.weight": ("BF16", (64, 3, 14, 14)),
    **{f"visual.blocks.{i}.norm1.weight": ("BF16", (64,)) for i in range(3)},
    **{f"visual.blocks.{i}.attn.qkv.weight": ("BF16", (192, 64)) for i in range(3)},
}


def measured(tensors: TensorSpecs, config: dict[str, Any] | None = None) -> dict[str, Any]:
    return values(measure(header_of(tensors), declared(config)))


def test_a_language_model_takes_in_text_alone() -> None:
    facts = measured(layout_tensors(LLAMA))
    assert facts["modalities"] == ("text",)
    assert facts["all_inputs_seen"] is True
    assert facts["dense"] is True


def test_a_tower_is_seen() -> None:
    facts = measured({**layout_tensors(LLAMA), **TOWER})
    assert facts["modalities"] == ("text", "vision")
    assert facts["all_inputs_seen"] is True


@pytest.mark.parametrize(
    "more",
    [
        {f"eye.blocks.{i}.norm.weight": ("BF16", (64,)) for i in range(3)}
        | {f"eye.blocks.{i}.attn.qkv.weight": ("BF16", (192, 64)) for i in range(3)},  # a stack of nobody knows what
        {"multi_modal_projector.linear_1.weight": ("BF16", (256, 64))},
        {"conv_in.weight": ("BF16", (64, 3, 4, 4))},
        {"patch_embed.proj.weight": ("BF16", (64, 1, 16, 16))},  # patches of a spectrogram
    ],
)
def test_what_is_not_known_is_not_denied(more: TensorSpecs) -> None:
    assert "all_inputs_seen" not in measured({**layout_tensors(LLAMA), **more})


def test_the_convolutions_of_a_state_space_take_in_nothing() -> None:
    more: TensorSpecs = {f"model.layers.{i}.mixer.conv1d.weight": ("BF16", (256, 1, 4)) for i in range(4)}
    assert measured({**layout_tensors(LLAMA), **more})["all_inputs_seen"] is True


def test_a_mixture_is_not_dense() -> None:
    facts = measured(layout_tensors(MIXTRAL), MIXTRAL)
    assert facts["experts"] == 4
    assert "dense" not in facts


@pytest.mark.parametrize(
    "name", ["model.layers.0.mlp.router.weight", "model.layers.0.moe_gate.weight", "model.layers.0.mlp.w1_exps.weight"]
)
def test_any_word_for_a_mixture_leaves_it_open(name: str) -> None:
    assert "dense" not in measured({**layout_tensors(LLAMA), name: ("BF16", (4, 256))})


def test_a_stack_without_a_known_feed_forward_network_leaves_it_open() -> None:
    plain = {name: spec for name, spec in layout_tensors(LLAMA).items() if ".mlp." not in name}
    assert "dense" not in measured(plain)
    several: TensorSpecs = {f"model.layers.{i}.ffn.w1.weight": ("BF16", (4, 512, 256)) for i in range(4)}
    assert "dense" not in measured({**plain, **several})


def test_packed_weights_are_as_dense() -> None:
    packed: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name, (dtype, shape) in layout_tensors(LLAMA).items():
        if name.endswith("_proj.weight"):
            at = name.removesuffix(".weight")
            packed[f"{at}.qweight"] = ("I32", (shape[1] // 8, shape[0]))
            packed[f"{at}.scales"] = ("F16", (shape[1] // 128, shape[0]))
            packed[f"{at}.qzeros"] = ("I32", (shape[1] // 128, shape[0] // 8))
            packed[f"{at}.g_idx"] = ("I32", (shape[1],))
        else:
            packed[name] = (dtype, shape)
    facts = measured(packed)
    assert facts["dense"] is True
    assert facts["quantisation_format"] == "int"


def test_a_nested_model_computes_with_less_than_it_holds() -> None:
    table: TensorSpecs = {"model.embed_tokens_per_layer.weight": ("BF16", (1000, 4 * 64))}
    facts = measured({**layout_tensors(LLAMA), **table}, LLAMA)
    assert facts["effective_parameters"] == facts["non_embedding_parameters"] - 1000 * 4 * 64
    assert "effective_parameters" not in measured(layout_tensors(LLAMA), LLAMA)


def test_projections_are_widths_of_their_own() -> None:
    assert measured({**layout_tensors(LLAMA), "linear.weight": ("BF16", (128, 256))})["other_widths"] == (128, 256)
    assert "other_widths" not in measured(layout_tensors(LLAMA))


@pytest.mark.parametrize(
    ("tensors", "form"),
    [
        ({"weight": ("U32", (256, 32)), "scales": ("U8", (256, 8))}, "mxfp4"),
        ({"weight": ("U32", (256, 64)), "scales": ("U8", (256, 8))}, "mxfp8"),
        ({"weight": ("U32", (256, 32)), "scales": ("U8", (256, 16))}, "nvfp4"),
        ({"weight": ("U8", (256, 128)), "weight_scale": ("F8_E4M3", (256, 16))}, "nvfp4"),
        ({"weight": ("F8_E4M3", (256, 256))}, "fp8"),
    ],
)
def test_the_format_of_packed_weights(tensors: TensorSpecs, form: str) -> None:
    plain = layout_tensors(LLAMA)
    layers = {f"model.layers.{i}.self_attn.q_proj.{role}": spec for i in range(4) for role, spec in tensors.items()}
    rest = {name: spec for name, spec in plain.items() if "q_proj" not in name}
    assert measured({**rest, **layers})["quantisation_format"] == form
