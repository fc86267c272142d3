"""``truename identify`` and ``truename compare`` on the models of the demo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from truename.cli import main


def test_text(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["identify", str(models / "llama-7b")]) == 0
    out = capsys.readouterr().out
    assert "model type" in out
    assert "llama" in out
    assert all(line == line.rstrip() for line in out.splitlines())


def test_json(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["identify", str(models / "llama-7b"), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "truename.identification/1"
    (model,) = document["models"]
    assert list(model)[:2] == ["target", "identification"]
    assert list(model["identification"]) == ["model_type", "architecture", "task"]
    answer = model["identification"]["model_type"]
    assert list(answer) == ["set", "unknown", "error_rate", "nearest", "fitting"]
    assert "llama" in [member["label"] for member in answer["set"]]
    assert answer["error_rate"] == 0.01
    assert not answer["unknown"]
    assert list(answer["nearest"][0]) == ["label", "similarity"]


def test_a_folder_without_weights_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    assert main(["identify", str(tmp_path)]) == 0
    assert "cannot tell: there is no weights file" in capsys.readouterr().out


@pytest.mark.parametrize(("rate", "sentence"), [("0", "not between 0 and 1"), ("0.0001", "below 0.002")])
def test_a_wrong_error_rate(rate: str, sentence: str, models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["identify", str(models / "llama-7b"), "--error-rate", rate]) == 2
    assert sentence in capsys.readouterr().err


def test_compare_with_itself(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = str(models / "llama-7b")
    assert main(["compare", one, one]) == 0
    out = capsys.readouterr().out
    assert "structural distance 0.000" in out
    assert "no block differs" in out


def test_compare_as_json(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    others = [path for path in sorted(models.iterdir()) if path.name != "llama-7b"]
    assert main(["compare", str(models / "llama-7b"), str(others[0]), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "truename.comparison/1"
    assert 0 < document["comparison"]["distance"] <= 1
    assert document["comparison"]["blocks"]


def test_compare_with_nothing(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.json").write_text("{}")
    assert main(["compare", str(models / "llama-7b"), str(tmp_path)]) == 2
    assert "has no structure to compare" in capsys.readouterr().err


def test_evaluate_without_a_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dara", "train", "--zoo", str(tmp_path / "none.parquet")]) == 2
    assert "there is no corpus" in capsys.readouterr().err
