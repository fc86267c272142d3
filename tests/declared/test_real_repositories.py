"""Declarations of repositories that people pushed, against what a reader found in their files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from truename.declared import declared_facts, read_declared, wrong_values
from truename.formats import find_checkpoints, read_checkpoint
from truename.sources import FolderSource

from reference import reference

REVIEWED: dict[str, dict[str, Any]] = {
    "0su0su0+BORA-1.1B-A0.4B": {"model_type": "bora_moe", "layers": 23, "experts": 16, "experts_per_token": 2},
    "6yuru99+MedNLLB-200": {"encoder_layers": 12, "decoder_layers": 12, "hidden_size": 1024, "context_length": 1024},
    "AnHuanAo+qwythos-9b-math-sft": {"is_adapter": True, "adapter_rank": 16, "model_type": None},
    "Barksdale27+1": {
        "quantisation_method": "gptq",
        "quantisation_bits": 4,
        "base_models": ("Gryphe/MythoMax-L2-13b",),
    },
    "BrianYAU-NTEC+olmOCR": {"hidden_size": 3584, "patch_size": 14, "rope_scaling": None, "is_adapter": False},
    "Decentralised-AI+falcon-40b": {
        "model_type": "RefinedWeb",
        "key_value_heads": 8,
        "languages": ("en", "de", "es", "fr"),
    },
    "DurdenP+prot_bert": {"cased": True, "context_length": 40000, "vocabulary_size": 27},
    "GowthamNats+MicrosoftPhi1_5_finetuned-": {"is_adapter": True, "base_model_relation": "adapter"},
    "HYanChen+MiniMind2": {"layers": 16, "hidden_size": 768, "experts": None, "experts_per_token": None},
    "Hao-Shi-SBINT+my_config": {"layers": 16, "encoder_layers": 24, "decoder_layers": 16, "rope_scaling": "llama3"},
    "IrfanUruchi+Llama-3.1-8B-Computer-Networks-LLM": {"quantisation_method": "bitsandbytes", "quantisation_bits": 8},
    "JielongHe+Andes_VL": {"layers": 28, "hidden_size": 1024, "patch_size": 14, "image_size": 448},
    "NaiveAI-Labs+Naive-N0.5-Flash": {"experts": 256, "quantisation_method": "fp8", "context_length": 1048576},
    "OSFAV7+dolping": {"model_type": "mixtral", "experts": 8, "experts_per_token": 2},
    "PiercarloSlavazza+BERTino": {"model_type": "distilbert", "cased": False, "layers": 6},
    "RevL-Lambda-DevRel+Stable-Diffusion-3.5-Large": {"diffusers_class": "SD3Transformer2DModel", "layers": None},
    "UmerKhan45+Super-GPT": {"context_length": 16384, "extended_context_length": 65536, "rope_scaling": "linear"},
    "WasimAkramShaikh+falcon-7b-instruct-clone": {"heads": 71, "key_value_heads": 1},
    "bryce-hoehn+Qwen3.5-25B-REAP-A3B-Coding": {"experts": 180, "experts_per_token": 8},
    "cehd5170+test-vlm+google_siglip-so400m-patch14-384": {"patch_size": 14, "image_size": 384},
    "incroyable229+mt5-large-google": {"layers": 24, "decoder_layers": 24, "head_size": 64},
    "rishipandey125+EasyAnimateV5.1-7b-zh-Control": {
        "diffusers_class": "EasyAnimateTransformer3DModel",
        "patch_size": None,
    },
    "wmd-1+MiniMax-H3+FL2VA_text_encoder": {"layers": 64, "hidden_size": 5120, "compute_dtype": "bfloat16"},
}


@pytest.mark.parametrize("name", REVIEWED)
def test_reviewed_facts(name: str) -> None:
    source = FolderSource(reference("real-repos", name))
    found: dict[str, Any] = {}
    for fact in declared_facts(read_declared(source.files, source.open)):
        found.setdefault(fact.key, fact.value)
    assert {key: found.get(key) for key in REVIEWED[name]} == REVIEWED[name]


def test_every_repository_is_read_without_a_problem() -> None:
    folders = sorted(path for path in reference("real-repos").iterdir() if path.is_dir())
    assert len(folders) > 50
    for folder in folders:
        source = FolderSource(folder)
        declared = read_declared(source.files, source.open)
        assert (declared.problems, wrong_values(declared), source.refused) == ((), (), {}), folder.name
        for checkpoint in find_checkpoints(source.files):
            assert checkpoint.index is not None, folder.name  # the data holds no weights
            header = read_checkpoint(checkpoint, source.open)
            promised = json.loads((folder / checkpoint.index).read_text())["weight_map"]
            assert list(header.tensors) == list(promised)
            assert not header.shapes_known
