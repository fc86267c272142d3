"""Header -> abstract architecture."""

from __future__ import annotations

import pytest

from headers import names_only, plain_header
from truename.architecture import Block, Layer, Operation, abstract_architecture
from truename.testing import layout_tensors


def _layer(block: Block, name: str) -> Layer:
    return next(layer for layer in block.variants[0].layers if layer.name == name)


def test_a_decoder_is_one_block_of_like_layers() -> None:
    architecture = abstract_architecture(plain_header(layout_tensors({"model_type": "llama"})))
    (block,) = architecture.blocks
    assert (block.path, block.count, len(block.variants)) == ("model.layers", 32, 1)
    assert [layer.name for layer in architecture.layers] == ["model.embed_tokens", "model.norm", "lm_head"]
    query = _layer(block, "self_attn.q_proj")
    assert (query.operation, dict(query.parameters)) == (Operation.LINEAR, {"weight": (4096, 4096)})
    assert _layer(block, "input_layernorm").operation is Operation.NORM


def test_experts_are_a_block_inside() -> None:
    architecture = abstract_architecture(plain_header(layout_tensors({"model_type": "mixtral"})))
    (variant,) = architecture.blocks[0].variants
    (experts,) = variant.blocks
    assert (experts.path, experts.count) == ("block_sparse_moe.experts", 8)
    assert {layer.name for layer in variant.layers if layer.operation is Operation.ROUTER} == {"block_sparse_moe.gate"}


def test_unlike_members_are_variants() -> None:
    tensors = layout_tensors({"model_type": "llama", "num_hidden_layers": 4})
    tensors["model.layers.2.self_attn.q_proj.bias"] = ("BF16", (4096,))
    (block,) = abstract_architecture(plain_header(tensors)).blocks
    assert [variant.count for variant in block.variants] == [3, 1]


def test_outputs_come_first_also_for_conv1d_and_packed_weights() -> None:
    (block,) = abstract_architecture(plain_header(layout_tensors({"model_type": "gpt2"}))).blocks
    assert _layer(block, "attn.c_attn").parameters["weight"] == (2304, 768)
    packed = plain_header(
        {
            "m.0.proj.qweight": ("I32", (512, 1024)),
            "m.0.proj.qzeros": ("I32", (32, 128)),
            "m.0.proj.scales": ("F16", (32, 1024)),
            "m.0.proj.g_idx": ("I32", (4096,)),
        }
    )
    (block,) = abstract_architecture(packed).blocks
    assert dict(_layer(block, "proj").parameters) == {"weight": (1024, 4096)}


def test_names_alone_are_enough() -> None:
    tensors = layout_tensors({"model_type": "qwen3_moe", "num_experts": 4, "num_hidden_layers": 3})
    known, named = abstract_architecture(plain_header(tensors)), abstract_architecture(names_only(list(tensors)))
    assert [(b.path, b.count) for b in known.blocks] == [(b.path, b.count) for b in named.blocks]
    assert all(shape is None for layer in named.layers for shape in layer.parameters.values())


def test_an_empty_header_has_no_parts() -> None:
    assert abstract_architecture(names_only([])) == abstract_architecture(plain_header({}))


@pytest.mark.parametrize(
    "names",
    [
        [".".join(["0"] * 5000)],
        [".".join(["a"] * 5000)],
        ["." * 5000, "", ".", "..0..", "0", "9" * 6000, "٣.weight"],
        [f"{i}.{i}.{i}.{i}.{i}.{i}.w" for i in range(2000)],
    ],
)
def test_hostile_names_end_in_bounded_depth(names: list[str]) -> None:
    architecture = abstract_architecture(names_only(names))
    depth, parts = 0, architecture.blocks
    while parts:
        depth, parts = depth + 1, parts[0].variants[0].blocks
    assert depth <= 4
