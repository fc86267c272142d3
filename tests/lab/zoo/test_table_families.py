from __future__ import annotations

import json

import pytest

from truename.architecture.layouts import layout_of
from truename.architecture.model_config import Settings
from truename.architecture.templates import template_of
from truename.lab.zoo.entry import rows_of
from truename.lab.zoo.indices import fill, unpack
from truename.lab.zoo.table_families import WrittenFamily, written_families, written_rows

from reference import reference

FAMILIES = written_families()
IDS = [f"{f.class_name}-{f.model_type}" for f in FAMILIES]

# Families that released repositories of the reference data hold: folder, model_type, layout.
REAL = [
    ("EmotioTech+EmotioLocal", "minicpmv", "saved"),
    ("IDLEOAK+openpangu-lightweight-methods", "PanguEmbedded", "buffers"),
    ("Decentralised-AI+falcon-40b", "RefinedWeb", "saved"),
    ("alibaba+Logics-Thinking", "logics", "saved"),
    ("colorfulandcjy0806+cjy_chat", "internlm2", "saved"),
    ("jj8127+mimo_kor", "mimo", "saved"),
    ("junqi-jiang+oasstpythia1.5brm", "gpt_neox_reward_model", "saved"),
    ("mapengAdam+qianwen-72B", "qwen", "saved"),
    ("wyler-max+llava-v1.5-7b", "llava", "buffers"),
    ("wmd-1+MiniMax-H3+FL2VA_transformer", "MiniMaxH3DiTModel", "saved"),
]


@pytest.mark.parametrize("family", FAMILIES, ids=IDS)
def test_every_configuration_has_sound_rows(family: WrittenFamily):
    for config_id in range(len(family.dims) + 4):
        for _, _, rows in written_rows(family, config_id, 0):
            assert len(rows) > 4
            for row in rows:
                assert all(size > 0 for size in row.shape), row
                for numbers in unpack(row.indices):
                    assert len(numbers) == row.template.count("#"), row
            names = [fill(row.template, numbers) for row in rows for numbers in unpack(row.indices)]
            assert len(names) == len(set(names))


def test_a_variation_hangs_on_its_seed():
    family = next(f for f in FAMILIES if f.class_name == "QWenLMHeadModel")
    three = [list(written_rows(family, 9, seed)) for seed in (0, 0, 1)]
    assert three[0] == three[1] != three[2]


def test_literal_numbers_are_numbers():
    family = next(f for f in FAMILIES if f.class_name == "MixFormerSequentialForCausalLM")
    _, _, rows = next(iter(written_rows(family, 0, 0)))
    found = {(row.template, row.indices) for row in rows}
    assert {("layers.#.wte.weight", "0"), ("layers.#.ln.weight", "1-25"), ("layers.#.linear.bias", "25")} <= found


def test_a_table_agrees_with_the_layout_of_a_kin():
    """XVERSE has the tensors of Llama: its table and the layout of the checking side write the same."""
    family = next(f for f in FAMILIES if f.class_name == "XverseForCausalLM")
    _, dims, rows = next(iter(written_rows(family, 0, 0)))
    config = {
        "model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": dims["V"], "hidden_size": dims["H"],
        "intermediate_size": dims["F"], "num_hidden_layers": dims["L"], "num_attention_heads": dims["A"],
        "tie_word_embeddings": False,
    }  # fmt: skip
    layout = layout_of(Settings(config))
    assert layout is not None
    assert {(r.template, r.shape, r.count) for r in rows} == {(r.template, r.shape, r.count) for r in layout.rows}


@pytest.mark.parametrize(("folder", "model_type", "layout"), REAL)
def test_the_tensors_are_those_of_a_released_repository(folder, model_type, layout):
    indexes = sorted(reference("real-repos", folder).glob("*.index.json"))
    names = json.loads(indexes[0].read_text())["weight_map"]
    real = {template_of(name) for name in names}
    written = [
        {row.template for row in rows}
        for family in FAMILIES
        if family.model_type == model_type
        for config_id in range(len(family.dims))
        for name, _, rows in written_rows(family, config_id, 0)
        if name == layout
    ]
    assert real in written


@pytest.mark.parametrize(
    ("folder", "class_name", "config_id", "layout"),
    [
        ("IDLEOAK+openpangu-lightweight-methods", "PanguEmbeddedForCausalLM", 1, "buffers"),
        ("mapengAdam+qianwen-72B", "QWenLMHeadModel", 3, "saved"),
        ("colorfulandcjy0806+cjy_chat", "InternLM2ForCausalLM", 0, "saved"),
        ("jj8127+mimo_kor", "MiMoForCausalLM", 0, "saved"),
        ("Decentralised-AI+falcon-40b", "RWForCausalLM", 0, "saved"),
    ],
)
def test_names_and_sizes_are_those_of_a_released_repository(folder, class_name, config_id, layout):
    """Every name, and the bytes of all tensors together where the index states them."""
    (index,) = reference("real-repos", folder).glob("*.index.json")
    stated = json.loads(index.read_text())
    family = next(f for f in FAMILIES if f.class_name == class_name)
    rows = next(rows for name, _, rows in written_rows(family, config_id, 0) if name == layout)
    specs = {fill(r.template, n): (r.dtype, r.shape) for r in rows for n in unpack(r.indices)}
    assert set(specs) == set(stated["weight_map"])
    assert rows_of(specs)
    elements = sum(r.count * _product(r.shape) for r in rows)
    assert abs(2 * elements / stated["metadata"]["total_size"] - 1) < 0.002


def _product(shape: tuple[int, ...]) -> int:
    total = 1
    for size in shape:
        total *= size
    return total
