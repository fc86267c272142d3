"""MOD001: which words are judged, what bears them out, and where nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest

from truename.facts import MODEL_TYPE, Fact, Origin
from truename.findings import Severity
from truename.names import claims_of, parse_name
from truename.rules.modality.inputs import Inputs
from truename.rules.rule import Case

RULE = Inputs()
TEXT: dict[str, Any] = {"modalities": ("text",), "all_inputs_seen": True, "vocabulary_size": 152_064}


def outcome(name: str, **facts: Any) -> str:
    return RULE.check(claims_of(parse_name(name)), Case("", **facts).evidence()).outcome.value


@pytest.mark.parametrize(
    "name",
    [
        "Llama-3-8B-Vision", "Qwen2.5-7B-VL-Instruct", "Qwen2.5-VL-7B-Instruct", "gemma-2-9b-vlm-4bit",
        "Qwen2.5-Omni-7B",
        "Qwen2.5-7B-Audio", "Mistral-7B-MLLM", "Qwen2.5-7B-ASR-v2",
    ],
)  # fmt: skip
def test_a_model_of_text(name: str) -> None:
    assert outcome(name, **TEXT) == "flagged"


@pytest.mark.parametrize(
    "name",
    [
        "Llama-2-13b-cls-multimodal-behaviors", "Omni-Mistral-7b", "Qwen2.5-7B-no-vision",
        "Qwen2.5-7B-text-only-vision-removed",
        "Qwen2.5-7B-asr-noise", "Qwen2.5-7B-audio-data", "Qwen2.5-7B-for-vision", "Qwen2.5-7B-VL-LLM-eagle3",
        "Qwen2.5-7B-distilled-from-Qwen2.5-VL",
    ],
)  # fmt: skip
def test_a_word_about_something_else(name: str) -> None:
    assert outcome(name, **TEXT) in ("cannot_tell", "does_not_apply")


def test_speech_in_tokens_of_a_longer_vocabulary() -> None:
    assert outcome("Llama-3.2-3B-TTS", **{**TEXT, "vocabulary_size": 156_940}) == "cannot_tell"
    assert outcome("Llama-3.2-3B-Vision", **{**TEXT, "vocabulary_size": 156_940}) == "flagged"


@pytest.mark.parametrize("declared", ["llava", "qwen2_vl", "qwen2_5_omni"])
def test_a_configuration_that_tells_of_a_tower(declared: str) -> None:
    fact = Fact(MODEL_TYPE, declared, Origin.DECLARED, "config.json")
    assert outcome("Llama-3-8B-Vision", **TEXT, model_type=fact) == "cannot_tell"


def test_sound_over_a_model_that_sees() -> None:
    fact = Fact(MODEL_TYPE, "qwen2_vl", Origin.DECLARED, "config.json")
    facts = {**TEXT, "modalities": ("text", "vision"), "model_type": fact}
    assert outcome("Qwen2-VL-7B-Audio", **facts) == "flagged"
    assert outcome("Qwen2-VL-7B", **facts) == "confirmed"


def test_the_finding_is_a_warning() -> None:
    decision = RULE.check(claims_of(parse_name("Llama-3-8B-Vision")), Case("", **TEXT).evidence())
    assert [finding.severity for finding in decision.findings] == [Severity.WARNING]
    assert decision.findings[0].message == "the name says Vision; the weights take in text, and nothing else"
