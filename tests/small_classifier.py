"""A small classifier for tests, made of layouts that the package holds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from truename.architecture import abstract_architecture
from truename.dara.features import features_of, features_of_shapes
from truename.dara.model import Model
from truename.formats.header import Tensor, WeightsHeader
from truename.lab.training.calibration import calibrate
from truename.lab.training.prototypes import Example, fit
from truename.testing.family_tensors import layout_tensors

CONFIGS: dict[str, dict[str, Any]] = {
    "llama": {"num_attention_heads": 8, "num_key_value_heads": 2, "vocab_size": 32000},
    "gpt2": {"n_head": 8, "vocab_size": 50257, "n_positions": 512},
    "bert": {"num_attention_heads": 8, "vocab_size": 30522, "max_position_embeddings": 512, "type_vocab_size": 2},
    "t5": {"num_heads": 8, "vocab_size": 32128, "d_kv": 64},
    "distilbert": {"n_heads": 8, "vocab_size": 30522, "max_position_embeddings": 512},
}


def header(model_type: str, width: int, depth: int) -> WeightsHeader:
    sizes = dict.fromkeys(("hidden_size", "n_embd", "d_model", "dim"), width)
    inner = dict.fromkeys(("intermediate_size", "n_inner", "d_ff", "hidden_dim"), 4 * width)
    depths = dict.fromkeys(("num_hidden_layers", "n_layer", "num_layers", "n_layers"), depth)
    config = {"model_type": model_type, **sizes, **inner, **depths, **CONFIGS[model_type]}
    return of(layout_tensors(config))


def of(tensors: Mapping[str, tuple[str, tuple[int, ...] | None]]) -> WeightsHeader:
    made = {name: Tensor(dtype, shape, None) for name, (dtype, shape) in tensors.items()}
    return WeightsHeader("safetensors", ("model.safetensors",), made, {}, {})


def example(model_type: str, width: int, depth: int) -> Example:
    found = header(model_type, width, depth)
    shapes = [t.shape for _, t in sorted(found.tensors.items()) if t.shape is not None]
    named = features_of(abstract_architecture(found))
    return Example(model_type, f"{model_type}Model", "task", model_type, named, features_of_shapes(shapes))


@cache
def model() -> Model:
    """Trained on two sizes of every type, calibrated on others."""
    trained = fit([example(t, width, depth) for t in CONFIGS for width, depth in ((512, 4), (1024, 12))])
    others = [(width, depth) for width in (256, 768, 1280) for depth in (6, 8, 9)]
    return calibrate(trained, [example(t, width, depth) for t in CONFIGS for width, depth in others])
