"""CFG001: what the configuration declares against the shapes."""

from __future__ import annotations

from typing import Any

import pytest

from truename.facts import EXPERTS, HIDDEN_SIZE, LAYERS, VOCABULARY_SIZE, Fact, Key, Origin
from truename.findings import Outcome
from truename.names import claims_of, parse_name
from truename.rules.config.dimensions import ConfigDimensions
from truename.rules.rule import Case, Decision


def declared(key: Key[int], value: int, detail: str | None = None) -> Fact[int]:
    return Fact(key, value, Origin.DECLARED, "config.json", detail, key_path=detail)


def decide(**facts: Any) -> Decision:
    given: dict[str, Any] = {"model_type": "llama", "tensor_model_types": ("llama",), "vocabulary_size": 32_000} | facts
    case = Case("some-model", **given)
    return ConfigDimensions().check(claims_of(parse_name("some-model")), case.evidence())


@pytest.mark.parametrize(
    ("rows", "said", "outcome"),
    [
        (50_304, 50_257, Outcome.CONFIRMED),  # padded to a multiple of 64
        (32_008, 32_000, Outcome.CONFIRMED),  # a few tokens more
        (257_152, 257_216, Outcome.CANNOT_TELL),  # the configuration counts tokens of images, too
        (32_000, 128_256, Outcome.FLAGGED),
        (128_256, 32_000, Outcome.FLAGGED),
    ],
)
def test_vocabularies(rows: int, said: int, outcome: Outcome) -> None:
    assert decide(vocabulary_size=[rows, declared(VOCABULARY_SIZE, said)]).outcome is outcome


def test_every_difference_is_told() -> None:
    decision = decide(layers=[22, declared(LAYERS, 40)], hidden_size=[2048, declared(HIDDEN_SIZE, 5120)])
    assert [f.message for f in decision.findings] == [
        "config.json declares 40 layers; the tensors show 22 layers",
        "config.json declares a hidden size of 5,120; the tensors show a hidden size of 2,048",
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {"encoder_layers": 12, "decoder_layers": 6, "layers": [12, declared(LAYERS, 6)]},
        {"diffusers_class": "FluxPipeline", "layers": [38, declared(LAYERS, 19)]},
        {"formats": ("onnx",), "layers": [2, declared(LAYERS, 12)]},
        {"architectures": ("DeepseekV3ForCausalLMNextN",), "layers": [1, declared(LAYERS, 61)]},
        {"tensor_model_types": ("qwen3",), "experts": [8, declared(EXPERTS, 128)]},
        {"model_type": "llava", "tensor_model_types": ("llava",), "layers": [32, declared(LAYERS, 24)]},
    ],
)
def test_what_is_not_of_one_model_accuses_nobody(facts: dict[str, Any]) -> None:
    assert decide(**facts).outcome in (Outcome.CANNOT_TELL, Outcome.DOES_NOT_APPLY)


def test_a_section_for_the_language_model_is_compared() -> None:
    said = declared(LAYERS, 24, "text_config.num_hidden_layers")
    assert decide(model_type="llava", layers=[32, said]).outcome is Outcome.FLAGGED
