from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from truename import check
from truename.cli import main
from truename.cli.demo import _program
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
    for name, lie in LIES.items():
        assert f"\n{name}: {'contradicted' if lie else 'consistent'} (" in captured.out
    assert "\n5 models: 4 contradicted, 1 consistent (5 errors)\n" in captured.out
    assert "  L-2         confirmed: 2, measured in model.safetensors\n" in captured.out
    assert captured.err == ""


def next_commands(page: str) -> list[str]:
    """The commands below "Next:", as they are printed."""
    return [line.removeprefix("Next:").strip() for line in page.partition("\nNext: ")[2].splitlines()]


def test_what_it_says_to_do_next_runs_as_printed(tmp_path: Path) -> None:
    def run(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=120)

    first = run(f"{shlex.quote(sys.executable)} -m truename demo")
    assert first.returncode == 0, first.stderr
    keep, *others = next_commands(first.stdout)
    kept = run(keep)
    assert kept.returncode == 0, kept.stderr
    checked = run(next_commands(kept.stdout)[0])
    assert checked.returncode == 1, checked.stderr
    assert checked.stdout.startswith("demo-models/llama-7b: contradicted (")
    for command in others:
        assert run(command.replace("PATH/TO/YOUR/MODEL", "demo-models/bert_uncased_L-2_H-128_A-2")).returncode == 0


@pytest.mark.parametrize(
    ("called", "path", "printed"),
    [
        ("bin/truename", "bin", "truename"),
        ("bin/truename", "", "bin/truename"),
        ("bin/truename", "other", "bin/truename"),
        ("a folder/truename", "", "'a folder/truename'"),
        ("__main__.py", "bin", f"{shlex.quote(sys.executable)} -m truename"),
        ("bin/nothing-there/truename", "bin", f"{shlex.quote(sys.executable)} -m truename"),
    ],
)
def test_the_program_is_named_so_that_the_shell_finds_it(
    called: str, path: str, printed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("bin", "other", "a folder"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "truename").touch(mode=0o755)
    (tmp_path / "__main__.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [called, "demo"])
    monkeypatch.setenv("PATH", str(tmp_path / path) if path else "")
    assert _program() == printed


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
