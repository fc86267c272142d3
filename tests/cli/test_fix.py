"""The front matter of a card from what the files show; everything else stays as it is."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from truename.cli import main

HONEST, LONG = "bert_uncased_L-2_H-128_A-2", "llama-instruct-128k"
CARD = """---
# who made it
license: mit  # as the base
tags:
- llama
  # kept for the search
- gguf
- 'story'

library_name: "transformer"
model-index:
  - name: x
    results: []
---
# Title

text --- with: colons
"""


@pytest.fixture
def model(models: Path, tmp_path: Path) -> Path:
    folder = tmp_path / LONG
    shutil.copytree(models / LONG, folder)
    (folder / "README.md").unlink()
    return folder


def fixed(model: Path, card: str | bytes) -> bytes:
    path = model / "README.md"
    path.write_bytes(card.encode() if isinstance(card, str) else card)
    main(["fix", str(model), "--apply"])
    return path.read_bytes()


def test_only_what_the_files_show_changes(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (model / "README.md").write_text(CARD)
    assert main(["fix", str(model)]) == 1
    out = capsys.readouterr().out
    assert '-library_name: "transformer"\n+library_name: "transformers"\n' in out
    assert "-- gguf" in out
    assert "nothing is written yet; --apply writes it" in out
    assert (model / "README.md").read_text() == CARD
    assert main(["fix", str(model), "--apply"]) == 0
    expected = CARD.replace("- gguf\n", "").replace('"transformer"', '"transformers"')
    assert (model / "README.md").read_text() == expected.replace(
        "---\n# Title", "pipeline_tag: text-generation\n---\n# Title"
    )
    capsys.readouterr()
    assert main(["fix", str(model)]) == 0
    assert "nothing to fix" in capsys.readouterr().out


def test_a_card_without_front_matter_gets_one(model: Path) -> None:
    assert (
        fixed(model, "# Title\n") == b"---\nlibrary_name: transformers\npipeline_tag: text-generation\n---\n# Title\n"
    )


def test_no_card_gets_one(model: Path) -> None:
    assert main(["fix", str(model), "--apply"]) == 0
    assert (model / "README.md").read_text().startswith("---\nlibrary_name: transformers\n")


def test_windows_line_ends_stay(model: Path) -> None:
    after = fixed(model, "---\r\nlicense: mit\r\n---\r\nText\r\n")
    assert after.count(b"\n") == after.count(b"\r\n")
    assert b"library_name: transformers\r\n" in after


def test_the_base_of_an_adapter(tmp_path: Path) -> None:
    folder = tmp_path / "llama-lora"
    folder.mkdir()
    config = {"peft_type": "LORA", "base_model_name_or_path": "meta-llama/Llama-2-7b-hf", "r": 8}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    (folder / "adapter_model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    after = fixed(folder, "---\nlicense: mit\n---\n").decode()
    assert "base_model: meta-llama/Llama-2-7b-hf\n" in after
    assert "library_name: peft\n" in after
    assert "base_model_relation: adapter\n" in after
    local = {**config, "base_model_name_or_path": "/data/private/llama"}
    (folder / "adapter_config.json").write_text(json.dumps(local))
    assert b"/data/private" not in fixed(folder, "---\nlicense: mit\n---\n")


@pytest.mark.parametrize(
    ("card", "problem"),
    [
        ("---\nlicense: [\n---\n", "front matter that cannot be read in line"),
        ("---\nlicense: mit\n", "no line '---' ends"),
        ("---\na: &x 1\nb: *x\n---\n", "aliases"),
    ],
)
def test_a_card_that_cannot_be_read_is_left_alone(
    model: Path, card: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (model / "README.md").write_text(card)
    assert main(["fix", str(model), "--apply"]) == 2
    told = capsys.readouterr()
    assert problem in told.err
    assert told.err.count("\n") == 1
    assert (model / "README.md").read_text() == card


def test_what_would_be_rewritten_besides_is_left_alone(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = "---\nlicense:     mit\ntags: [a,    gguf]\nother: {x:   1,y: 2}\n---\n"
    (model / "README.md").write_text(card)
    code = main(["fix", str(model), "--apply"])
    after = (model / "README.md").read_text()
    if code == 2:
        assert "edit it by hand" in capsys.readouterr().err
        assert after == card
    else:
        assert "license:     mit" in after
        assert "other: {x:   1,y: 2}" in after


def test_a_folder_that_cannot_be_written(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("truename.card_fixes.write_bytes_atomically", refused)
    assert main(["fix", str(model), "--apply"]) == 2
    assert "cannot be written (Permission denied)" in capsys.readouterr().err
    assert not (model / "README.md").exists()


def test_nothing_but_the_card_is_touched(model: Path) -> None:
    before = {path: path.read_bytes() for path in model.iterdir()}
    fixed(model, CARD)
    assert {path: path.read_bytes() for path in model.iterdir() if path.name != "README.md"} == before


@pytest.mark.parametrize("target", ["nowhere", "owner/name"])
def test_only_folders_are_fixed(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", target]) == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_a_very_long_front_matter_is_refused(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (model / "README.md").write_bytes(b"---\n" + b"a: b\n" * 10_000_000)
    assert main(["fix", str(model)]) == 2
    assert "too large" in capsys.readouterr().err
    assert os.path.getsize(model / "README.md") > 50_000_000 - 1_000
