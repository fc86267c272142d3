"""A card beside a part of a model tells of the whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from truename.api import check
from truename.testing import write_header_only

WIDTH = 256
EAGLE = {
    "fc.weight": ("F16", (WIDTH, 3 * WIDTH)),
    "norm.weight": ("F16", (WIDTH,)),
    "lm_head.weight": ("F16", (1000, WIDTH)),
    "d2t": ("I64", (1000,)),
    "midlayer.self_attn.q_proj.weight": ("F16", (WIDTH, 2 * WIDTH)),
    "midlayer.self_attn.o_proj.weight": ("F16", (WIDTH, WIDTH)),
    "midlayer.mlp.down_proj.weight": ("F16", (WIDTH, 1024)),
}
CARD = """---
base_model: meta-llama/Llama-3.1-8B-Instruct
---
# EAGLE3-LLaMA3.1-Instruct-8B

- Parameters: 8B
- Layers: 32
- Hidden size: 4096
- Base model: meta-llama/Llama-3.1-8B-Instruct
"""


@pytest.mark.parametrize("name", ["me/EAGLE3-LLaMA3.1-Instruct-8B", "me/Aelan-eagle3"])
def test_the_card_of_a_draft_tells_of_the_model_that_it_serves(name: str, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    config = {"model_type": "llama", "hidden_size": WIDTH, "num_hidden_layers": 1, "draft_vocab_size": 1000}
    (tmp_path / "config.json").write_text(json.dumps(config))
    write_header_only(tmp_path / "model.safetensors", EAGLE)
    assert [f.code for f in check(tmp_path, name=name).findings if f.code.startswith(("CRD", "BAS"))] == []
