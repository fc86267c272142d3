from __future__ import annotations

from typing import Any

import pytest

from truename.facts import Origin
from truename.study.registry.metadata import Record, bases_of_tags, config_of, evidence_of, languages_of_tags

EMPTY: dict[str, Any] = dict.fromkeys(Record.__struct_fields__)
TOTAL = 6_738_415_616


def evidence(count: bool = True, **cells: Any) -> Any:
    return evidence_of(Record(**{**EMPTY, **cells}), languages=False, count=count)


def test_config() -> None:
    found = evidence(config=config_of('{"model_type": "llama", "architectures": ["LlamaForCausalLM"], "x": 1}'))
    assert found.value("model_type") == "llama"
    assert found.value("architectures") == ("LlamaForCausalLM",)
    assert {fact.origin for facts in found.facts.values() for fact in facts} == {Origin.DECLARED}


def test_a_config_that_holds_more_documents() -> None:
    found = evidence(config=config_of('{"peft": {"base_model_name_or_path": "o/b", "r": 8}, "model_type": 5}'))
    assert found.value("adapter_base") == "o/b"
    assert found.value("model_type") is None


@pytest.mark.parametrize("text", ["[]", '"llama"', "{", "", "1" * 5000, '{"a":' * 3000 + "1" + "}" * 3000])
def test_a_config_that_is_no_object(text: str) -> None:
    assert not config_of(text).readable
    assert config_of(text).facts == {}


def test_templates_and_tokens_make_no_other_config() -> None:
    text = (
        '{"model_type": "bert", "tokenizer_config": {"do_lower_case": true, "chat_template": "%s", "pad_token": "%s"}}'
    )
    one, other = config_of(text % ("{{ a }}", "<p>")), config_of(text % ("{{ b }}", "<q>"))
    assert one is other
    assert evidence(config=one).value("cased") is False


def test_a_count_of_plain_weights() -> None:
    fact = evidence(total=TOTAL, dtypes=["BF16", "I64"]).get("stored_parameters")
    assert (fact.value, fact.origin, fact.detail) == (TOTAL, Origin.DECLARED, "safetensors.total")
    assert evidence(total=TOTAL).value("stored_parameters") == TOTAL


@pytest.mark.parametrize(
    "cells",
    [
        {"dtypes": ["I32", "F16"]},
        {"tags": ["awq", "4-bit"]},
        {"relation": "quantized"},
        {"config": config_of('{"quantization_config": {"quant_method": "gptq", "bits": 4}}')},
        {"tags": ["lora"]},
        {"count": False},
    ],
)
def test_what_may_be_no_count_of_parameters(cells: dict[str, Any]) -> None:
    assert evidence(total=TOTAL, **cells).get("stored_parameters") is None


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        ({"files": ("adapter_config.json", "adapter_model.safetensors")}, True),
        ({"files": ("config.json", "model.safetensors"), "tags": ["lora"]}, False),
        ({"library": "peft"}, True),
        ({"tags": ["base_model:adapter:o/b"]}, True),
        ({"tags": ["lora"]}, None),
        ({"files": ()}, None),
    ],
)
def test_adapters(cells: dict[str, Any], wanted: bool | None) -> None:
    assert evidence(**cells).value("is_adapter") is wanted


def test_formats_by_the_list_of_files() -> None:
    assert evidence(files=("model.safetensors", "x.Q4_K_M.gguf")).value("formats") == ("safetensors", "gguf")


def test_gguf() -> None:
    found = evidence(gguf={"architecture": "qwen2", "total": 7, "context_length": 4096})
    assert found.value("gguf_architecture") == "qwen2"
    assert found.value("stored_parameters") == 7
    assert found.value("context_length") == 4096
    assert found.value("formats") == ("gguf",)


def test_the_card_is_read_where_it_is_asked_for() -> None:
    assert evidence(card='{"language": ["de"]}').value("languages") is None


def test_languages_of_the_card() -> None:
    record = Record(**{**EMPTY, "card": '{"language": ["de"], "base_model": "o/b"}'})
    assert evidence_of(record, languages=True).value("languages") == ("de",)
    broken = Record(**{**EMPTY, "card": "{"})
    assert evidence_of(broken, languages=True).facts == {}


def test_the_base_of_the_card_where_the_registry_names_none() -> None:
    card = '{"base_model": "o/b", "language": "de"}'
    record = Record(**{**EMPTY, "card": card})
    assert evidence_of(record, languages=False, base=True).value("base_models") == ("o/b",)
    assert evidence_of(record, languages=True).value("base_models") is None
    named = Record(**{**EMPTY, "card": card, "bases": ["o/c"]})
    assert evidence_of(named, languages=True, base=True).value("base_models") == ("o/c",)


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        (["o/b", "finetune:o/b"], ("finetune", ["o/b"])),
        (["a", "b", "merge:a", "merge:b"], ("merge", ["a", "b"])),
        (["quantized:o/b", "finetune:o/c"], (None, ["o/b", "o/c"])),
        (["o/b"], (None, ["o/b"])),
        (["", "adapter:"], ("adapter", [])),
    ],
)
def test_base_models_of_tags(tags: list[str], wanted: tuple[str | None, list[str]]) -> None:
    assert bases_of_tags(tags) == wanted


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        (["pytorch", "bert", "en", "license:mit", "region:us"], ("en",)),
        (["de", "german"], ("de", "german")),
        (["pytorch", "bert", "ner", "dpo", "tts"], ()),
        (["en", "cv"], ()),  # computer vision, or Chuvash
        (["ml"], ()),
        (["en", "deu"], ()),
        (["en", "yue"], ()),
        (["en", "pt-br"], ("en", "pt-br")),
        (["en", "zh-hant"], ()),
        (["en-de"], ()),
        (["en", "multilingual"], ()),
        (["EN"], ()),
    ],
)
def test_languages_of_tags(tags: list[str], wanted: tuple[str, ...]) -> None:
    assert languages_of_tags(tags) == wanted


def test_languages_of_tags_where_there_is_no_card() -> None:
    record = Record(**{**EMPTY, "tags": ["en"]})
    assert evidence_of(record, languages=True).value("languages") == ("en",)
    assert evidence_of(record, languages=False).value("languages") is None
    carded = Record(**{**EMPTY, "tags": ["en"], "card": '{"tags": ["en"]}'})
    assert evidence_of(carded, languages=True).value("languages") is None
