"""Dimensions from shapes; what shapes do not show is left out."""

from __future__ import annotations

from typing import Any

import pytest

from headers import declared, header_of, plain_header, values
from truename.architecture import measure
from truename.facts import Origin
from truename.testing import TensorSpecs, layout_tensors


def measured(tensors: TensorSpecs, config: dict[str, Any] | None = None) -> dict[str, Any]:
    return values(measure(plain_header(tensors), declared(config)))


@pytest.mark.parametrize(
    ("config", "known"),
    [
        ({"model_type": "llama"}, {"layers": 32, "hidden_size": 4096, "intermediate_size": 11008}),
        ({"model_type": "mistral"}, {"vocabulary_size": 32000, "intermediate_size": 14336}),
        ({"model_type": "gpt2"}, {"layers": 12, "hidden_size": 768, "intermediate_size": 3072, "context_length": 1024}),
        ({"model_type": "opt"}, {"layers": 12, "hidden_size": 768, "context_length": 2048}),
        ({"model_type": "bert"}, {"layers": 12, "hidden_size": 768, "intermediate_size": 3072, "context_length": 512}),
        ({"model_type": "roberta", "max_position_embeddings": 514}, {"context_length": 512}),
        ({"model_type": "qwen3"}, {"heads": 32, "key_value_heads": 32, "head_size": 128}),
        ({"model_type": "gemma", "head_dim": 256}, {"heads": 16, "key_value_heads": 16}),
        ({"model_type": "mixtral"}, {"experts": 8, "layers": 32}),
        ({"model_type": "mistral", "num_attention_heads": 32, "num_key_value_heads": 8}, {"key_value_heads": 8}),
        ({"model_type": "t5"}, {"heads": 8, "layers": 6, "hidden_size": 512, "intermediate_size": 2048}),
        ({"model_type": "phi3"}, {"layers": 32, "intermediate_size": 8192}),
    ],
    ids=lambda value: value.get("model_type") if isinstance(value, dict) else None,
)  # fmt: skip
def test_known(config: dict[str, Any], known: dict[str, Any]) -> None:
    facts = measured(layout_tensors(config), config)
    assert {key: facts.get(key) for key in known} == known


@pytest.mark.parametrize("model_type", ["gpt2", "gpt_neox", "bloom", "phi3"])
def test_fused_projections_show_no_heads(model_type: str) -> None:
    facts = measured(layout_tensors({"model_type": model_type}), {"model_type": model_type})
    assert not {"heads", "key_value_heads", "head_size"} & facts.keys()


def test_nothing_tells_the_heads_of_a_bare_llama() -> None:
    assert not {"heads", "key_value_heads"} & measured(layout_tensors({"model_type": "llama"})).keys()


def test_a_gate_beside_the_queries_is_no_head() -> None:
    tensors = layout_tensors({"model_type": "qwen3"})
    for name, (dtype, shape) in list(tensors.items()):
        if name.endswith("q_proj.weight"):
            tensors[name] = (dtype, (2 * shape[0], shape[1]))
    assert "heads" not in measured(tensors)


def _vit(prefix: str, positions: tuple[int, ...], patch: int, cls: str | None, table: str) -> TensorSpecs:
    tensors = {
        f"{prefix}embeddings.{table}": ("F32", positions),
        f"{prefix}embeddings.patch_embeddings.projection.weight": ("F32", (768, 3, patch, patch)),
        f"{prefix}encoder.layer.0.layernorm_before.weight": ("F32", (768,)),
        f"{prefix}encoder.layer.0.attention.output.dense.weight": ("F32", (768, 768)),
    }
    return tensors | ({f"{prefix}embeddings.{cls}": ("F32", (1, 1, 768))} if cls else {})


@pytest.mark.parametrize(
    ("tensors", "config", "patch", "image"),
    [
        (_vit("vit.", (1, 197, 768), 16, "cls_token", "position_embeddings"), {}, 16, 224),
        (_vit("vit.", (1, 577, 768), 16, "cls_token", "position_embeddings"), {}, 16, 384),
        (_vit("", (1, 1370, 768), 14, "cls_token", "position_embeddings"), {}, 14, 518),
        (_vit("vision_model.", (729, 768), 14, None, "position_embedding.weight"), {}, 14, 378),
        # the grid of 27 x 27 patches is that of 384 pixels too, and the configuration says so
        (_vit("vision_model.", (729, 768), 14, None, "position_embedding.weight"), {"image_size": 384}, 14, 384),
        (_vit("vision_model.", (729, 768), 14, None, "position_embedding.weight"), {"image_size": 224}, 14, 378),
        (_vit("vit.", (1, 198, 768), 16, "cls_token", "position_embeddings"), {}, 16, None),
    ],
)
def test_patches(tensors: TensorSpecs, config: dict[str, Any], patch: int, image: int | None) -> None:
    facts = measured(tensors, config)
    assert (facts["patch_size"], facts.get("image_size")) == (patch, image)


def test_positions_of_an_image_are_no_context() -> None:
    tensors = layout_tensors({"model_type": "llama"})
    tower = "model.embed_tokens_extend.image_embed.embeddings."
    assert "context_length" not in measured({**tensors, tower + "position_embedding.weight": ("BF16", (1024, 1152))})


def test_two_towers_as_equals_have_no_main_stack() -> None:
    tensors: TensorSpecs = {
        "text_model.embeddings.token_embedding.weight": ("F32", (49408, 512)),
        "text_model.embeddings.position_embedding.weight": ("F32", (77, 512)),
        "text_model.encoder.layers.0.layer_norm1.weight": ("F32", (512,)),
        "text_model.encoder.layers.0.mlp.fc1.weight": ("F32", (2048, 512)),
        "vision_model.encoder.layers.0.layer_norm1.weight": ("F32", (768,)),
        "vision_model.encoder.layers.0.mlp.fc1.weight": ("F32", (3072, 768)),
    }
    facts = measured(tensors)
    assert not {"layers", "hidden_size", "language_model_parameters"} & facts.keys()
    assert facts["context_length"] == 77


def test_shared_and_predicting_layers_are_not_counted() -> None:
    albert = {
        "albert.encoder.albert_layer_groups.0.albert_layers.0.attention.query.weight": ("F32", (768, 768)),
        "albert.encoder.albert_layer_groups.0.albert_layers.0.attention.LayerNorm.weight": ("F32", (768,)),
    }
    assert "layers" not in measured(albert)
    tensors = layout_tensors({"model_type": "llama", "num_hidden_layers": 4})
    for name in [n for n in tensors if n.startswith("model.layers.3.")]:
        tensors["model.layers.4." + name.removeprefix("model.layers.3.")] = tensors[name]
    assert measured(tensors)["layers"] == 5
    tensors["model.layers.4.eh_proj.weight"] = ("BF16", (4096, 8192))
    assert measured(tensors)["layers"] == 4


@pytest.mark.parametrize(
    ("key", "config"),
    [("key_value_heads", {"num_attention_heads": 8, "num_key_value_heads": 4}), ("heads", {"head_dim": 32})],
)
def test_a_number_of_the_configuration_makes_a_dimension_declared(key: str, config: dict[str, int]) -> None:
    side = {"q_proj": (256, 256), "k_proj": (128, 256), "v_proj": (128, 256), "o_proj": (256, 256)}
    tensors = {f"model.layers.{n}.self_attn.{name}.weight": shape for n in range(2) for name, shape in side.items()}
    facts = measure(header_of({name: ("F32", shape) for name, shape in tensors.items()}), declared(config))
    (fact,) = [fact for fact in facts if fact.key == key]
    assert (fact.origin, fact.file) == (Origin.DECLARED, "config.json")
