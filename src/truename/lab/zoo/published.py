"""Configurations of known releases: the package's table of releases in the words of a configuration class."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from truename.releases import Release, known_releases

# field of a release -> keys of configurations; those that the class has are set
_KEYS: Mapping[str, tuple[str, ...]] = {
    "layers": ("num_hidden_layers", "n_layer", "n_layers", "encoder_layers", "num_layers"),
    "decoder_layers": ("decoder_layers", "num_decoder_layers"),
    "hidden_size": ("hidden_size", "n_embd", "d_model", "dim"),
    "intermediate_size": ("intermediate_size", "n_inner", "d_ff", "ffn_dim", "encoder_ffn_dim", "hidden_dim"),
    "heads": ("num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads"),
    "key_value_heads": ("num_key_value_heads", "num_kv_heads"),
    "head_size": ("head_dim", "d_kv"),
    "vocabulary_size": ("vocab_size",),
    "experts": ("num_local_experts", "num_experts", "n_routed_experts"),
    "tied": ("tie_word_embeddings",),
}
_BOTH = {
    "encoder_attention_heads": "decoder_attention_heads",
    "encoder_ffn_dim": "decoder_ffn_dim",
    "encoder_layers": "decoder_layers",
    "num_layers": "num_decoder_layers",
}
_NEEDED = ("layers", "hidden_size", "heads", "intermediate_size")


@cache
def releases_of(model_type: str) -> tuple[Release, ...]:
    """The known releases of a model type of which enough is known to build one; each structure once."""
    found: dict[tuple[Any, ...], Release] = {}
    for release in known_releases().releases:
        if release.model_type == model_type and all(getattr(release, field) for field in _NEEDED):
            found.setdefault(tuple(getattr(release, field) for field in _KEYS), release)
    return tuple(found.values())


def settings_of(release: Release, default: Mapping[str, Any]) -> dict[tuple[str, ...], Any]:
    """Changes to a default configuration that make it the release's; of its language model where it nests one."""
    nested = default.get("text_config")
    path = ("text_config",) if isinstance(nested, Mapping) else ()
    level = nested if isinstance(nested, Mapping) else default
    changes: dict[tuple[str, ...], Any] = {}
    for field, keys in _KEYS.items():
        value = getattr(release, field)
        for key in keys if value is not None else ():
            if key in level:
                changes[(*path, key)] = value
                other = _BOTH.get(key)
                if other in level and (field != "layers" or release.decoder_layers is None):
                    changes[(*path, str(other))] = value
    if "head_dim" in level and release.head_size is None and release.heads and release.hidden_size:
        changes[(*path, "head_dim")] = release.hidden_size // release.heads
    return changes
