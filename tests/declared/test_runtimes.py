"""Configurations of runtimes where there is no config.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from truename.api import check, inspect
from truename.errors import EmptyTargetError

GENAI: dict[str, Any] = {
    "model": {
        "bos_token_id": 1, "context_length": 8192, "eos_token_id": 2, "type": "llama", "vocab_size": 49_152,
        "decoder": {
            "head_size": 64, "hidden_size": 576, "num_attention_heads": 9, "num_hidden_layers": 30,
            "num_key_value_heads": 3, "filename": "model.onnx",
        },
    },
    "search": {"max_length": 8192},
}  # fmt: skip
MLC: dict[str, Any] = {
    "model_type": "llama", "quantization": "q4f16_1",
    "model_config": {"hidden_size": 2048, "num_hidden_layers": 16, "vocab_size": 128_256},
}  # fmt: skip


def facts(folder: Path) -> dict[str, Any]:
    return {str(fact.key): fact.value for fact in inspect(folder).facts}


def test_genai(tmp_path: Path) -> None:
    (tmp_path / "genai_config.json").write_text(json.dumps(GENAI))
    found = facts(tmp_path)
    assert (found["model_type"], found["layers"], found["hidden_size"]) == ("llama", 30, 576)
    assert (found["heads"], found["key_value_heads"], found["vocabulary_size"]) == (9, 3, 49_152)
    assert found["context_length"] == 8192
    assert "parameters" not in found, "the inner width is not told, and no default of a library stands in for it"
    assert check(tmp_path, name="me/SmolLM2-135M-onnx").findings == ()


def test_a_name_of_another_size_by_depth(tmp_path: Path) -> None:
    (tmp_path / "genai_config.json").write_text(json.dumps(GENAI))
    assert [f.code for f in check(tmp_path, name="me/SmolLM2-32L-onnx").findings] == ["DIM001"]


def test_mlc_of_both_ages(tmp_path: Path) -> None:
    (tmp_path / "mlc-chat-config.json").write_text(json.dumps(MLC))
    found = facts(tmp_path)
    assert (found["model_type"], found["layers"], found["hidden_size"]) == ("llama", 16, 2048)
    (tmp_path / "mlc-chat-config.json").write_text(json.dumps({"model_lib": "x", "model_category": "llama"}))
    assert facts(tmp_path)["model_type"] == "llama"
    assert "layers" not in facts(tmp_path)


@pytest.mark.parametrize("text", ["{}", '{"model": 3}', '{"model": {"decoder": []}}', '{"model_config": []}'])
def test_runtimes_that_tell_nothing(text: str, tmp_path: Path) -> None:
    for name in ("genai_config.json", "mlc-chat-config.json"):
        (tmp_path / name).write_text(text)
    assert "layers" not in facts(tmp_path)


def test_config_json_goes_first(tmp_path: Path) -> None:
    (tmp_path / "genai_config.json").write_text(json.dumps(GENAI))
    (tmp_path / "config.json").write_text('{"model_type": "phi3", "num_hidden_layers": 32}')
    assert facts(tmp_path)["layers"] == 32


def test_a_folder_without_any_is_still_none(tmp_path: Path) -> None:
    (tmp_path / "ort_config.json").write_text("{}")
    with pytest.raises(EmptyTargetError):
        check(tmp_path)
