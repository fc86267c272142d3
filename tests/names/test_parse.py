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
        ("vit-base-16", Role.PATCH_SIZE, []),
        ("ViT-B-32", Role.PATCH_SIZE, []),
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
        ("nguyenvulebinh/lyric-alignment", Convention.OTHER),
        ("EricChang/Taiwanese-Whisper", Convention.COMBINED),
        ("efederici/cross-encoder-umberto-stsb", Convention.COMBINED),
        ("nielsr/segformer-trainer-test", Convention.IMPLEMENTATION),
    ],
)
def test_conventions(name: str, convention: Convention) -> None:
    assert parse_name(name).convention is convention


def test_a_reading_that_was_weighed_is_kept() -> None:
    weighed = parse_name("foo-1-3b").alternatives
    assert [(e.text, e.value) for e in weighed] == [("1-3b", 1_300_000_000), ("3b", 3_000_000_000)]


@pytest.mark.parametrize(
    ("name", "role", "expected"),
    [
        ("gpt2-99L", Role.LAYERS, [99]),
        ("gpt2-99-layers", Role.LAYERS, [99]),
        ("bert-12-layer", Role.LAYERS, [12]),
        ("tinybert-6l-768d", Role.LAYERS, [6]),
        ("tinybert-6l-768d", Role.EMBEDDING_SIZE, [768]),
        ("foo-7L", Role.LAYERS, []),
        ("bert-12heads", Role.HEADS, [12]),
        ("bert-12-heads", Role.HEADS, [12]),
        ("glove-512dim", Role.EMBEDDING_SIZE, [512]),
        ("glove-dim-512", Role.EMBEDDING_SIZE, [512]),
        ("resnet50d", Role.EMBEDDING_SIZE, []),
        ("resnet200d", Role.EMBEDDING_SIZE, []),
        ("anime-2.5d", Role.EMBEDDING_SIZE, []),
        ("mixtral-8experts-7b", Role.EXPERTS, [8]),
        ("Llama-4-Scout-17B-16E", Role.EXPERTS, [16]),
        ("llama4:17b-scout-16e-instruct", Role.EXPERTS, [16]),
        ("Qwen3-MoE-8E-A2B", Role.EXPERTS, [8]),
        ("codebert-10e", Role.EXPERTS, []),
        ("bert-50E_lr_16B", Role.EXPERTS, []),
        ("phi-3.5-MoE-instruct", Role.MOE, ["moe"]),
        ("gemma-3n-e2b-it", Role.EFFECTIVE_PARAMETERS, [2_000_000_000]),
        ("gemma-3n-E4B-it", Role.EFFECTIVE_PARAMETERS, [4_000_000_000]),
        ("Llama-3-8B-Gradient-1048k", Role.CONTEXT, [1_048_576]),
        ("Llama-3-8B-Instruct-262k", Role.CONTEXT, [262_144]),
        ("llama-7b-32k-instruct", Role.CONTEXT, [32_768]),
        ("Nous-34B-Bagel-32k", Role.CONTEXT, [32_768]),
        ("mistral-7b-ultrachat-200k", Role.CONTEXT, []),
        ("llama-1M-context", Role.CONTEXT, [1_000_000]),
        ("rwkv-3B-ctx16384", Role.CONTEXT, [16_384]),
        ("rwkv-3B-ctx-16384", Role.CONTEXT, [16_384]),
        ("rwkv-3B-ctx8k", Role.CONTEXT, [8192]),
        ("Mamba-2.8b-600B-tokens", Role.DATA_COUNT, [600_000_000_000]),
        ("OLMo-7B-13B-seen", Role.DATA_COUNT, [13_000_000_000]),
        ("OLMo-7B-13B-seen", Role.PARAMETERS, [7_000_000_000]),
        ("open_llama_3b_600bt", Role.DATA_COUNT, [600_000_000_000]),
        ("open_llama_3b_600bt", Role.PARAMETERS, [3_000_000_000]),
        ("dpn68b", Role.PARAMETERS, []),
        ("selecsls42b", Role.PARAMETERS, []),
        ("laion2B", Role.PARAMETERS, []),
        ("qwen3_vit_306m.qwen3_5_4b", Role.PARAMETERS, [306_000_000]),
        ("qwen3_vit_306m.qwen3_5_4b", Role.FAMILY, ["qwen3", "vit"]),
        ("vit_large_patch14.llama_7b", Role.FAMILY, ["vit"]),
        ("llama_2_7b.gguf", Role.PARAMETERS, [7_000_000_000]),
        ("falcon-1_0_4b", Role.PARAMETERS, [4_000_000_000]),
        ("falcon-1_0_4b", Role.VERSION, ["1.0"]),
        ("x-GPTQ-4bit-128g", Role.QUANTISATION_DETAIL, ["group-size-128"]),
        ("x-w4a16-g128", Role.QUANTISATION_DETAIL, ["group-size-128"]),
        ("x-4bit-gs64-DWQ", Role.QUANTISATION_DETAIL, ["group-size-64", "dwq"]),
        ("x-128g", Role.QUANTISATION_DETAIL, []),
        ("llama-8B-UD-Q4_K_XL", Role.QUANTISATION_DETAIL, ["unsloth-dynamic"]),
        ("spacy-ud-english", Role.DATASET, ["ud"]),
        ("Llama-3-8B-i1-GGUF", Role.IMATRIX, ["imatrix"]),
        ("Llama-3-8B-imat-Q4_K_M", Role.IMATRIX, ["imatrix"]),
        ("foo-i1", Role.IMATRIX, []),
        ("mmproj-gemma-3-4b-f16.gguf", Role.SIDECAR, ["mmproj"]),
        ("mtp-Qwen3-8B-Q8_0.gguf", Role.SIDECAR, ["mtp"]),
        ("x-00001-of-00003.gguf", Role.SHARD, [(1, 3)]),
        ("x-lora-r16", Role.RANK, [16]),
        ("x-lora-rank-64", Role.RANK, [64]),
        ("x-qlora_r8_alpha16", Role.RANK, [8]),
        ("x-qlora_r8_alpha16", Role.STAGE, []),
        ("DeepSeek-r1", Role.RANK, []),
        ("x-7B-slerp", Role.MERGE, ["slerp"]),
        ("x-7B-dare-ties", Role.MERGE, ["dare"]),
        ("x-7B-della", Role.MERGE, ["della"]),
        ("x-7B-passthrough", Role.MERGE, ["passthrough"]),
        ("x-8B-abliterated", Role.UNCENSORED, ["abliterated"]),
        ("x-8B-Uncensored", Role.UNCENSORED, ["uncensored"]),
        ("EAGLE3-LLaMA3.3-Instruct-70B", Role.DRAFT, ["eagle"]),
        ("vicuna-7b-medusa", Role.DRAFT, ["medusa"]),
        ("Qwen3-8B-DFlash", Role.DRAFT, ["dflash"]),
        ("llama-3-8b-speculator", Role.DRAFT, ["speculator"]),
        ("bald-eagle", Role.DRAFT, []),
        ("Qwen3-8B-preview", Role.STAGE, ["preview"]),
        ("DeepSeek-V3.2-Exp", Role.STAGE, ["exp"]),
        ("multiberts-seed_0-step_200k", Role.SEED, [0]),
        ("multiberts-seed_0-step_200k", Role.STEPS, [200_000]),
        ("x-step1000", Role.STEPS, [1000]),
        ("x-1000-steps", Role.STEPS, [1000]),
        ("checkpoint-500", Role.STEPS, [500]),
        ("TinyLlama-1.1B-step-50K-105b", Role.STEPS, [50_000]),
        ("x-epoch-2.5", Role.EPOCHS, [2.5]),
        ("x-3-epochs", Role.EPOCHS, [3.0]),
        ("x-ep3", Role.EPOCHS, [3.0]),
        ("x-epoch-3.2.0", Role.EPOCHS, []),
        ("x-run-7", Role.RUN, [7]),
        ("autotrain-foo-1234567890", Role.RUN, [1_234_567_890]),
        ("gpt-4o-2024-05-13", Role.DATE, ["2024-05-13"]),
        ("x-20240513", Role.DATE, ["2024-05-13"]),
        ("run-20240131", Role.DATE, ["2024-01-31"]),
        ("command-r-08-2024", Role.DATE, ["2024-08"]),
        ("x-07-03-2023", Role.DATE, ["2023"]),
        ("x-25-03-2023", Role.DATE, ["2023-03-25"]),
        ("Qwen3-235B-A22B-Instruct-2507", Role.DATE, ["2025-07"]),
        ("DeepSeek-R1-0528", Role.DATE, ["--05-28"]),
        ("foo-9999", Role.DATE, []),
        ("x-20241399", Role.DATE, []),
        ("x-9c1d7b3e", Role.DIGEST, ["9c1d7b3e"]),
        ("llama-7b-vision", Role.MODALITY, ["vision"]),
        ("llama-7b-VL", Role.MODALITY, ["vision"]),
        ("Qwen2-Audio-7B", Role.MODALITY, ["audio"]),
        ("Qwen2.5-VL-7B", Role.MODALITY, ["vision"]),
        ("Qwen2.5-VL-7B", Role.FAMILY, ["qwen2.5-vl"]),
        ("qwen2.5vl:7b", Role.MODALITY, ["vision"]),
        ("Qwen2VL7B", Role.MODALITY, ["vision"]),
        ("Qwen2.5-Omni-3B", Role.MODALITY, ["omni"]),
        ("Llama-3.2-11B-Vision", Role.MODALITY, ["vision"]),
        ("Phi-4-multimodal-instruct", Role.MODALITY, ["multimodal"]),
        ("sam2-video", Role.MODALITY, ["video"]),
        ("deepseek-vl2-tiny", Role.MODALITY, ["vision"]),
        ("deepseek-vl2-tiny", Role.VERSION, ["2"]),
        ("SmolVLM-256M", Role.MODALITY, []),
        ("VLM2Vec", Role.VERSION, []),
        ("Mixtral-OmniQuant", Role.MODALITY, []),
        ("densenet169", Role.VERSION, []),
        ("seresnet-152", Role.VERSION, []),
        ("xception65.tf_in1k", Role.VERSION, []),
        ("sam-2", Role.VERSION, ["2"]),
        ("yolo-26", Role.VERSION, ["26"]),
        ("vit_giant_patch14_dinov2.lvd142m", Role.DATASET, ["lvd142m"]),
        ("x-piqa", Role.DATASET, ["piqa"]),
        ("t5-e2e-qg", Role.DATASET, []),
        ("x-mxfp8", Role.QUANTISATION, ["mxfp8"]),
        ("x-MXFP6", Role.QUANTISATION, ["mxfp6"]),
        ("x-nf4", Role.QUANTISATION, ["bitsandbytes"]),
        ("x-fp4", Role.QUANTISATION, ["fp4"]),
        ("x-iq1_s", Role.QUANTISATION, ["IQ1_S"]),
        ("x-tq1_0", Role.QUANTISATION, ["TQ1_0"]),
        ("x-iq4xs", Role.QUANTISATION, ["IQ4_XS"]),
        ("x-Q4KM", Role.QUANTISATION, ["Q4_K_M"]),
        ("x-q4_km", Role.QUANTISATION, ["Q4_K_M"]),
        ("x-w4a8", Role.BITS, [4.0]),
        ("x-a8w4", Role.BITS, [4.0]),
        ("x-W4AFP8", Role.BITS, [4.0]),
        ("x-int2", Role.BITS, [2.0]),
        ("x-int4wo", Role.BITS, [4.0]),
        ("x-q4f16_1-MLC", Role.BITS, [4.0]),
        ("x-q4f16_1-MLC", Role.PRECISION, []),
        ("x-4-bpw", Role.BITS, [4.0]),
        ("x-4.25-bpw", Role.BITS, [4.25]),
        ("x-bpw-4.5", Role.BITS, [4.5]),
        ("x-bpw4.5", Role.BITS, [4.5]),
        ("x-2_4bpw", Role.BITS, [2.4]),
        ("x_2_4bpw", Role.BITS, []),
        ("x-bpw-300", Role.BITS, []),
        ("x-awq-w4", Role.BITS, [4.0]),
        ("yolo-w6", Role.BITS, []),
        ("bitnet-b1.58-2B", Role.BITS, []),
        ("x-7b-embed", Role.TASK, ["feature-extraction"]),
        ("x-7b-reward", Role.TASK, ["reward-modelling"]),
        ("llama3:8b-q4_K_M", Role.QUANTISATION, ["Q4_K_M"]),
        ("llama3:8b-q4_K_M", Role.PARAMETERS, [8_000_000_000]),
        ("qwen2.5:7b-instruct-q4_0", Role.QUANTISATION, ["Q4_0"]),
        ("llama3:8b-instruct-fp16", Role.PRECISION, ["fp16"]),
        ("mlx-community/Llama-3-8B-4bit", Role.BITS, [4.0]),
        ("lmstudio-community/Qwen3-8B-MLX-8bit", Role.PACKAGING, ["mlx"]),
    ],
)
def test_what_a_name_says_beside_size_and_family(name: str, role: Role, expected: list[Any]) -> None:
    assert values(name, role) == expected


@pytest.mark.parametrize("name", ["densenet169", "seresnet-152", "xception65.tf_in1k", "rexnet_150"])
def test_a_depth_is_a_size(name: str) -> None:
    kinds = [str(element.kind) for element in parse_name(name, learned=False).elements]
    assert kinds[:2] == ["A", "S"]


@pytest.mark.parametrize("name", ["autotrain-okmjn-123456", "autonlp-foo-12345", "tts-x-transformer"])
def test_a_trainer_and_a_network_are_no_task(name: str) -> None:
    elements = parse_name(name, learned=False).elements
    assert [e.text for e in elements if e.role is Role.TASK] == (["tts"] if "tts" in name else [])


@pytest.mark.parametrize(
    ("text", "owner", "model", "revision"),
    [
        ("hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M", "bartowski", "Llama-3.2-1B-Instruct-GGUF:Q4_K_M", None),
        ("https://huggingface.co/Qwen/Qwen2.5-7B/tree/main", "Qwen", "Qwen2.5-7B", "main"),
        ("https://huggingface.co/Qwen/Qwen2.5-7B/blob/abc/config.json?x=1#y", "Qwen", "Qwen2.5-7B", "abc"),
        ("https://huggingface.co/Qwen/Qwen2.5-7B/discussions/3", "Qwen", "Qwen2.5-7B", None),
        ("https://huggingface.co/gpt2", None, "gpt2", None),
        ("ollama.com/library/llama3.1:8b", None, "llama3.1:8b", None),
        ("registry.ollama.ai/library/qwen2.5:7b-instruct-q4_0", None, "qwen2.5:7b-instruct-q4_0", None),
        ("docker.io/ai/smollm2:360M-Q4_K_M", "ai", "smollm2:360M-Q4_K_M", None),
        ("https://modelscope.cn/models/Qwen/Qwen2-7B", "Qwen", "Qwen2-7B", None),
        ("hf.co/", None, "", None),
        ("huggingface/bert", "huggingface", "bert", None),
    ],
)
def test_addresses_at_registries(text: str, owner: str | None, model: str, revision: str | None) -> None:
    parsed = parse_name(text)
    assert (parsed.owner, parsed.model, parsed.revision) == (owner, model, revision)
    assert all(text[e.start : e.end] == e.text for e in parsed.elements)
