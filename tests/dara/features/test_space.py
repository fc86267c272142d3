"""The feature space: names apart from shapes, prefixes apart from names."""

from __future__ import annotations

import pytest

from truename.architecture import abstract_architecture
from truename.dara.features import Features, features_of, features_of_shapes
from truename.formats.header import Tensor, WeightsHeader
from truename.testing.family_tensors import layout_tensors

BERT = {
    "model_type": "bert",
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 512,
    "vocab_size": 30522,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
}


def features(tensors: dict[str, tuple[int, ...] | None]) -> Features:
    header = {name: Tensor("F32", shape, None) for name, shape in tensors.items()}
    return features_of(abstract_architecture(WeightsHeader("safetensors", ("m",), header, {}, {})))


def bert() -> dict[str, tuple[int, ...] | None]:
    return {name: shape for name, (_, shape) in layout_tensors(BERT).items()}


def test_a_prefix_changes_the_frame_alone() -> None:
    plain, wrapped = features(bert()), features({f"wrapper.{name}": shape for name, shape in bert().items()})
    assert plain.names == wrapped.names
    assert plain.shapes == wrapped.shapes
    assert plain.frame < wrapped.frame


def test_a_wrapper_with_a_parameter_of_its_own_is_a_prefix() -> None:
    plain = {**bert(), "cls_token": (1, 1, 128)}
    for prefix in ("wrapper.", "a.b.c.d."):
        assert features({f"{prefix}{name}": shape for name, shape in plain.items()}).names == features(plain).names


def test_a_word_before_a_number_is_no_prefix() -> None:
    plain = features({f"layers.{n}.weight": (8, 8) for n in range(3)})
    assert plain.names == features({f"layers.{n}.weight": (8, 8) for n in range(5)}).names
    assert plain.names != features({f"blocks.{n}.weight": (8, 8) for n in range(3)}).names


def test_lost_names_are_no_names() -> None:
    tensors = bert()
    biased = {name for name in tensors if name.replace(".weight", ".bias") in tensors}
    more = {**tensors, "encoder.layer.0.free.weight": (128, 128)}
    lost = {name if name in biased or "layer" not in name else f"onnx::MatMul_{n}": shape
            for n, (name, shape) in enumerate(more.items())}  # fmt: skip
    found = features(lost)
    assert found.nameless == pytest.approx(1 / len(lost))
    assert found.names == features(tensors).names


def test_matrices_without_a_bias_may_lose_their_names() -> None:
    llama = {f"layers.{n}.{path}.weight": (64, 64) for n in range(2) for path in ("attention.q_proj", "mlp.up_proj")}
    found = features({**llama, "norm.weight": (64,)})
    assert len(found.bare) == len(features(llama).names)
    assert found.bare < found.names
    assert not features(bert()).bare


def test_names_without_shapes_are_names_alone() -> None:
    bare = features(dict.fromkeys(bert()))
    assert bare.names == features(bert()).names
    assert not bare.shapes
    assert not bare.counts


def test_noise_for_names_leaves_the_shapes() -> None:
    noise = {f"t{number:04}": shape for number, shape in enumerate(bert().values())}
    assert features(noise).shapes == features(bert()).shapes
    assert not features(noise).names & features(bert()).names
    assert features(noise).shapes == features_of_shapes([s for s in bert().values() if s is not None]).shapes


def test_depth_does_not_change_names() -> None:
    deeper = {name: shape for name, (_, shape) in layout_tensors({**BERT, "num_hidden_layers": 7}).items()}
    assert features(deeper).names == features(bert()).names
