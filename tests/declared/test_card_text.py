"""The lines of a card that can be checked, and what speaks of something else."""

from __future__ import annotations

import time

import pytest

from truename.declared import card_text_facts
from truename.declared.card_text import MAX_STATEMENTS, is_sentence, label_of


def said(text: str) -> list[tuple[str, str]]:
    """Kind and value of every statement."""
    return [(f.value[0], f.value[2]) for f in card_text_facts(text, "README.md") if f.key == "card_statements"]


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("- Parameters: 7B", ("parameters", "7B")),
        ("* **Parameters:** 7B", ("parameters", "7B")),
        ("- **Total Parameters**: ~1.1B", ("parameters", "~1.1B")),
        ("**Number of Layers**: 32", ("layers", "32")),
        ("1. Context Length: 128K tokens", ("context", "128K tokens")),
        ("- 🔍 **Base Model**: [meta/llama](https://x.y/z)", ("base", "meta/llama")),
        ("- 参数量：7B", ("parameters", "7B")),
        ("| Parameters | 7B |\n|---|---|\n| Layers | 32 |", ("layers", "32")),
        ("| | |\n|---|---|\n| **Parameters (Non-Embedding)** | 7B |", ("parameters", "7B")),
        ("| Hyperparameter | Value | Comment |\n|--|--|--|\n| Layers | 60 | |", ("layers", "60")),
        ("| x | y |\n|--|--|\n| \\\\(n_{layers}\\\\) | 28&ast; |", ("layers", "28")),
        ("- Parameters: 396 M (30 layers, 16 heads)", ("layers", "30 layers")),
        ("- Architecture: hidden=512, layers=12", ("hidden", "hidden=512")),
        ("* 559,214,592 parameters:", ("parameters", "559,214,592")),
        ("**Falcon-40B is a 40B parameters causal decoder-only model.**", ("parameters", "40B")),
        ("- 24-layer\n- 1024 hidden dimension\n- 336M parameters", ("layers", "24")),
        ("- 24-layer\n- 1024 hidden dimension\n- 336M parameters", ("hidden", "1024")),
        ("- 24-layer\n- 1024 hidden dimension\n- 336M parameters", ("parameters", "336M")),
        ("The model consists of 28 layers with a model dimension of 4096.", ("layers", "28")),
        ("This repository contains a 4-bit AWQ quantized version of it", ("quantisation", "4-bit AWQ")),
        ("## Base Model\n- **Qwen2.5-Math-1.5B**", ("base", "Qwen2.5-Math-1.5B")),
        ("### Training\n- LoRA rank: 16", ("rank", "16")),
        ("YOLOS-small 参数量约 3000 万，隐藏维度为 384", ("parameters", "3000 万")),
        ("Title\n=====\n- Parameters: 7B", ("parameters", "7B")),
    ],
)
def test_what_a_card_says(text: str, statement: tuple[str, str]) -> None:
    assert statement in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "```\n- Parameters: 7B\n```",
        "~~~yaml\nlayers: 7\n~~~",
        "> - Parameters: 7B",
        "    parameters: 7B",
        "---\nparameters: 7B\n---\n",
        "## Benchmarks\n- Parameters: 7B",
        "## Comparison\n### Details\n- Parameters: 7B",
        "## Other models in the series\n- Parameters: 7B",
        "## Training\n- Context length: 512",
        "# Aelan\ntext\n# Training\n## Model\n- Precision: bfloat16",
        "# Aelan\n# Evaluation\n- Parameters: 7B",
        "## Base model\n- Parameters: 7B",
        "| Model | Params |\n|---|---|\n| Llama 2 | 13B |\n| Parameters | 7B |",
        "| | Ours | Theirs |\n|---|---|---|\n| Parameters | 7B | 13B |",
        "- Trainable parameters (LoRA): 7B",
        "- Parameters (trainable): 20M",
        "- **Vision encoder parameters**: 400M",
        "- Learning rate: 1e-4",
        "- 2-layer MLP projector",
        "Compared with GPT-3, 96 layers were too many",
        "This repository shows how models are quantized with AWQ",
        "The larger model, unlike ours, with 70B parameters",
        "A long line that merely mentions: 7B parameters of something else",
    ],
)
def test_what_speaks_of_something_else(text: str) -> None:
    assert said(text) == []


def test_a_sentence_keeps_its_subject() -> None:
    facts = list(card_text_facts("# Aelan\n\nLlama-2 has 70B parameters. Aelan has about 7B parameters.", "README.md"))
    subjects = [fact.value[1] for fact in facts if fact.key == "card_statements"]
    assert subjects == ["Llama-2 ", "Aelan "]
    assert all(is_sentence(subject) for subject in subjects)


def test_the_title_and_the_section() -> None:
    facts = list(card_text_facts("intro\n# **Aelan** 7B #\n## Details\n- Layers: 3", "README.md"))
    assert [(str(fact.key), fact.value, fact.detail) for fact in facts] == [
        ("card_title", "Aelan 7B", None),
        ("card_statements", ("layers", "Layers", "3"), "under 'Details'"),
    ]


def test_the_models_of_a_recipe() -> None:
    models = "models:\n  - model: a/One-7B\n  - model: ./local\n  - model: b/Two-7B # best\n"
    recipe = f"```yaml\n{models}merge_method: ties\nbase_model: a/One-7B\n```\n"
    text = f"# T\n{recipe}```yaml\n- model: c/Three\n```"
    merged = [fact.value for fact in card_text_facts(text, "README.md") if fact.key == "card_merges"]
    assert merged == [("a/One-7B", "b/Two-7B")]


def test_labels() -> None:
    assert label_of("Parameters (activated)") == "active"
    assert label_of("the hidden size") == "hidden"
    assert label_of("r") == "rank"
    assert label_of("parameters of the vision tower") is None


def test_a_card_has_bounds() -> None:
    many = "\n".join(f"- Parameters: {n}B" for n in range(1, 500))
    assert len(said(many)) == MAX_STATEMENTS


@pytest.mark.parametrize(
    "text",
    [
        "a is a is a param 1 " * 1_600,
        "x. is a is a param " * 1_700,
        "参数量约" * 8_000,
        "- " + "a:" * 16_000,
        "|" * 32_000,
        "# " * 16_000,
        "1" * 32_000 + " parameters",
        "```\nmerge_method:\n" + "- model: a/b\n" * 2_500,
    ],
    ids=range(8),
)
def test_hostile_cards_take_no_time(text: str) -> None:
    started = time.process_time()
    list(card_text_facts(text, "README.md"))
    assert time.process_time() - started < 0.5
