"""The bundle of a dispute: enough to repeat the decision, and nothing that should not leave the machine."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from truename.cli import main
from truename.dispute import BLANK

WRONG = "llama-7b"
TOKEN = "hf_" + "a1B2" * 8


def test_a_bundle_holds_what_the_decision_rests_on(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "private" / WRONG
    shutil.copytree(models / WRONG, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "auth": TOKEN, "token": "x" * 20}))
    (folder / "README.md").write_text(f"---\nlicense: mit\n---\nuse {TOKEN}\n")
    (folder / "tokenizer.json").write_text("{}")
    assert main(["report-issue", str(folder), "SIZ001"]) == 0
    assert "no weights and no token" in capsys.readouterr().out
    with ZipFile("truename-issue.zip") as bundle:
        parts = {name: bundle.read(name) for name in bundle.namelist()}
    assert {"about.json", "report.json", "explanation.json", "tensors.json"} < parts.keys()
    assert {"documents/config.json", "documents/README.md"} < parts.keys()
    assert "documents/tokenizer.json" not in parts
    together = b"".join(parts.values())
    assert TOKEN.encode() not in together
    assert b"x" * 20 not in together
    assert together.count(BLANK) == 3
    assert str(tmp_path).encode() not in together
    assert len(json.loads(parts["tensors.json"])) == 201
    assert json.loads(parts["report.json"])["findings"][0]["code"] == "SIZ001"
    assert json.loads(parts["about.json"])["files"]["model.safetensors"] > 0


def test_the_same_call_writes_the_same_bytes(models: Path) -> None:
    for out in ("a.zip", "b.zip"):
        assert main(["report-issue", str(models / WRONG), "SIZ001", "--out", out]) == 0
    assert Path("a.zip").read_bytes() == Path("b.zip").read_bytes()


@pytest.mark.parametrize(
    "arguments", [["nowhere", "SIZ001"], [WRONG, "SIZ999"], [WRONG, "SIZ001", "--out", "no/x.zip"]]
)
def test_bad_calls_are_one_sentence(
    models: Path, arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models)
    assert main(["report-issue", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1
