"""Numbers of layers, heads, experts, widths, active parameters and tokens, in the spellings that people use."""

from __future__ import annotations

from typing import Any

import pytest

from truename.names import Role, claims_of, parse_name


def values(name: str, role: Role) -> list[Any]:
    return [claim.value for claim in claims_of(parse_name(name)).of(role)]


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("Qwen2.5-7B-99L", 99), ("Qwen2.5-7B-99-layers", 99), ("Qwen2.5-7B-layers-99", 99), ("bert-layers12", 12),
        ("bert-num_layers_12", 12), ("bert-nlayers24", 24), ("bert-24-hidden-layers", 24), ("bert-depth-24", 24),
        ("gpt2-99blocks", 99), ("bert-base-L24", 24), ("roberta2roberta_L-24_bbc", 24), ("tinyroberta-6l-768d", 6),
        ("vit-base-patch16-224-layers-12", 12), ("gemma-2-9b-layer20", 20), ("t5-base-36L-dutch", 36),
    ],
)  # fmt: skip
def test_layers(name: str, layers: int) -> None:
    assert values(name, Role.LAYERS) == [layers]


@pytest.mark.parametrize(
    "name",
    [
        "MythoMax-L2-13b", "L3-8B-Stheno", "ViT-L14", "clip-vit-L-14", "T5-L128-belarusian", "Qwen3-8B-2-layer-mlp",
        "model-trained-on-L40", "sd-controlnet-depth-3", "Qwen3-8B-fp8-128-block", "depth-anything-12",
    ],
)  # fmt: skip
def test_no_layers(name: str) -> None:
    assert values(name, Role.LAYERS) == []


@pytest.mark.parametrize("name", ["bert-12heads", "bert-heads-12", "bert-num_heads_12", "bert-12-attention-heads"])
def test_heads(name: str) -> None:
    assert values(name, Role.HEADS) == [12]


@pytest.mark.parametrize("name", ["x-moe-16experts", "x-moe-experts-16", "x-moe-16-experts", "x-moe-num_experts_16"])
def test_experts(name: str) -> None:
    assert values(name, Role.EXPERTS) == [16]


@pytest.mark.parametrize(
    ("name", "role", "expected"),
    [
        ("Mixtral_7Bx4_MOE_24B", Role.MIXTURE, [(4, 7 * 10**9)]),
        ("Llama-4-Scout-17Bx16E", Role.MIXTURE, [(16, 17 * 10**9)]),
        ("Qwen3-30BA3B", Role.ACTIVE_PARAMETERS, [3 * 10**9]),
        ("Qwen3-30BA3B", Role.PARAMETERS, [30 * 10**9]),
        ("Qwen3-30B-3B-active", Role.ACTIVE_PARAMETERS, [3 * 10**9]),
        ("Qwen3-30B-active-3B", Role.ACTIVE_PARAMETERS, [3 * 10**9]),
        ("Qwen3-30B-active-3B", Role.PARAMETERS, [30 * 10**9]),
        ("Qwen3-8B-Base-A400M", Role.ACTIVE_PARAMETERS, [400 * 10**6]),
        ("CLIP-ViT-bigG-14-laion2B-39B-b160k", Role.PARAMETERS, []),
        ("CLIP-ViT-bigG-14-laion2B-39B-b160k", Role.DATA_COUNT, [39 * 10**9]),
        ("redpajama-7B", Role.DATA_COUNT, []),
    ],
)
def test_counts(name: str, role: Role, expected: list[Any]) -> None:
    assert values(name, role) == expected


@pytest.mark.parametrize(
    ("name", "width"),
    [
        ("bert-512-dimensional", 512), ("bert-embed512", 512), ("bert-d512", 512), ("bert-dim-512", 512),
        ("bert-3-dimensional", None), ("EEMM_Dimensions_12012024", None), ("wav2vec2-d512", None),
    ],
)  # fmt: skip
def test_widths(name: str, width: int | None) -> None:
    assert values(name, Role.EMBEDDING_SIZE) == ([] if width is None else [width])


def test_widths_of_the_layers() -> None:
    assert values("caduceus-ps_seqlen-131k_d_model-256_n_layer-16", Role.HIDDEN_SIZE) == [256]
    assert values("bert-hidden-768", Role.HIDDEN_SIZE) == [768]


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("gemma-2b-it-32k", 32_768), ("Llama-2-7b-hf-128k", 131_072), ("pythia-1.4b-deduped-16k", 16_384),
        ("bert-base-uncased-256k", 262_144), ("LWM-Text-512K", 524_288), ("phi-2-1M", 10**6),
        ("Qwen2.5-7B-Instruct-1M", 10**6), ("Qwen3-235B-A22B-1m", 10**6), ("opt-125m-long-1M", 10**6),
        # what they learned from
        ("llama-2-7b-food-search_1M", None), ("xp3_llama2_1m", None), ("dummy-mistral-4M", None),
        ("roberta-med-small-1M-1", None), ("Mistral-7B-Code-16K-qlora", None), ("Hermes-Instruct-7B-100K", None),
        ("BELLE-7B-2M", None), ("Mistral-7B-v0.1-alpaca-2k", None),
    ],
)  # fmt: skip
def test_contexts(name: str, tokens: int | None) -> None:
    assert values(name, Role.CONTEXT) == ([] if tokens is None else [tokens])


def test_a_modality_of_many_words() -> None:
    assert values("BGE-VL-MLLM-S1", Role.MODALITY) == ["vision", "multimodal"]
