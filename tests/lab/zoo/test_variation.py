from __future__ import annotations

import pytest

from truename.lab.zoo.variation import variations

DECODER = {
    "model_type": "llama", "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32,
    "num_attention_heads": 32, "num_key_value_heads": 32, "vocab_size": 32000, "attention_bias": False,
    "tie_word_embeddings": False,
}  # fmt: skip
COMPOSITE = {
    "model_type": "llava",
    "text_config": DECODER,
    "vision_config": {
        "model_type": "clip_vision_model",
        "hidden_size": 1024,
        "num_attention_heads": 16,
        "projection_dim": 768,
    },
}
MIXTURE = DECODER | {"num_local_experts": 256}


def _all(config: dict, config_id: int, seed: str = "s") -> list[dict]:
    return list(variations(config, seed, config_id))


def test_the_same_text_gives_the_same_changes():
    assert _all(DECODER, 1) == _all(DECODER, 1)
    assert _all(DECODER, 1) != _all(DECODER, 2)
    assert _all(DECODER, 1) != _all(DECODER, 1, "t")


@pytest.mark.parametrize("config_id", range(1, 20))
def test_heads_divide_the_width(config_id):
    for changes in _all(DECODER, config_id):
        now = DECODER | {path[-1]: value for path, value in changes.items()}
        assert now["hidden_size"] % now["num_attention_heads"] == 0
        assert now["num_attention_heads"] % now["num_key_value_heads"] == 0


@pytest.mark.parametrize("config_id", range(1, 8))
def test_the_parts_of_a_composite_change_together(config_id):
    changes = _all(COMPOSITE, config_id)[0]
    widths = {path[0]: value for path, value in changes.items() if path[-1] == "hidden_size"}
    if widths:
        assert widths["text_config"] * 1024 == widths["vision_config"] * 4096


@pytest.mark.parametrize("config_id", range(1, 8))
def test_a_mixture_stays_shallow(config_id):
    depths = [v for path, v in _all(MIXTURE, config_id)[0].items() if path == ("num_hidden_layers",)]
    assert all(depth <= 8 for depth in depths)


def test_later_changes_are_fewer():
    for config_id in range(1, 8):
        sizes = [len(changes) for changes in _all(DECODER, config_id)]
        assert sizes[-1] == 1
        assert sizes[0] == max(sizes)


def test_configurations_vary_in_width_depth_heads_vocabulary_and_ties():
    changed = {path[-1] for config_id in range(1, 6) for path in _all(DECODER, config_id)[0]}
    assert {
        "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
        "vocab_size", "tie_word_embeddings", "attention_bias", "num_labels",
    } <= changed  # fmt: skip
