from __future__ import annotations

import json
from pathlib import Path

import pytest

from truename.cli import main


def test_text(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(models / "llama-7b")]) == 0
    out = capsys.readouterr().out
    assert "1,100,048,384 (1.1 B)" in out
    assert "model.safetensors" in out
    assert "× 22" in out
    assert "\n  a name that fits: Llama-1.1B\n" in out
    assert "2048×2048" in out
    assert all(line == line.rstrip() for line in out.splitlines())


def test_json(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(models / "llama-7b"), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["schema", "target", "facts", "missing", "blocks", "names", "parts"]
    assert document["schema"] == "truename.inspect/1"
    facts = {fact["key"]: fact for fact in reversed(document["facts"])}
    assert facts["parameters"]["value"] == 1_100_048_384
    assert list(facts["parameters"]) == ["key", "value", "origin", "file", "detail"]
    assert any(block["detail"] == "× 22" for block in document["blocks"])
    assert document["names"] == {"hub": "Llama-1.1B", "gguf": "Llama-1.1B-v1.0-F16.gguf"}


def test_the_name_changes_nothing(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    renamed = tmp_path / "gpt-40b-awq"
    renamed.symlink_to(models / "llama-7b")
    documents = []
    for folder in (models / "llama-7b", renamed):
        assert main(["inspect", str(folder), "--format", "json"]) == 0
        document = json.loads(capsys.readouterr().out)
        documents.append({key: value for key, value in document.items() if key != "target"})
    assert documents[0] == documents[1]
