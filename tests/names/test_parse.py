"""Names are read into the elements that people mean; the table holds real names, read one by one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from truename.names import Convention, Role, claims_of, parse_name

TABLE = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))["name"]


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("row", TABLE, ids=[row["name"] for row in TABLE])
def test_the_claims_of_real_names(row: dict[str, Any]) -> None:
    found = [
        [str(e.kind), str(e.role), e.text, plain(e.value)]
        for e in parse_name(row["name"]).claiming
        if e.value is not None
    ]
    assert found == row["elements"]


def test_the_table_is_large_enough() -> None:
    assert len({row["name"] for row in TABLE}) >= 150


def values(name: str, *roles: Role) -> list[Any]:
    return [claim.value for claim in claims_of(parse_name(name)).of(*roles)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("foo-7b", [7_000_000_000]),
        ("pythia-560m", [560_000_000]),
        ("foo-1.5B", [1_500_000_000]),
        ("internlm2-chat-1_8b", [1_800_000_000]),
        ("facebook-opt-1-3b", [1_300_000_000]),
        ("Qwen-1_8B", [1_800_000_000]),
        ("bloom-1b7", [1_700_000_000]),
        ("llama65B", [65_000_000_000]),
        ("oasstpythia1.5brm", [1_500_000_000]),
        ("RUTERGPT13B", [13_000_000_000]),
        ("llama-3-8b", [8_000_000_000]),
        ("gemma2b", [2_000_000_000]),
        ("pythia-14m", [14_000_000]),
        ("SOLAR-0-70b", [70_000_000_000]),
        ("Qwen1.5-0-5b", [500_000_000]),
        ("TinyStories-33M", [33_000_000]),
        ("esm2_t6_8M_UR50D", [8_000_000]),
        ("vit-mae300m", [300_000_000]),
        ("FS8B-finetuned", [8_000_000_000]),
        # no counts of parameters
        ("foo-s34B", []),
        ("foo-lvd1689m", []),
        ("foo-full2b", []),
        ("Mixtral-8-x-7B", []),
        ("foo-8061B", []),
        ("foo-5ad8061b", []),
        ("foo-9c1d7b3e8061b22fa0", []),
        ("foo-550e8400-e29b-41d4-a716-44665544007b", []),
        ("bert-100b-tokens", []),
        ("foo-10m-steps", []),
        ("foo-20240131", []),
        ("foo-007b", []),
        ("gpt2m", []),
        ("foo-1-3b", []),
        ("roberta-base-100M", []),
        ("gemma-3n-E4B", []),
        ("autotrain-7b-81234", []),
        ("foo-epoch-2.5", []),
        ("foo-lr1e-5", []),
        ("foo-1000steps-20epoch-256token", []),
        ("foo-1T", []),
    ],
)
def test_counts_of_parameters(name: str, expected: list[int]) -> None:
    assert values(name, Role.PARAMETERS) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Phi-3-mini-4k-instruct", [4096]),
        ("Phi-3-mini-128k-instruct", [131_072]),
        ("Yi-34B-200K", [200_000]),
        ("Qwen2.5-7B-Instruct-1M", [1_000_000]),
        ("vicuna-13b-v1.5-16k", [16_384]),
        ("superhot-8k", [8192]),
        ("wav2vec2-base-16k", []),
        ("llama-7b-12k-context", [12_000]),
        ("foo-8k", []),
        ("llama-7b-imdb-8k", []),
        ("llama-7b-8k-samples", []),
        ("llama-7b-10k", []),
        ("roberta-med-small-1M-1", []),
    ],
)
def test_context_lengths(name: str, expected: list[int]) -> None:
    assert values(name, Role.CONTEXT) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("led-zeppelin", []),
        ("van-morrison", []),
        ("led-base-16384", ["led"]),
        ("gpt-4-style", []),
        ("Yi-6B", []),
        ("zephyr-7b-beta", []),
        ("camelbert-mix", []),
        ("IndoBERT-base", []),
        ("distilbert-base", ["distilbert"]),
        ("chinese-roberta-wwm-ext", ["chinese-roberta"]),
        ("roberta-base-chinese", ["chinese-roberta"]),
        ("XLMRoberta", ["xlm-roberta"]),
        ("xlm_roberta_large", ["xlm-roberta"]),
        ("code-llama-7b", ["llama"]),
        ("wav2vec2-bert-ctc", ["wav2vec2-bert"]),
        ("mt5-small", ["mt5"]),
        ("Qwen2.5-VL-7B", ["qwen2.5-vl"]),
        ("llava-v1.6-mistral-7b", ["llava", "mistral"]),
    ],
)
def test_architecture_claims(name: str, expected: list[str]) -> None:
    assert values(name, Role.FAMILY) == expected


@pytest.mark.parametrize(
    ("name", "role", "expected"),
    [
        ("x-8x7B", Role.MIXTURE, [(8, 7_000_000_000)]),
        ("x-8x22b", Role.MIXTURE, [(8, 22_000_000_000)]),
        ("x-8-x-7B", Role.MIXTURE, [(8, 7_000_000_000)]),
        ("x-1-x-7B", Role.MIXTURE, []),
        ("x-30x448x256", Role.MIXTURE, []),
        ("Qwen3-30B-A3B", Role.ACTIVE_PARAMETERS, [3_000_000_000]),
        ("x-30b-a3b", Role.ACTIVE_PARAMETERS, [3_000_000_000]),
        ("x-a3b", Role.ACTIVE_PARAMETERS, []),
        ("granite-1b-a400m", Role.ACTIVE_PARAMETERS, [400_000_000]),
        ("x-a400m", Role.ACTIVE_PARAMETERS, []),
        ("x-half", Role.PRECISION, []),
        ("base-uncased", Role.SIZE_WORD, []),
        ("bert-base-it", Role.ALIGNMENT, []),
        ("opus-mt-it-en", Role.LANGUAGE_PAIR, [("it", "en")]),
        ("x-17B-128E", Role.EXPERTS, [128]),
        ("x-16experts", Role.EXPERTS, [16]),
        ("bert_uncased_L-12_H-768_A-12", Role.LAYERS, [12]),
        ("bert_uncased_L-12_H-768_A-12", Role.HIDDEN_SIZE, [768]),
        ("bert_uncased_L-12_H-768_A-12", Role.HEADS, [12]),
        ("MythoMax-L2-13B", Role.LAYERS, []),
        ("mistral-29Layers", Role.LAYERS, [29]),
        ("vit-base-patch16-224", Role.PATCH_SIZE, [16]),
        ("vit-base-patch16-224", Role.IMAGE_SIZE, [224]),
        ("bert-base-224", Role.IMAGE_SIZE, []),
        ("opus-mt-en-de", Role.LANGUAGE_PAIR, [("en", "de")]),
        ("distilbert-base-en-fr-cased", Role.LANGUAGE, ["en", "fr"]),
        ("gemma-2b-it", Role.LANGUAGE, []),
        ("gemma-2b-it", Role.ALIGNMENT, ["instruct"]),
        ("x-4bit", Role.BITS, [4.0]),
        ("x-4-bit", Role.BITS, [4.0]),
        ("x-4.0bpw", Role.BITS, [4.0]),
        ("x-w4a16", Role.BITS, [4.0]),
        ("x-GPTQ-Int4", Role.BITS, [4.0]),
        ("x-GPTQ-Int4", Role.QUANTISATION, ["gptq"]),
        ("x.Q4_K_M.gguf", Role.QUANTISATION, ["Q4_K_M"]),
        ("x.Q4_K_M.gguf", Role.PACKAGING, ["gguf"]),
        ("x-IQ2_XXS", Role.QUANTISATION, ["IQ2_XXS"]),
        ("x-fp8-bfloat16", Role.PRECISION, ["fp8", "bf16"]),
        ("x-QLoRA", Role.ADAPTER, ["qlora"]),
        ("x-lora-merged", Role.ADAPTER, []),
        ("bert-base-uncased", Role.CASE, ["uncased"]),
        ("bert-base", Role.SIZE_WORD, ["base"]),
        ("bert-large-scale", Role.SIZE_WORD, []),
        ("llama-7b-base", Role.SIZE_WORD, []),
        ("bert-finetuned-squad", Role.TASK, ["question-answering"]),
        ("t5-v1_1-base", Role.SIZE_WORD, ["base"]),
        ("foo-v1.5", Role.VERSION, ["1.5"]),
        ("foo-v1_5", Role.VERSION, ["1.5"]),
    ],
)
def test_other_claims(name: str, role: Role, expected: list[Any]) -> None:
    assert values(name, role) == expected


@pytest.mark.parametrize(
    ("text", "owner", "model", "revision"),
    [
        ("bert", None, "bert", None),
        ("google/bert", "google", "bert", None),
        ("google/bert@v1.0", "google", "bert", "v1.0"),
        ("google/bert@refs/pr/1", "google", "bert", "refs/pr/1"),
        ("a/b/c", "a", "b/c", None),
        ("a/b/", "a", "b", None),
        ("/models/cache/llama-7b", None, "llama-7b", None),
        ("./llama-7b/", None, "llama-7b", None),
        ("hf-hub:timm/vit_base", "timm", "vit_base", None),
        ("", None, "", None),
        ("@", None, "", None),
        ("///", None, "", None),
    ],
)
def test_owner_model_and_revision(text: str, owner: str | None, model: str, revision: str | None) -> None:
    parsed = parse_name(text)
    assert (parsed.name, parsed.owner, parsed.model, parsed.revision) == (text, owner, model, revision)


def test_spans_count_from_the_start_of_the_whole_text() -> None:
    parsed = parse_name("hf-hub:meta/llama-7b@main")
    assert [(e.text, parsed.name[e.start : e.end]) for e in parsed.elements] == [("llama", "llama"), ("7b", "7b")]
    assert parsed.elements[0].span == (12, 17)


@pytest.mark.parametrize(
    ("name", "convention"),
    [
        ("bert-base-uncased", Convention.IMPLEMENTATION),
        ("bert-base-ner", Convention.COMBINED),
        ("sentiment-analysis", Convention.APPLICATION_OR_TASK),
        ("my-model", Convention.OTHER),
        ("nguyenvulebinh/lyric-alignment", Convention.APPLICATION_OR_TASK),
        ("EricChang/Taiwanese-Whisper", Convention.COMBINED),
        ("efederici/cross-encoder-umberto-stsb", Convention.IMPLEMENTATION),
        ("nielsr/segformer-trainer-test", Convention.IMPLEMENTATION),
    ],
)
def test_conventions(name: str, convention: Convention) -> None:
    assert parse_name(name).convention is convention


def test_a_reading_that_was_weighed_is_kept() -> None:
    weighed = parse_name("foo-1-3b").alternatives
    assert [(e.text, e.value) for e in weighed] == [("1-3b", 1_300_000_000), ("3b", 3_000_000_000)]
