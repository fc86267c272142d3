"""Header-only files of known releases with one lie in their configuration: what the rules on it catch.

Every release whose tensors follow from its values is written out, checked as it is, and checked again with each lie
that its kind allows: a dimension that the tensors do not have, a tie without a head, a quantisation that was left over.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import siblings
from truename import check
from truename.architecture.layouts import layout_of
from truename.architecture.model_config import Settings
from truename.findings import ModelReport, Severity
from truename.names import claims_of, parse_name
from truename.releases import ReleaseTable
from truename.testing import TensorSpecs, layout_tensors, write_header_only

RULES = ("CFG001", "CFG002", "CFG003", "CFG004", "CFG005", "CFG006", "CFG008")
Config = Mapping[str, Any]

GPTQ = {"quant_method": "gptq", "bits": 4, "group_size": 128}


def planted(table: ReleaseTable) -> Iterator[tuple[str, str]]:
    """A rule and ``right``, ``alarm``, ``caught`` or ``missed``, for each check of a release and each lie about it."""
    for release in table.releases:
        if release.experts or claims_of(parse_name(release.id)).of(*siblings.STORED):
            continue
        copies = table.of_key(release.key) if release.key else (release,)
        config = siblings.config_of(siblings.completed(release, copies))
        layout = layout_of(Settings(config))
        if layout is None:
            continue
        config |= {"architectures": [layout.class_name], "torch_dtype": "bfloat16"}
        tensors = dict(layout_tensors(config))
        report = checked(config, tensors)
        judged = confirmed(report)
        for code in RULES:
            if code in judged:
                yield code, "alarm" if code in flagged(report) else "right"
        for code, lie in LIES:
            told, kept = {**config}, {**tensors}
            if (code in judged or code == "CFG002") and lie(told, kept):
                yield code, "caught" if code in flagged(checked(told, kept), notes=True) else "missed"
        yield "CFG008", "caught" if "CFG008" in flagged(by_index(config, tensors, 5.0), notes=True) else "missed"


def times(key: str, factor: int) -> Callable[[dict[str, Any], dict[str, Any]], bool]:
    """The lie that a number is several times what it is."""

    def lie(config: dict[str, Any], _: dict[str, Any]) -> bool:
        if type(value := config.get(key)) is int:
            config[key] = value * factor
        return type(value) is int

    return lie


def without_head(config: dict[str, Any], tensors: dict[str, Any]) -> bool:
    """The lie that a head is stored: untied, and not there."""
    config["tie_word_embeddings"] = False
    return config["architectures"][0].endswith("ForCausalLM") and tensors.pop("lm_head.weight", None) is not None


def other_head(config: dict[str, Any], tensors: dict[str, Any]) -> bool:
    """A head of two rows."""
    config["tie_word_embeddings"] = False
    if "lm_head.weight" in tensors:
        tensors["lm_head.weight"] = ("BF16", (2, tensors["lm_head.weight"][1][1]))
    return config["architectures"][0].endswith("ForCausalLM") and "lm_head.weight" in tensors


def other_dtype(config: dict[str, Any], _: dict[str, Any]) -> bool:
    """The lie that the weights are stored in 32 bits."""
    config["torch_dtype"] = "float32"
    return True


def left_over(config: dict[str, Any], _: dict[str, Any]) -> bool:
    """The lie that the weights are quantised."""
    config["quantization_config"] = GPTQ
    return True


def without_a_layer(_: dict[str, Any], tensors: dict[str, Any]) -> bool:
    """A layer in the middle is missing."""
    mine = [name for name in tensors if ".2." in name]
    for name in mine:
        del tensors[name]
    return bool(mine) and any(".3." in name for name in tensors)


LIES: tuple[tuple[str, Callable[[dict[str, Any], dict[str, Any]], bool]], ...] = (
    *(("CFG001", times(key, factor)) for key, factor in (
        ("num_hidden_layers", 2), ("hidden_size", 2), ("intermediate_size", 2), ("vocab_size", 2),
        ("num_attention_heads", 3), ("num_key_value_heads", 2),
    )),
    ("CFG002", left_over),
    ("CFG003", other_dtype),
    ("CFG004", without_head),
    ("CFG004", other_head),
    ("CFG005", times("max_position_embeddings", 8)),
    ("CFG006", without_a_layer),
)  # fmt: skip


def checked(config: Config, tensors: TensorSpecs) -> ModelReport:
    """The report on a folder with these files."""
    with tempfile.TemporaryDirectory() as parent:
        folder = _folder(parent, config)
        write_header_only(folder / "model.safetensors", tensors, {"format": "pt"})
        return check(folder, name="a-model")


def by_index(config: Config, tensors: TensorSpecs, factor: float) -> ModelReport:
    """The report on a folder with an index alone, whose total is several times that of the tensors."""
    size = sum(2 * _elements(shape) for _, shape in tensors.values())
    index = {
        "metadata": {"total_size": int(size * factor)},
        "weight_map": dict.fromkeys(tensors, "model-1.safetensors"),
    }
    with tempfile.TemporaryDirectory() as parent:
        folder = _folder(parent, config)
        (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
        return check(folder, name="a-model")


def _folder(parent: str, config: Config) -> Path:
    folder = Path(parent) / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def _elements(shape: tuple[int, ...]) -> int:
    count = 1
    for side in shape:
        count *= side
    return count


def flagged(report: ModelReport, *, notes: bool = False) -> frozenset[str]:
    """The codes of the rules that found something."""
    return frozenset(f.code for f in report.findings if notes or f.severity is not Severity.NOTE)


def confirmed(report: ModelReport) -> frozenset[str]:
    """The codes of the rules that decided."""
    return frozenset(one.code for one in report.confirmed) | flagged(report, notes=True)
