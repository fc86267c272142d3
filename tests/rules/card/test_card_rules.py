"""What a card says against the files, from real folders: one lie and its honest sisters for each rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from truename.api import check
from truename.findings import Severity
from truename.rules.shared.cards import counts_said, numbers_said
from truename.testing import write_header_only

CONFIG: dict[str, Any] = {
    "model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 256, "num_hidden_layers": 4,
    "num_attention_heads": 4, "num_key_value_heads": 4, "intermediate_size": 512, "vocab_size": 1000,
    "max_position_embeddings": 2048, "rope_theta": 10_000.0, "torch_dtype": "float16", "tie_word_embeddings": False,
}  # fmt: skip


def llama(dtype: str = "F16") -> dict[str, tuple[str, tuple[int, ...]]]:
    """The tensors of the configuration above: 3.1 M parameters."""
    found: dict[str, tuple[str, tuple[int, ...]]] = {
        "model.embed_tokens.weight": (dtype, (1000, 256)),
        "model.norm.weight": (dtype, (256,)),
        "lm_head.weight": (dtype, (1000, 256)),
    }
    for n in range(4):
        path = f"model.layers.{n}"
        found |= {f"{path}.self_attn.{p}_proj.weight": (dtype, (256, 256)) for p in "qkvo"}
        found |= {f"{path}.mlp.{p}_proj.weight": (dtype, (512, 256)) for p in ("gate", "up")}
        found |= {f"{path}.mlp.down_proj.weight": (dtype, (256, 512))}
        found |= {f"{path}.{p}_layernorm.weight": (dtype, (256,)) for p in ("input", "post_attention")}
    return found


def findings(folder: Path, card: str, name: str = "me/Aelan", dtype: str = "F16", **config: Any) -> dict[str, Severity]:
    """Codes of cards and lineage with their severities."""
    folder.mkdir(exist_ok=True)
    (folder / "README.md").write_text(card, encoding="utf-8")
    (folder / "config.json").write_text(json.dumps(CONFIG | config), encoding="utf-8")
    write_header_only(folder / "model.safetensors", llama(dtype))
    report = check(folder, name=name)
    return {f.code: f.severity for f in report.findings if f.code.startswith(("CRD", "BAS"))}


HONEST = """---
license: mit
---
# Aelan

Aelan is a 3.1M parameters decoder-only model, smaller than Llama-2 with 7B parameters.

| | |
|---|---|
| Parameters | 3.1M |
| Layers | 4 |
| Hidden size | 256 |
| Context length | 2048 |
| Precision | float16 |

## Comparison

| Model | Parameters |
|---|---|
| Llama-2-7B | 7B |
| Aelan | 3.1M |

## Training

- Context length: 512
- Quantization: 4-bit
- Parameters: 7B

## Other models

- Parameters: 70B
- Layers: 80
"""


def test_an_honest_card_is_quiet(tmp_path: Path) -> None:
    assert findings(tmp_path, HONEST) == {}


@pytest.mark.parametrize(
    ("true", "false", "code", "severity"),
    [
        ("| Parameters | 3.1M |", "| Parameters | 30M |", "CRD001", Severity.WARNING),
        ("Aelan is a 3.1M parameters", "Aelan is a 125M parameters", None, None),  # the table is right
        ("| Layers | 4 |", "| Layers | 12 |", "CRD002", Severity.WARNING),
        ("| Hidden size | 256 |", "| Hidden size | 768 |", "CRD002", Severity.WARNING),
        ("| Context length | 2048 |", "| Context length | 8192 |", "CRD003", Severity.NOTE),
        ("| Context length | 2048 |", "| Context length | 128K |", "CRD003", Severity.WARNING),
        ("| Context length | 2048 |", "| Context length | 8192 with RoPE scaling |", None, None),
        ("| Precision | float16 |", "| Quantization | 4-bit |", "CRD006", Severity.WARNING),
        ("| Precision | float16 |", "| Precision | float32 |", "CRD006", Severity.NOTE),
        ("| Precision | float16 |", "| Base model | Qwen2.5-7B |", None, None),  # a llama may be a converted Qwen
        ("# Aelan", "# GPT-NeoX-20B", "CRD007", Severity.WARNING),
        ("# Aelan", "# Llama-2-13b-chat", "CRD007", Severity.WARNING),
    ],
)
def test_one_lie(true: str, false: str, code: str | None, severity: Severity | None, tmp_path: Path) -> None:
    card = HONEST.replace(true, false, 1)
    if code == "CRD001":
        card = card.replace("3.1M", "30M")
    assert card != HONEST
    assert findings(tmp_path, card) == ({} if code is None else {code: severity})


def test_a_card_in_another_case_of_units(tmp_path: Path) -> None:
    assert findings(tmp_path, "# Aelan\n- 参数量: 310 万\n") == {}
    assert findings(tmp_path, "# Aelan\n- 参数量: 3 亿\n") == {"CRD001": Severity.WARNING}
    assert findings(tmp_path, "# Aelan\n- Parameters: 3,100,000\n") == {}


def test_a_quantised_word_of_a_training_is_quiet(tmp_path: Path) -> None:
    assert findings(tmp_path, "# Aelan\n- Quantization: 4-bit NF4 during training (QLoRA)\n") == {}
    assert findings(tmp_path, "# Aelan\n- Quantization: none\n") == {}


@pytest.mark.parametrize(
    "line",
    [
        "- Quantization: 4-bit (bitsandbytes, NF4)",
        "- Quantization: INT8 dynamic",
        "- Precision: mixed, FP32",
        "- Parameters: temperature 0.7, context 128k",
        "- Params (M): 86.6",
        "- Model size: 14 GB",
        "We started from Llama-3-70B. It has 70B parameters.",
        "- Layers: several",
        "- Base model: a model of ours",
        "- Context: up to the memory that you have",
        "- Number of Parameters (trainable): 20M",
        "| Model | Params |\n|---|---|\n| Parameters | 70B |",
    ],
)
def test_what_honest_cards_say(line: str, tmp_path: Path) -> None:
    assert findings(tmp_path, f"# Aelan\n\n## Model details\n\n{line}\n") == {}


def test_a_merge_that_leaves_a_source_out(tmp_path: Path) -> None:
    recipe = "```yaml\nmodels:\n- model: a/One\n- model: b/Two\nmerge_method: slerp\n```\n"
    front = "---\nbase_model:\n- a/One\n---\n# Aelan\n"
    assert findings(tmp_path, front + recipe) == {"BAS002": Severity.WARNING}
    assert findings(tmp_path, front.replace("- a/One", "- a/One\n- b/two") + recipe) == {}
    assert findings(tmp_path, "# Aelan\n" + recipe) == {}
    copied = front.replace("- a/One", "- you/Aelan")  # a packed copy of the merge, with the merge's card
    assert findings(tmp_path, copied + recipe) == {}


def test_a_model_that_is_its_own_base(tmp_path: Path) -> None:
    assert findings(tmp_path, "---\nbase_model: me/Aelan\n---\n") == {"BAS006": Severity.NOTE}
    assert findings(tmp_path, "---\nbase_model: you/Aelan\n---\n") == {}


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("14.77B (14,768,307,200)", [14.77e9, 14_768_307_200]),
        ("3000 万", [30e6]),
        ("1.5 亿", [150e6]),
        ("~7 billion", [7e9]),
        ("8x7B", []),
        ("4.7 GB", []),
        ("350 MB on disk", []),
        ("32 layers", []),
        ("about 95%", []),
        ("temperature 0.7, context 128k", []),
        ("500k", [500_000]),
        ("6053381344", [6_053_381_344]),
        ("1.1B (366M active)", [1.1e9, 366e6]),
    ],
)
def test_counts_of_a_value(text: str, counts: list[float]) -> None:
    assert [claim.value for claim in counts_said(text)] == counts


def test_numbers_of_a_value() -> None:
    assert numbers_said("32 for Q, 8 for KV") == (32, 8)
    assert numbers_said("153k") == (153_000, 156_672)
    assert numbers_said("46,145") == (46_145,)
    assert numbers_said("v1.5") == ()
