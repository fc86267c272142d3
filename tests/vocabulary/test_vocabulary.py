"""The vocabulary: families hold every model type that honest models of their name have, every entry has a source."""

from __future__ import annotations

import pytest

from truename.vocabulary import squeeze, vocabulary

WORDS = vocabulary()


@pytest.mark.parametrize(
    ("family", "model_types"),
    [
        ("bert", {"bert"}),
        ("chinese-roberta", {"bert", "roberta"}),
        ("gpt_neox", {"gpt_neox"}),
        ("phi4", {"phi3"}),
        ("m2m_100", {"m2m_100", "nllb-moe"}),
        ("marian", {"marian"}),
        ("falcon", {"falcon", "RefinedWeb", "RefinedWebModel"}),
        ("qwen2.5-vl", {"qwen2_5_vl", "qwen2_5_vl_text"}),
        ("qwen3", {"qwen3", "qwen3_moe", "qwen3_vl"}),
        ("qwen3.5", {"qwen3_5", "qwen3_5_moe_text"}),
        ("clip", {"clip", "clip_text_model", "clip_vision_model"}),
        ("phi", {"phi", "mixformer-sequential"}),
        ("gemma", {"gemma", "gemma2", "gemma3_text"}),
    ],
)
def test_honest_model_types_are_there(family: str, model_types: set[str]) -> None:
    assert model_types <= WORDS.families[family].model_types


@pytest.mark.parametrize(
    ("family", "model_type"),
    [("bert", "distilbert"), ("bert", "roberta"), ("llama", "mistral"), ("gpt2", "llama"), ("distilbert", "bert")],
)
def test_foreign_model_types_are_not(family: str, model_type: str) -> None:
    assert model_type not in WORDS.families[family].model_types


@pytest.mark.parametrize(
    "alias", ["gpt", "yi", "zephyr", "vicuna", "dolphin", "mythomax", "pygmalion", "granite", "deepseek"]
)
def test_brands_claim_no_architecture(alias: str) -> None:
    assert WORDS.readings[alias].role == "brand"


@pytest.mark.parametrize("alias", ["code-llama", "CodeLlama", "open_llama", "nllb-200", "opus-mt", "xlm-roberta", "T5"])
def test_aliases_are_found_however_they_are_separated(alias: str) -> None:
    assert WORDS.readings[squeeze(alias)].role == "family"


def test_every_entry_has_a_source() -> None:
    entries = [*WORDS.families.values(), *WORDS.task_list, *WORDS.quantisation.values()]
    assert all(entry.source for entry in entries)
    assert all(WORDS.datasets.values())
    assert set(WORDS.sources) == set(WORDS.lists)


def test_a_family_that_claims_has_model_types_and_sizes_are_counts() -> None:
    for family in WORDS.families.values():
        assert family.brand or family.model_types, family.key
        assert all(count > 1_000_000 for counts in family.sizes.values() for count in counts), family.key
        assert set(family.variants.values()) <= set(WORDS.families)


def test_families_of_a_model_type() -> None:
    assert "llama" in {family.key for family in WORDS.family_of_model_type("llama")}
    assert WORDS.family_of_model_type("no_such_type") == ()


@pytest.mark.parametrize(
    ("word", "tag", "head", "architecture"),
    [
        ("squad", "question-answering", "qa_outputs", "ForQuestionAnswering"),
        ("qa", "question-answering", "qa_outputs", "ForQuestionAnswering"),
        ("ner", "token-classification", "classifier", "ForTokenClassification"),
        ("sentiment", "text-classification", "score", "ForSequenceClassification"),
    ],
)
def test_tasks(word: str, tag: str, head: str, architecture: str) -> None:
    task = WORDS.tasks[word]
    assert tag in task.pipeline_tags
    assert head in task.heads
    assert architecture in task.architectures


def test_languages_and_lists() -> None:
    assert WORDS.languages["german"].code == WORDS.languages["deu"].code == WORDS.languages["de"].code == "de"
    assert {"en", "eng", "itc", "gmq", "bcl"} <= WORDS.language_codes
    assert WORDS.packaging["gguf"] == "gguf"
    assert WORDS.precisions["bfloat16"] == "bf16"
    assert WORDS.reuse["fine-tuned"] == "finetuned"
    assert WORDS.alignment["chat"] == "chat"
    assert WORDS.adapters["qlora"] == "qlora"
    assert "base" in WORDS.size_words
    assert WORDS.quantisation["nf4"].bits == 4.0
