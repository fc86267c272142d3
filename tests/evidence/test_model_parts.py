"""Files that hold a part of a model: recognised, and the name of the other model is not held against them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from truename import check
from truename.evidence import gather
from truename.facts import MODEL_PART, Origin
from truename.findings import ModelReport, Severity
from truename.sources import FolderSource
from truename.testing import TensorSpecs, layout_tensors, write_gguf, write_header_only

LLAMA: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096, "intermediate_size": 14_336,
    "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128_256,
    "max_position_embeddings": 8192, "rope_theta": 500_000.0, "tie_word_embeddings": False,
}  # fmt: skip
LLAVA: dict[str, Any] = {"model_type": "llava", "text_config": LLAMA, "vision_config": {"hidden_size": 1024}}
H = 4096


def floats(**shapes: tuple[int, ...]) -> TensorSpecs:
    return {name.replace("__", "."): ("F16", shape) for name, shape in shapes.items()}


def layer(prefix: str, into: int = H) -> TensorSpecs:
    shapes = {
        "self_attn.q_proj": (H, into), "self_attn.k_proj": (1024, into), "self_attn.v_proj": (1024, into),
        "self_attn.o_proj": (H, H), "mlp.gate_proj": (14_336, H), "mlp.up_proj": (14_336, H),
        "mlp.down_proj": (H, 14_336), "post_attention_layernorm": (H,),
    }  # fmt: skip
    return {f"{prefix}.{name}.weight": ("F16", shape) for name, shape in shapes.items()}


EAGLE3 = layer("midlayer", 2 * H) | floats(fc__weight=(H, 3 * H), norm__weight=(H,), lm_head__weight=(32_000, H))
EAGLE1 = layer("layers.0") | floats(embed_tokens__weight=(128_256, H), fc__weight=(H, 2 * H))
DFLASH = (
    layer("layers.0") | layer("layers.1") | floats(fc__weight=(H, 5 * H), hidden_norm__weight=(H,), norm__weight=(H,))
)
MEDUSA = {f"{n}.0.linear.weight": ("F16", (H, H)) for n in range(5)} | {
    f"{n}.1.weight": ("F16", (32_000, H)) for n in range(5)
}
ACCELERATOR = {
    f"speculator.{word}.{n}.weight": ("F16", (H, H)) for n in range(3) for word in ("emb", "head", "ln", "proj")
}
NEXTN = layer("model.layers.61") | {
    f"model.layers.61.{name}.weight": ("BF16", (H,)) for name in ("eh_proj", "enorm", "hnorm")
}
PROJECTOR = {
    f"model.mm_projector.{n}.{role}": ("F16", shape)
    for n in (0, 2)
    for role, shape in (("weight", (H, H)), ("bias", (H,)))
}
TOWER = {
    f"vision_tower.vision_tower.vision_model.encoder.layers.{n}.self_attn.q_proj.weight": ("F16", (1024, 1024))
    for n in range(24)
}


def model(folder: Path, tensors: TensorSpecs | None, config: Mapping[str, Any] | None = LLAMA) -> Path:
    folder.mkdir()
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config))
    if tensors is not None:
        write_header_only(folder / "model.safetensors", tensors)
    return folder


def serious(report: ModelReport) -> list[str]:
    return [f"{f.code} {f.message}" for f in report.findings if f.severity is not Severity.NOTE]


@pytest.mark.parametrize(
    ("name", "tensors", "config", "part"),
    [
        ("EAGLE3-LLaMA3-Instruct-8B", EAGLE3, LLAMA, "draft"),
        ("EAGLE-LLaMA3-Instruct-8B", EAGLE1, LLAMA, "draft"),
        ("Llama-3-8B-DFlash-b16", DFLASH, LLAMA, "draft"),
        ("Qwen3-8B-speculator.eagle3", EAGLE3, {"architectures": ["Eagle3Speculator"]}, "draft"),
        ("medusa-vicuna-7b-v1.3", MEDUSA, None, "draft"),
        ("llama3-8b-accelerator", ACCELERATOR, {"model_type": "mlp_speculator"}, "draft"),
        ("DeepSeek-V3-671B-NextN", NEXTN, LLAMA | {"model_type": "deepseek_v3"}, "draft"),
        ("llava-v1.5-7b-mlp2x-pretrain", PROJECTOR, LLAVA, "projector"),
        ("llava-v1.5-7b", PROJECTOR, LLAVA, "projector"),
        ("llava-v1.5-7b-vision-tower", TOWER, LLAVA, "vision tower"),
        ("Qwen2-VL-7B-visual", {n.replace("vision_tower.vision_tower", "visual"): t for n, t in TOWER.items()}, None,
         "vision tower"),
        ("Qwen2-Audio-7B-encoder",
         {n.replace("vision_tower.vision_tower.vision_model", "audio_tower"): t for n, t in TOWER.items()}, None,
         "audio tower"),
    ],
)  # fmt: skip
def test_a_part_is_recognised_and_not_accused(
    tmp_path: Path, name: str, tensors: TensorSpecs, config: Mapping[str, Any] | None, part: str
) -> None:
    folder = model(tmp_path / name, tensors, config)
    fact = gather(FolderSource(folder)).get(MODEL_PART)
    assert fact is not None
    assert (fact.value, fact.origin) == (part, Origin.WEIGHTS)
    assert serious(check(folder)) == []


def test_a_draft_under_the_plain_name_of_the_model_that_it_serves(tmp_path: Path) -> None:
    report = check(model(tmp_path / "Llama-3-8B-Instruct", EAGLE3))
    assert any(line.startswith("SIZ001") for line in serious(report))
    assert "the files hold a draft model" in "".join(f.message for f in report.findings if f.code == "PKG004")


def test_what_does_not_apply_says_why(tmp_path: Path) -> None:
    report = check(model(tmp_path / "EAGLE3-LLaMA3-Instruct-8B", EAGLE3))
    reasons = {one.code: one.reason.text for one in report.does_not_apply}
    assert reasons["SIZ001"] == "the files hold a draft model, which is named after another model"
    assert [claim.outcome for claim in report.claims if claim.text == "EAGLE3"] == ["confirmed"]


def test_a_whole_small_model_that_is_called_a_draft_cannot_be_told(tmp_path: Path) -> None:
    tensors = layout_tensors(LLAMA | {"hidden_size": 1024, "intermediate_size": 2816, "num_hidden_layers": 4})
    report = check(model(tmp_path / "Llama-3-8B-draft", tensors, None))
    assert serious(report) == []
    assert "SIZ001" in {one.code for one in report.cannot_tell}


@pytest.mark.parametrize(
    ("tensors", "config"),
    [
        (layout_tensors(LLAMA), LLAMA),
        ({**layout_tensors(LLAMA), "medusa_head.0.0.linear.weight": ("F16", (H, H))}, LLAMA),
        ({f"{n}.{m}.weight": ("F32", (8, 8)) for n in range(3) for m in range(2)}, None),
        (
            {n.replace("vision_tower.vision_tower.", ""): t for n, t in TOWER.items()},
            {"model_type": "clip_vision_model"},
        ),
        ({"fc.weight": ("F32", (2, 768)), "layers.0.norm.weight": ("F32", (768,))}, None),
    ],
    ids=["llama", "heads beside a whole model", "nested layers", "a vision model of its own", "a classifier"],
)
def test_whole_models_are_no_parts(tmp_path: Path, tensors: TensorSpecs, config: Mapping[str, Any] | None) -> None:
    assert gather(FolderSource(model(tmp_path / "model", tensors, config))).get(MODEL_PART) is None


def test_an_image_encoder_in_a_gguf_file(tmp_path: Path) -> None:
    file = tmp_path / "mmproj-Qwen2.5-VL-7B-Instruct-f16.gguf"
    tensors = {"mm.0.weight": ("F16", (64, 64)), "v.blk.0.attn_q.weight": ("F16", (64, 64))}
    write_gguf(file, tensors, {"general.architecture": "clip", "general.type": "mmproj"})
    report = check(file)
    assert [fact.value for fact in report.facts if fact.key == MODEL_PART] == ["projector"]
    assert serious(report) == []


def test_a_configuration_alone_says_draft(tmp_path: Path) -> None:
    config = LLAMA | {"num_hidden_layers": 1, "draft_vocab_size": 32_000}
    fact = gather(FolderSource(model(tmp_path / "EAGLE3-LLaMA3-8B", None, config))).get(MODEL_PART)
    assert fact is not None
    assert (fact.value, fact.origin, fact.detail) == ("draft", Origin.DECLARED, "draft_vocab_size")
