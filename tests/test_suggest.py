"""Names composed of what files hold, and findings mended by one element."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truename.api import judge
from truename.errors import UsageError
from truename.names import parse_name
from truename.rules.rule import Case
from truename.suggest import STYLES, suggest_name, type_word

# ggml docs/gguf.md, as published
GGUF = re.compile(
    r"^(?:(?P<Sidecar>mmproj|mtp)-)?(?P<BaseName>[A-Za-z0-9\s]*(?:(?:-(?:(?:[A-Za-z\s][A-Za-z0-9\s]*)|(?:[0-9\s]*)))*))"
    r"-(?:(?P<SizeLabel>(?:\d+x)?(?:\d+\.)?\d+[A-Za-z](?:-[A-Za-z]+(\d+\.)?\d+[A-Za-z]+)?)"
    r"(?:-(?P<FineTune>[A-Za-z0-9\s-]+))?)?-(?:(?P<Version>v\d+(?:\.\d+)*))(?:-(?P<Encoding>(?!LoRA|vocab)[\w_]+))?"
    r"(?:-(?P<Type>LoRA|vocab))?(?:-(?P<Shard>\d{5}-of-\d{5}))?\.gguf$"
)
BERT = {"model_type": "bert", "parameters": 109_482_240}
LLAMA = {"model_type": "llama", "parameters": 8_030_261_248}
MIXTRAL = {
    "model_type": "mixtral",
    "parameters": 46_702_792_704,
    "active_parameters": 12_879_925_248,
    "experts": 8,
    "experts_per_token": 2,
}


@pytest.mark.parametrize(
    ("facts", "base", "expected"),
    [
        (BERT, None, "bert-base"),
        (BERT | {"cased": False}, None, "bert-base-uncased"),
        (BERT | {"parameters": 60_000_000}, None, "BERT-60M"),
        (LLAMA, None, "Llama-8B"),
        (LLAMA, "Dolphin-2.9", "Dolphin-2.9-8B"),
        (LLAMA, "Dolphin-2.9-8b", "Dolphin-2.9-8b"),
        (LLAMA | {"context_length": 8192, "extended_context_length": 131_072}, None, "Llama-8B"),
        (
            LLAMA | {"context_length": 8192, "extended_context_length": 131_072, "rope_scaling": "yarn"},
            None,
            "Llama-8B-128k",
        ),
        (LLAMA | {"quantisation_method": "gptq", "quantisation_bits": 4}, None, "Llama-8B-GPTQ-Int4"),
        (LLAMA | {"quantisation_method": "bitsandbytes", "quantisation_bits": 4}, None, "Llama-8B-bnb-4bit"),
        (LLAMA | {"quantisation_method": "fp8", "quantisation_bits": 8}, None, "Llama-8B-FP8"),
        (LLAMA | {"quantisation_method": "none", "formats": ("onnx",)}, None, "Llama-8B-ONNX"),
        (LLAMA | {"quantisation_method": "gguf", "formats": ("gguf",)}, None, "Llama-8B-GGUF"),
        (MIXTRAL, None, "Mixtral-46.7B-A12.9B"),
        ({"is_adapter": True, "adapter_rank": 8, "base_models": ("o/Llama-2-7b-hf",)}, None, "Llama-2-7b-hf-LoRA"),
        (BERT | {"tensor_model_types": ("distilbert",), "parameters": 66_362_880}, None, "distilbert-base"),
        ({"model_type": "own_code", "parameters": 3_000_000_000}, None, "own-code-3B"),
        ({"parameters": 3_000_000_000}, None, None),
        ({}, None, None),
    ],
)
def test_hub_names(facts: dict[str, Any], base: str | None, expected: str | None) -> None:
    assert suggest_name(Case("", **facts).evidence(), "hub", base) == expected


@pytest.mark.parametrize(
    ("facts", "base", "expected"),
    [
        (LLAMA, None, "Llama-8.0B-v1.0.gguf"),
        (LLAMA | {"storage_dtypes": ("BF16", "F32")}, None, "Llama-8.0B-v1.0-BF16.gguf"),
        (MIXTRAL, None, "Mixtral-8x7.2B-v1.0.gguf"),
        (LLAMA, "Qwen2.5-VL-7B-Instruct", "Qwen2-5-VL-Instruct-8.0B-v1.0.gguf"),
        (LLAMA | {"is_adapter": True}, None, "Llama-8.0B-v1.0-LoRA.gguf"),
        ({"model_type": "qwen3_5", "parameters": 26_900_000_000}, None, "Qwen3-5-27B-v1.0.gguf"),
        ({"model_type": "llama"}, None, None),
    ],
)
def test_gguf_names(facts: dict[str, Any], base: str | None, expected: str | None) -> None:
    found = suggest_name(Case("", **facts).evidence(), "gguf", base)
    assert found == expected
    assert found is None or GGUF.match(found)


@given(st.text(max_size=40) | st.text(alphabet="ab17x.-_ BQ", max_size=20), st.integers(1, 10**13))
def test_every_gguf_name_conforms_and_says_its_size(base: str, count: int) -> None:
    found = suggest_name(Case("", model_type="llama", parameters=count).evidence(), "gguf", base)
    if found is not None:
        match = GGUF.match(found)
        assert match is not None
        assert match["SizeLabel"] is not None
        assert match["Version"] == "v1.0"


@pytest.mark.parametrize(
    ("facts", "base", "expected"),
    [
        ({"model_type": "vit", "parameters": 86_567_656, "patch_size": 16, "image_size": 224}, None,
         "vit_base_patch16_224"),
        ({"model_type": "vit", "parameters": 86_567_656, "patch_size": 16}, "augreg in21k",
         "vit_base_patch16.augreg_in21k"),
        (LLAMA, None, None),
    ],
)  # fmt: skip
def test_timm_names(facts: dict[str, Any], base: str | None, expected: str | None) -> None:
    assert suggest_name(Case("", **facts).evidence(), "timm", base) == expected


def test_an_unknown_convention() -> None:
    with pytest.raises(UsageError, match="choose one of hub, gguf, timm"):
        suggest_name(Case("").evidence(), "camel")  # type: ignore[arg-type]


@given(st.text(max_size=30), st.sampled_from(STYLES))
def test_any_words_of_the_author_are_borne(base: str, style: Any) -> None:
    found = suggest_name(Case("", **LLAMA).evidence(), style, base)
    assert found is None or found


@pytest.mark.parametrize(
    ("name", "facts", "code", "expected"),
    [
        ("owner/bert-emotion", {"model_type": "distilbert"}, "ARC001", "owner/distilbert-emotion"),
        ("t5-large-ua-news", {"model_type": "mt5"}, "ARC001", "mt5-large-ua-news"),
        ("My_BERT_model_x", {"model_type": "xlm-roberta"}, "ARC001", "My_XLM_RoBERTa_model_x"),
        ("Vikhr-Mistral-7b", {"tensor_model_types": ("gpt2",)}, "ARC002", "Vikhr-GPT-2-7b"),
        ("Vikhr-Mistral-7b", {"tensor_model_types": ("gpt2", "gptj")}, "ARC002", None),
        ("Brand-7b-8bit", {"quantisation_bits": 4}, "QNT002", "Brand-7b-4bit"),
        ("Qwen2.5-VL-7b", {"model_type": "qwen2_vl"}, "ARC001", "Qwen2-VL-7b"),
        ("Qwen2-VL-7b", {"model_type": "gpt2"}, "ARC001", "GPT-2-7b"),
        ("x-Qwen2VL-7b", {"model_type": "gpt2"}, "ARC001", "x-GPT-2-7b"),
    ],
)
def test_one_wrong_element_is_replaced(name: str, facts: dict[str, Any], code: str, expected: str | None) -> None:
    report = judge(parse_name(name), Case("", **facts).evidence(), target="x")
    found = {finding.code: finding.suggestion for finding in report.findings}
    assert found[code] == expected


@pytest.mark.parametrize(
    ("model_type", "word"),
    [
        ("gpt_neox", "GPT-NeoX"),
        ("xlm-roberta", "XLM-RoBERTa"),
        ("m2m_100", "M2M-100"),
        ("phi3", "Phi-3"),
        ("own", "own"),
    ],
)
def test_what_names_call_a_type(model_type: str, word: str) -> None:
    assert type_word(model_type) == word
