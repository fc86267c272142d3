"""Adapters: pairs, ranks and modules of their tensors, and what the configuration says beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from truename.api import check
from truename.evidence import Evidence, gather
from truename.sources import FolderSource
from truename.testing import TensorSpecs, write_gguf, write_header_only


def peft(rank: int, modules: tuple[str, ...] = ("q_proj", "v_proj"), layers: int = 2) -> TensorSpecs:
    found: dict[str, tuple[str, tuple[int, ...]]] = {}
    for number in range(layers):
        for module in modules:
            path = f"base_model.model.model.layers.{number}.self_attn.{module}"
            found[f"{path}.lora_A.weight"] = ("F32", (rank, 4096))
            found[f"{path}.lora_B.weight"] = ("F32", (32, rank))
    return found


def kohya(rank: int) -> TensorSpecs:
    found: dict[str, tuple[str, tuple[int, ...]]] = {}
    for path in ("lora_unet_down_blocks_0_attentions_0_proj_in", "lora_te1_text_model_encoder_layers_0_mlp_fc1"):
        found[f"{path}.alpha"] = ("F16", ())
        found[f"{path}.lora_down.weight"] = ("F16", (rank, 64, 1, 1))
        found[f"{path}.lora_up.weight"] = ("F16", (64, rank, 1, 1))
    return found


def mlx(rank: int) -> TensorSpecs:
    path = "model.layers.0.self_attn.q_proj"
    return {f"{path}.lora_a": ("F32", (64, rank)), f"{path}.lora_b": ("F32", (rank, 64))}


def gathered(folder: Path) -> Evidence:
    return gather(FolderSource(folder))


WRITERS: dict[str, tuple[str, TensorSpecs, int, tuple[str, ...]]] = {
    "peft": ("adapter_model.safetensors", peft(8), 4, ("q_proj", "v_proj")),
    "kohya": ("style.safetensors", kohya(4), 2, ("mlp_fc1", "proj_in")),
    "MLX": ("adapters.safetensors", mlx(16), 1, ("q_proj",)),
    "old peft": (
        "adapter_model.safetensors",
        {"a.q_proj.lora_A.default.weight": ("F32", (2, 8)), "a.q_proj.lora_B.default.weight": ("F32", (8, 2))},
        1,
        ("q_proj",),
    ),
    "an embedding": (
        "adapter_model.safetensors",
        {"a.embed_tokens.lora_embedding_A": ("F32", (2, 99)), "a.embed_tokens.lora_embedding_B": ("F32", (8, 2))},
        1,
        ("embed_tokens",),
    ),
}


@pytest.mark.parametrize(("file", "tensors", "pairs", "modules"), WRITERS.values(), ids=WRITERS)
def test_every_writer(file: str, tensors: TensorSpecs, pairs: int, modules: tuple[str, ...], tmp_path: Path) -> None:
    write_header_only(tmp_path / file, tensors)
    evidence = gathered(tmp_path)
    ranks = {min(shape) for name, (_, shape) in tensors.items() if name.lower().endswith(("lora_a", "b.weight"))}
    assert evidence.value("is_adapter") is True
    assert evidence.value("adapter_pairs") == pairs
    assert evidence.value("adapter_modules") == modules
    assert not ranks or set(evidence.value("adapter_ranks")) == ranks
    assert evidence.get("parameters") is None


def test_gguf(tmp_path: Path) -> None:
    tensors = {"blk.0.attn_q.weight.lora_a": ("F32", (8, 64)), "blk.0.attn_q.weight.lora_b": ("F32", (64, 8))}
    metadata = {"general.architecture": "llama", "general.type": "adapter", "adapter.lora.alpha": 16.0}
    write_gguf(tmp_path / "lora.gguf", tensors, metadata)
    evidence = gathered(tmp_path)
    assert evidence.value("is_adapter") is True
    assert (evidence.value("adapter_ranks"), evidence.value("adapter_alpha")) == ((8,), 16)
    assert evidence.value("adapter_modules") == ("attn_q",)


def test_the_base_rank_alpha_and_targets_of_the_configuration(tmp_path: Path) -> None:
    write_header_only(tmp_path / "adapter_model.safetensors", peft(8))
    settings = {"r": 8, "lora_alpha": 32, "target_modules": ["q_proj", "v_proj"], "rank_pattern": {"q_proj": 4}}
    settings |= {"base_model_name_or_path": "meta-llama/Llama-2-7b-hf", "peft_type": "LORA"}
    (tmp_path / "adapter_config.json").write_text(json.dumps(settings))
    evidence = gathered(tmp_path)
    assert evidence.value("adapter_base") == "meta-llama/Llama-2-7b-hf"
    assert evidence.value("adapter_rank") == 8
    assert evidence.value("adapter_alpha") == 32
    assert evidence.value("adapter_other_ranks") == (4,)
    assert evidence.value("adapter_method") == "lora"
    assert evidence.value("adapter_targets") == ("q_proj", "v_proj")


def adalora(folder: Path, ranks: tuple[int, ...]) -> set[str]:
    """The codes of what is found in an adapter of AdaLoRA, whose configuration has PEFT's default for ``r``."""
    write_header_only(
        folder / "adapter_model.safetensors",
        {name: spec for number, rank in enumerate(ranks) for name, spec in peft(rank, (f"{number}_proj",), 1).items()},
    )
    settings = {"peft_type": "ADALORA", "r": 8, "init_r": 12, "target_r": 6, "base_model_name_or_path": "a/b"}
    (folder / "adapter_config.json").write_text(json.dumps(settings))
    assert gathered(folder).value("adapter_rank") == 12
    return {finding.code for finding in check(folder).findings}


@pytest.mark.parametrize("ranks", [(12,), (9, 4), (1, 2)])
def test_adalora_leaves_each_pair_a_rank_up_to_its_first(tmp_path: Path, ranks: tuple[int, ...]) -> None:
    assert "FIL006" not in adalora(tmp_path, ranks)


def test_adalora_has_no_rank_above_its_first(tmp_path: Path) -> None:
    assert "FIL006" in adalora(tmp_path, (16, 24))


def test_what_kohya_says_in_the_file_itself(tmp_path: Path) -> None:
    write_header_only(
        tmp_path / "a.safetensors",
        kohya(4),
        {"ss_network_dim": "4", "ss_network_alpha": "2.5", "ss_base_model_version": "sdxl_base_v1-0"},
    )
    evidence = gathered(tmp_path)
    assert (evidence.value("adapter_rank"), evidence.value("adapter_alpha")) == (4, 2.5)
    assert evidence.value("adapter_base") == "sdxl_base_v1-0"


def test_a_whole_model_with_its_adapter_beside_it_is_no_adapter(tmp_path: Path) -> None:
    tensors = dict(peft(8))
    for name in list(tensors):
        tensors[name.replace("lora_A.weight", "base_layer.weight").replace("lora_B.weight", "bias")] = ("F32", (32, 64))
    write_header_only(tmp_path / "model.safetensors", tensors)
    evidence = gathered(tmp_path)
    assert evidence.value("is_adapter") is False
    assert evidence.value("adapter_pairs") == 4


@pytest.mark.parametrize(
    ("name", "settings", "code"),
    [
        ("llama-7b-lora", {"r": 16}, "FIL006"),
        ("llama-7b-lora", {"r": 8, "target_modules": ["query_key_value"]}, "FIL006"),
        ("llama-7b-lora-r16", {"r": 8}, "PKG003"),
        ("llama-7b-lora-r8", {"r": 8, "target_modules": ["q_proj", "v_proj"]}, None),
        ("llama-7b-lora", {"r": 8, "target_modules": "all-linear"}, None),
        ("llama-7b-lora", {"r": 16, "rank_pattern": {"q_proj": 8}}, None),
    ],
)
def test_contradictions(name: str, settings: dict[str, Any], code: str | None, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    write_header_only(folder / "adapter_model.safetensors", peft(8))
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "a/llama-7b", **settings}))
    found = [finding.code for finding in check(FolderSource(folder)).findings]
    assert found == ([code] if code else [])


@pytest.mark.filterwarnings("ignore")
def test_what_peft_writes(tmp_path: Path) -> None:
    """As safetensors and as a pickle, by the library itself."""
    torch = pytest.importorskip("torch", reason="it writes the adapter's base")

    library = pytest.importorskip("peft", reason="the library of adapters is not installed")
    base = torch.nn.ModuleDict({"q_proj": torch.nn.Linear(64, 32), "o_proj": torch.nn.Linear(32, 64)})
    made = library.get_peft_model(base, library.LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "o_proj"]))
    for safe in (True, False):
        folder = tmp_path / str(safe)
        made.save_pretrained(folder, safe_serialization=safe)
        evidence = gathered(folder)
        assert evidence.value("is_adapter") is True
        assert evidence.value("adapter_pairs") == 2
        assert (evidence.value("adapter_ranks"), evidence.value("adapter_rank")) == ((4,), 4)
        assert evidence.value("adapter_alpha") == 8
        assert set(evidence.value("adapter_modules")) == set(evidence.value("adapter_targets")) == {"o_proj", "q_proj"}
        assert not [f for f in check(FolderSource(folder)).findings if f.code == "FIL006"]
