"""Miniature model folders in the real formats: config, card, tokenizer settings and a valid safetensors file.

For the demo and for tests. Tensor names, shapes and settings are what transformers writes for the family;
only the dimensions are small.
"""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from truename.testing.header_only import write_header_only

Shapes = dict[str, tuple[int, ...]]
_PATTERN = 4096  # values of the noise that fills every tensor


class Model(msgspec.Struct, frozen=True):
    """One model folder before it is written."""

    name: str
    config: Mapping[str, Any]
    shapes: Shapes
    dtype: str = "F16"
    card: Mapping[str, str] = {}  # front matter; values are written as they are
    tokenizer: Mapping[str, Any] | None = None
    hollow: bool = False  # header only, the data a hole: for shapes that nobody wants to write out

    def write(self, parent: Path) -> Path:
        """Write the folder below ``parent`` and return it.

        Raises:
            FileExistsError: something of that name is there.
        """
        folder = parent / self.name
        folder.mkdir(parents=True)
        _write_json(folder / "config.json", self.config)
        if self.tokenizer is not None:
            _write_json(folder / "tokenizer_config.json", self.tokenizer)
        front = "".join(f"{key}: {value}\n" for key, value in self.card.items())
        (folder / "README.md").write_text(f"---\n{front}---\n# {self.name}\n\nA miniature, made by truename.\n")
        weights = folder / "model.safetensors"
        write_header_only(weights, {name: (self.dtype, shape) for name, shape in self.shapes.items()}, {"format": "pt"})
        if not self.hollow:
            _fill(weights)
        return folder


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")


def _fill(path: Path) -> None:
    """Write small half-precision noise into the data of a header-only file, the same at every run."""
    noise = random.Random(0)
    pattern = struct.pack(f"<{_PATTERN}e", *(noise.gauss(0.0, 0.02) for _ in range(_PATTERN)))
    with path.open("r+b") as file:
        start = 8 + int.from_bytes(file.read(8), "little")
        left = path.stat().st_size - start
        file.seek(start)
        while left > 0:
            left -= file.write(pattern[:left])


def bert(layers: int, hidden: int, heads: int, *, vocabulary: int = 1000) -> tuple[dict[str, Any], Shapes]:
    """Config and tensors of a BERT with its pre-training head for masked words."""
    config = {
        "architectures": ["BertForMaskedLM"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": hidden,
        "intermediate_size": 4 * hidden,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": 512,
        "num_attention_heads": heads,
        "num_hidden_layers": layers,
        "pad_token_id": 0,
        "type_vocab_size": 2,
        "vocab_size": vocabulary,
    }
    shapes: Shapes = {
        "bert.embeddings.word_embeddings.weight": (vocabulary, hidden),
        "bert.embeddings.position_embeddings.weight": (512, hidden),
        "bert.embeddings.token_type_embeddings.weight": (2, hidden),
        **_norm("bert.embeddings.LayerNorm", hidden),
    }
    for number in range(layers):
        layer = f"bert.encoder.layer.{number}"
        for part in ("query", "key", "value"):
            shapes |= _linear(f"{layer}.attention.self.{part}", hidden, hidden)
        shapes |= _linear(f"{layer}.attention.output.dense", hidden, hidden)
        shapes |= _norm(f"{layer}.attention.output.LayerNorm", hidden)
        shapes |= _linear(f"{layer}.intermediate.dense", 4 * hidden, hidden)
        shapes |= _linear(f"{layer}.output.dense", hidden, 4 * hidden)
        shapes |= _norm(f"{layer}.output.LayerNorm", hidden)
    shapes |= {"cls.predictions.bias": (vocabulary,)}
    shapes |= _linear("cls.predictions.transform.dense", hidden, hidden)
    shapes |= _norm("cls.predictions.transform.LayerNorm", hidden)
    return config, shapes


def distilbert(layers: int, hidden: int, heads: int, *, labels: int = 2) -> tuple[dict[str, Any], Shapes]:
    """Config and tensors of a DistilBERT that classifies text."""
    vocabulary = 1000
    config = {
        "activation": "gelu",
        "architectures": ["DistilBertForSequenceClassification"],
        "model_type": "distilbert",
        "dim": hidden,
        "hidden_dim": 4 * hidden,
        "max_position_embeddings": 512,
        "n_heads": heads,
        "n_layers": layers,
        "pad_token_id": 0,
        "vocab_size": vocabulary,
    }
    shapes: Shapes = {
        "distilbert.embeddings.word_embeddings.weight": (vocabulary, hidden),
        "distilbert.embeddings.position_embeddings.weight": (512, hidden),
        **_norm("distilbert.embeddings.LayerNorm", hidden),
    }
    for number in range(layers):
        layer = f"distilbert.transformer.layer.{number}"
        for part in ("q_lin", "k_lin", "v_lin", "out_lin"):
            shapes |= _linear(f"{layer}.attention.{part}", hidden, hidden)
        shapes |= _norm(f"{layer}.sa_layer_norm", hidden)
        shapes |= _linear(f"{layer}.ffn.lin1", 4 * hidden, hidden)
        shapes |= _linear(f"{layer}.ffn.lin2", hidden, 4 * hidden)
        shapes |= _norm(f"{layer}.output_layer_norm", hidden)
    shapes |= _linear("pre_classifier", hidden, hidden)
    shapes |= _linear("classifier", labels, hidden)
    return config, shapes


def llama(
    layers: int,
    hidden: int,
    heads: int,
    *,
    intermediate: int,
    key_value_heads: int | None = None,
    vocabulary: int = 1000,
    context: int = 2048,
    family: str = "llama",
) -> tuple[dict[str, Any], Shapes]:
    """Config and tensors of a Llama, or of a family with the same tensors (``mistral``)."""
    groups = key_value_heads or heads
    config = {
        "architectures": [f"{family.capitalize()}ForCausalLM"],
        "model_type": family,
        "hidden_act": "silu",
        "hidden_size": hidden,
        "intermediate_size": intermediate,
        "max_position_embeddings": context,
        "num_attention_heads": heads,
        "num_hidden_layers": layers,
        "num_key_value_heads": groups,
        "rms_norm_eps": 1e-05,
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
        "torch_dtype": "float16",
        "vocab_size": vocabulary,
    }
    narrow = hidden // heads * groups
    shapes: Shapes = {"model.embed_tokens.weight": (vocabulary, hidden)}
    for number in range(layers):
        layer = f"model.layers.{number}"
        shapes |= {
            f"{layer}.input_layernorm.weight": (hidden,),
            f"{layer}.self_attn.q_proj.weight": (hidden, hidden),
            f"{layer}.self_attn.k_proj.weight": (narrow, hidden),
            f"{layer}.self_attn.v_proj.weight": (narrow, hidden),
            f"{layer}.self_attn.o_proj.weight": (hidden, hidden),
            f"{layer}.post_attention_layernorm.weight": (hidden,),
            f"{layer}.mlp.gate_proj.weight": (intermediate, hidden),
            f"{layer}.mlp.up_proj.weight": (intermediate, hidden),
            f"{layer}.mlp.down_proj.weight": (hidden, intermediate),
        }
    return config, shapes | {"model.norm.weight": (hidden,), "lm_head.weight": (vocabulary, hidden)}


def _linear(name: str, out: int, into: int) -> Shapes:
    return {f"{name}.weight": (out, into), f"{name}.bias": (out,)}


def _norm(name: str, width: int) -> Shapes:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def demo_models() -> Iterator[Model]:
    """Five models for a first look: one honest, four whose names say what the files do not hold."""
    config, shapes = bert(2, 128, 2)
    card = {"language": "en", "library_name": "transformers", "pipeline_tag": "fill-mask"}
    words = {"do_lower_case": True, "model_max_length": 512, "tokenizer_class": "BertTokenizer"}
    yield Model("bert_uncased_L-2_H-128_A-2", config, shapes, card=card, tokenizer=words)

    config, shapes = distilbert(2, 64, 2)
    card = {"language": "en", "library_name": "transformers", "pipeline_tag": "text-classification"}
    words = {"do_lower_case": True, "model_max_length": 512, "tokenizer_class": "DistilBertTokenizer"}
    yield Model("bert-sentiment-uncased", config, shapes, card=card, tokenizer=words)

    card = {"language": "en", "library_name": "transformers", "pipeline_tag": "text-generation"}
    config, shapes = llama(22, 2048, 32, intermediate=5632, key_value_heads=4, vocabulary=32000)
    yield Model("llama-7b", config, shapes, card=card, hollow=True)

    config, shapes = llama(2, 64, 4, intermediate=176, family="mistral")
    yield Model("mistral-instruct-awq", config, shapes, card=card)

    config, shapes = llama(2, 64, 4, intermediate=176, context=8192)
    words = {"model_max_length": 8192, "tokenizer_class": "LlamaTokenizer"}
    yield Model("llama-instruct-128k", config, shapes, card=card, tokenizer=words)
