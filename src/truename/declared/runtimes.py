"""Configurations that a runtime writes instead of config.json: ONNX Runtime's genai_config.json, MLC's.

Their values are those of a configuration under other keys; what the runtime adds (search, sessions) is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from truename.declared.declared import Document

GENAI, MLC = "genai_config.json", "mlc-chat-config.json"
RUNTIMES = (GENAI, MLC)
_DECODER = ("hidden_size", "num_attention_heads", "num_hidden_layers", "num_key_value_heads")


def as_config(document: Document) -> Document:
    """A runtime's configuration as the config.json that it was made from; empty where it tells no value."""
    data = document.data
    return Document(document.file, dict(_of_genai(data) if document.file == GENAI else _of_mlc(data)))


def _of_genai(data: Mapping[str, Any]) -> Mapping[str, Any]:
    model = data.get("model")
    if not isinstance(model, dict):
        return {}
    decoder = model.get("decoder")
    found = {key: decoder[key] for key in _DECODER if key in decoder} if isinstance(decoder, dict) else {}
    if isinstance(decoder, dict) and "head_size" in decoder:
        found["head_dim"] = decoder["head_size"]
    found |= {key: model[key] for key in ("vocab_size", "bos_token_id", "eos_token_id") if key in model}
    for key, original in (("model_type", "type"), ("max_position_embeddings", "context_length")):
        if original in model:
            found[key] = model[original]
    return found


def _of_mlc(data: Mapping[str, Any]) -> Mapping[str, Any]:
    config = data.get("model_config")
    found = dict(config) if isinstance(config, dict) else {}
    if isinstance(kind := data.get("model_type") or data.get("model_category"), str):
        found["model_type"] = kind
    return found
