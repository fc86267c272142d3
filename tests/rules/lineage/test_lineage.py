"""Base models against files: by release, by the matrices of an adapter, by the path a configuration was made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from truename.evidence import Evidence, gather
from truename.facts import FACTS, Fact, Origin
from truename.findings import Outcome
from truename.names import claims_of, parse_name
from truename.releases import known_releases, standing_in
from truename.rules import Rule, all_rules
from truename.sources import FolderSource
from truename.testing import write_header_only

QWEN_05 = {
    "layers": 24, "hidden_size": 896, "intermediate_size": 4864, "heads": 14, "key_value_heads": 2,
    "vocabulary_size": 151_936, "rope_theta": 1_000_000.0, "context_length": 32_768, "model_type": "qwen2",
}  # fmt: skip


def rule(code: str) -> Rule:
    return next(rule for rule in all_rules() if rule.code == code)


def outcome(code: str, name: str, **facts: Any) -> Outcome:
    declared = [Fact(FACTS[key], value, Origin.DECLARED, "config.json") for key, value in facts.items()]
    return rule(code).check(claims_of(parse_name(name)), Evidence.of(declared)).outcome


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("Qwen/Qwen2.5-0.5B-Instruct", Outcome.CONFIRMED),
        ("unsloth/Qwen2.5-0.5B-bnb-4bit", Outcome.CONFIRMED),
        ("Qwen/Qwen2.5-3B", Outcome.FLAGGED),
        ("meta-llama/Llama-3.2-1B", Outcome.FLAGGED),
        ("me/my-own-checkpoint", Outcome.CANNOT_TELL),
        ("/data/Qwen2.5-story", Outcome.CANNOT_TELL),
    ],
)
def test_a_base_by_its_release(base: str, expected: Outcome) -> None:
    assert outcome("BAS003", "Aelan", base_models=(base,), **QWEN_05) is expected


@pytest.mark.parametrize("name", ["Aelan-distilled", "Qwen2.5-3B-pruned", "Aelan-merge", "Aelan-depth-up"])
def test_who_says_that_it_was_resized_is_not_accused(name: str) -> None:
    assert outcome("BAS003", name, base_models=("Qwen/Qwen2.5-3B",), **QWEN_05) is Outcome.CANNOT_TELL


def test_a_base_newer_than_the_table_accuses_nobody() -> None:
    table = known_releases()
    left = table.without(frozenset(r.id for r in table.releases if r.family.startswith("qwen")))
    with standing_in(left):
        assert outcome("BAS003", "Aelan", base_models=("Qwen/Qwen2.5-3B",), **QWEN_05) is Outcome.CANNOT_TELL


@pytest.mark.parametrize(
    ("name", "origin", "expected"),
    [
        ("Qwen2.5-0.5B-story", "Qwen/Qwen2.5-0.5B-Instruct", Outcome.CONFIRMED),
        ("Qwen2.5-0.5B-story", "/root/Qwen2-0.5B", Outcome.DOES_NOT_APPLY),
        ("Qwen2.5-0.5B-story", "./Qwen2-0.5B", Outcome.DOES_NOT_APPLY),
        ("Qwen2.5-0.5B-story", "me/Qwen2-0.5B", Outcome.CANNOT_TELL),
        ("Qwen2.5-0.5B-story", "Qwen/Qwen2-0.5B", Outcome.FLAGGED),
        ("Aelan", "Qwen/Qwen2-0.5B", Outcome.DOES_NOT_APPLY),
    ],
)
def test_the_path_that_a_configuration_was_made_from(name: str, origin: str, expected: Outcome) -> None:
    assert outcome("BAS005", name, original_name=origin, **QWEN_05) is expected


def lora(folder: Path, width: int, layers: int, transposed: bool = False) -> Evidence:
    tensors: dict[str, tuple[str, tuple[int, ...]]] = {}
    for number in range(layers):
        path = f"base_model.model.model.layers.{number}"
        for module in ("self_attn.q_proj", "self_attn.o_proj", "mlp.down_proj", "mlp.gate_proj"):
            inside = width if module.endswith(("q_proj", "gate_proj")) else 3 * width
            first, second = ("lora_a", "lora_b") if transposed else ("lora_A.weight", "lora_B.weight")
            tensors[f"{path}.{module}.{first}"] = ("F16", (inside, 16) if transposed else (16, inside))
            tensors[f"{path}.{module}.{second}"] = ("F16", (16, 99) if transposed else (99, 16))
    write_header_only(folder / "adapter_model.safetensors", tensors)
    return gather(FolderSource(folder))


@pytest.mark.parametrize("transposed", [False, True])
def test_widths_and_depth_of_an_adapter(transposed: bool, tmp_path: Path) -> None:
    evidence = lora(tmp_path, 4096, 32, transposed)
    assert evidence.value(FACTS["adapter_widths"]) == (4096,)
    assert evidence.value(FACTS["adapter_layers"]) == 32


@pytest.mark.parametrize(
    ("name", "width", "layers", "expected"),
    [
        ("Llama-2-7b-lora", 4096, 32, Outcome.CONFIRMED),
        ("Llama-2-7b-lora", 4096, 8, Outcome.CONFIRMED),  # the first blocks only
        ("Llama-2-7b-lora", 5120, 40, Outcome.FLAGGED),
        ("Llama-2-7b-lora", 4096, 40, Outcome.FLAGGED),
        ("Mistral-7B-v0.1-lora", 2048, 22, Outcome.FLAGGED),
        ("story-lora", 5120, 40, Outcome.CANNOT_TELL),
        ("llama-lora", 5120, 40, Outcome.CANNOT_TELL),
    ],
)
def test_matrices_against_the_name(name: str, width: int, layers: int, expected: Outcome, tmp_path: Path) -> None:
    decision = rule("BAS004").check(claims_of(parse_name(name)), lora(tmp_path, width, layers))
    assert decision.outcome is expected, decision.findings or decision.reason


def test_the_declared_base_goes_before_the_name(tmp_path: Path) -> None:
    evidence = lora(tmp_path, 5120, 40)
    declared = Fact(FACTS["adapter_base"], "meta-llama/Llama-2-13b-hf", Origin.DECLARED, "adapter_config.json")
    decision = rule("BAS004").check(claims_of(parse_name("Llama-2-7b-lora")), evidence.with_facts([declared]))
    assert decision.outcome is Outcome.CONFIRMED  # that the name says another size is BAS001's finding


def test_a_vision_tower_beside_the_stack_is_not_counted(tmp_path: Path) -> None:
    tensors = {
        "base_model.model.visual.blocks.40.attn.q_proj.lora_A.weight": ("F16", (8, 1280)),
        "base_model.model.visual.blocks.40.attn.q_proj.lora_B.weight": ("F16", (1280, 8)),
        "base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight": ("F16", (8, 4096)),
        "base_model.model.model.layers.3.self_attn.q_proj.lora_B.weight": ("F16", (4096, 8)),
    }
    write_header_only(tmp_path / "adapter_model.safetensors", tensors)
    evidence = gather(FolderSource(tmp_path))
    assert evidence.value(FACTS["adapter_widths"]) == (4096,)
    assert evidence.value(FACTS["adapter_layers"]) == 4
