from __future__ import annotations

from pathlib import Path

import pytest

from truename import check
from truename.cli import main
from truename.testing.miniature import demo_models

# model -> the part of its name that is wrong; None: nothing is
LIES = {
    "bert_uncased_L-2_H-128_A-2": None,
    "bert-sentiment-uncased": "bert",
    "llama-7b": "7b",
    "mistral-instruct-awq": "awq",
    "llama-instruct-128k": "128k",
}


def test_the_demo_shows_the_five_models(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    captured = capsys.readouterr()
    assert all(f"\n{name}\n" in captured.out for name in LIES)
    assert "5 models: 4 with findings" in captured.out
    assert captured.out.rstrip().splitlines()[-1].startswith("      truename check")
    assert captured.err == ""


def test_out_keeps_the_models_and_is_not_written_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "kept"
    assert main(["demo", "--out", str(out)]) == 0
    assert {folder.name for folder in out.iterdir()} == set(LIES)
    assert main(["demo", "--out", str(out)]) == 2
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize("name", LIES)
def test_each_model_is_found_out_for_its_lie_and_nothing_else(name: str, models: Path) -> None:
    claims = {finding.claim and finding.claim.text for finding in check(models / name).findings}
    assert claims == ({LIES[name]} if LIES[name] else set())


def test_the_files_are_small(tmp_path: Path) -> None:
    for model in demo_models():
        folder = model.write(tmp_path)
        on_disk = sum(file.stat().st_blocks * 512 for file in folder.iterdir())
        assert on_disk < 3_000_000, model.name
