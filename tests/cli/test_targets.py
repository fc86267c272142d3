"""Whatever a person points at, in the command line: what is said, and the exit code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hubs import write_llama
from truename.cli import main

IGNORED = '[tool.truename]\nignore = ["SIZ001"]\n'


def test_a_folder_of_models(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("check", "inspect", "identify"):
        assert main([command, str(models)]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        said = (
            f"truename: error: {models}: holds 5 models; name one, or `truename scan --folder {models} --out TABLE`\n"
        )
        assert captured.err == said


def test_a_model_does_not_settle_its_own_check(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "llama-7b"
    shutil.copytree(models / "llama-7b", model)
    (model / "pyproject.toml").write_text(IGNORED)
    (model / "sub").mkdir()
    assert main(["check", str(model)]) == 1
    for folder, target in ((model, "."), (model / "sub", ".."), (model, "model.safetensors")):
        monkeypatch.chdir(folder)
        assert main(["check", target]) == 1
    assert main(["check", ".", "--config", "pyproject.toml"]) == 0
    capsys.readouterr()
    assert main(["check", ".", "--config", "nothing.toml"]) == 2
    assert "nothing.toml: there is no such file of settings" in capsys.readouterr().err


def test_the_settings_of_a_file(models: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('ignore = ["SIZ001"]\n')
    assert main(["check", str(models / "llama-7b"), "--config", str(tmp_path / "mine.toml")]) == 0
    assert main(["check", str(models / "llama-7b"), "--config", str(tmp_path / "mine.toml"), "--ignore", "CTX"]) == 1


@pytest.mark.skipif(os.name != "posix", reason="pipes as POSIX has them")
@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(("target", "code"), [("llama-7b", 1), ("bert_uncased_L-2_H-128_A-2", 0), ("nothing-there", 2)])
def test_a_reader_that_goes_away_changes_no_exit_code(models: Path, target: str, code: int, form: str) -> None:
    command = [sys.executable, "-m", "truename", "check", *[str(models / target)] * 3, "--format", form]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait() == code
    assert b"Traceback" not in said
    assert (said == b"") is (code != 2)


def test_an_unreachable_hub_and_a_cached_model(tmp_path: Path) -> None:
    files = write_llama(tmp_path / "files")
    snapshot = tmp_path / "hub" / "models--acme--llama-7b" / "snapshots" / ("1a2b3c" + "0" * 34)
    shutil.copytree(files, snapshot)
    (tmp_path / "hub" / "models--acme--llama-7b" / "refs").mkdir()
    (tmp_path / "hub" / "models--acme--llama-7b" / "refs" / "main").write_text(snapshot.name)
    environment = {
        **os.environ,
        "HF_HUB_CACHE": str(tmp_path / "hub"),
        "HF_HOME": str(tmp_path / "home"),
        "HF_ENDPOINT": "http://127.0.0.1:9",
    }
    command = [sys.executable, "-m", "truename", "check", "acme/llama-7b"]
    for more, why in (({}, "the Hub is unreachable"), ({"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE is set")):
        done = subprocess.run(command, env=environment | more, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "SIZ001" in done.stdout
        assert done.stderr == f"truename: warning: {why}; checked the cached snapshot 1a2b3c000000 of acme/llama-7b\n"
