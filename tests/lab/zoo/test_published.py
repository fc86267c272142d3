"""Known releases in the words of a class's configuration."""

from __future__ import annotations

from typing import Any

from truename.lab.zoo.published import releases_of, settings_of
from truename.releases import Release

RELEASE = Release(
    "owner/some-8b", model_type="llama", layers=32, hidden_size=4096, intermediate_size=14336, heads=32,
    key_value_heads=8, vocabulary_size=128256, tied=False,
)  # fmt: skip
DECODER: dict[str, Any] = {
    "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 8, "vocab_size": 9,
    "num_key_value_heads": 4, "tie_word_embeddings": True, "head_dim": 16,
}  # fmt: skip


def test_a_release_in_the_words_of_a_configuration() -> None:
    found = settings_of(RELEASE, DECODER)
    assert found["num_key_value_heads",] == 8
    assert found["tie_word_embeddings",] is False
    assert found["head_dim",] == 128  # of no source: by the width and the heads


def test_a_nested_language_model_takes_the_values() -> None:
    found = settings_of(RELEASE, {"text_config": DECODER, "hidden_size": 5})
    assert {path[0] for path in found} == {"text_config"}


def test_both_stacks_of_a_pair_take_the_values_of_one() -> None:
    default = dict.fromkeys(("d_model", "encoder_layers", "decoder_layers", "encoder_ffn_dim", "decoder_ffn_dim"), 1)
    found = settings_of(Release("a/b", layers=6, hidden_size=512, intermediate_size=2048, heads=8), default)
    assert found["encoder_layers",] == found["decoder_layers",] == 6
    assert found["decoder_ffn_dim",] == 2048
    deeper = Release("a/b", layers=24, decoder_layers=6, hidden_size=512, intermediate_size=2048, heads=8)
    assert settings_of(deeper, default)["decoder_layers",] == 6


def test_every_structure_of_a_model_type_once() -> None:
    several = releases_of("llama")
    fields = (
        "layers",
        "hidden_size",
        "heads",
        "key_value_heads",
        "intermediate_size",
        "vocabulary_size",
        "tied",
        "head_size",
    )
    shapes = [tuple(getattr(release, field) for field in fields) for release in several]
    assert len(several) > 5
    assert len(set(shapes)) == len(shapes)
    assert releases_of("no-such-type") == ()
