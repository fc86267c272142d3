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

from truename.testing.family_tensors import layout_tensors
from truename.testing.header_only import TensorSpecs, write_header_only

_PATTERN = 4096  # values of the noise that fills every tensor


class Model(msgspec.Struct, frozen=True):
    """One model folder before it is written."""

    name: str
    config: Mapping[str, Any]
    tensors: TensorSpecs
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
        (folder / "README.md").write_text(f"---\n{front}license: apache-2.0\n---\n# A miniature\n\nMade by truename.\n")
        weights = folder / "model.safetensors"
        write_header_only(weights, self.tensors, {"format": "pt"})
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


def demo_models() -> Iterator[Model]:
    """Five models for a first look: one honest, four whose names say what the files do not hold."""
    yield _model("bert_uncased_L-2_H-128_A-2", _BERT, _card("feature-extraction"), tokenizer=_words("Bert"))
    yield _model(
        "bert-sentiment-uncased",
        _DISTILBERT,
        _card("text-classification"),
        tokenizer=_words("DistilBert"),
        head={**_linear("pre_classifier", 64, 64), **_linear("classifier", 2, 64)},
    )
    yield _model("llama-7b", _LLAMA_1_1B, _card("text-generation"), hollow=True)
    yield _model("mistral-instruct-awq", _small("mistral"), _card("text-generation"))
    yield _model("llama-instruct-128k", _small("llama", context=8192), _card("text-generation"))


def _model(name: str, config: Mapping[str, Any], card: Mapping[str, str], **more: Any) -> Model:
    """A model with every tensor that its configuration implies, and those of its task head."""
    tensors = {**layout_tensors(config, "F16"), **more.pop("head", {})}
    return Model(name, config, tensors, card, **more)


_BERT = {
    "architectures": ["BertModel"],
    "hidden_act": "gelu",
    "hidden_size": 128,
    "intermediate_size": 512,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512,
    "model_type": "bert",
    "num_attention_heads": 2,
    "num_hidden_layers": 2,
    "pad_token_id": 0,
    "type_vocab_size": 2,
    "vocab_size": 1000,
}
_DISTILBERT = {
    "activation": "gelu",
    "architectures": ["DistilBertForSequenceClassification"],
    "dim": 64,
    "hidden_dim": 256,
    "max_position_embeddings": 512,
    "model_type": "distilbert",
    "n_heads": 2,
    "n_layers": 2,
    "pad_token_id": 0,
    "vocab_size": 1000,
}
_LLAMA_1_1B = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_act": "silu",
    "hidden_size": 2048,
    "intermediate_size": 5632,
    "max_position_embeddings": 2048,
    "model_type": "llama",
    "num_attention_heads": 32,
    "num_hidden_layers": 22,
    "num_key_value_heads": 4,
    "rms_norm_eps": 1e-05,
    "rope_theta": 10000.0,
    "tie_word_embeddings": False,
    "torch_dtype": "float16",
    "vocab_size": 32000,
}


def _small(family: str, context: int = 4096) -> dict[str, Any]:
    """The configuration of a Llama or Mistral of two narrow layers."""
    return _LLAMA_1_1B | {
        "architectures": [f"{family.capitalize()}ForCausalLM"],
        "hidden_size": 64,
        "intermediate_size": 176,
        "max_position_embeddings": context,
        "model_type": family,
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "num_key_value_heads": 2,
        "vocab_size": 1000,
    }


def _card(task: str) -> dict[str, str]:
    return {"language": "en", "library_name": "transformers", "pipeline_tag": task}


def _words(family: str) -> dict[str, Any]:
    return {"do_lower_case": True, "model_max_length": 512, "tokenizer_class": f"{family}Tokenizer"}


def _linear(name: str, out: int, into: int) -> TensorSpecs:
    return {f"{name}.weight": ("F16", (out, into)), f"{name}.bias": ("F16", (out,))}
