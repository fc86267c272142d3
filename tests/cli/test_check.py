from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from truename.cli import main
from truename.findings import Finding, ModelReport, Outcomes, Severity

HONEST = "bert_uncased_L-2_H-128_A-2"
WRONG = "llama-7b"


def test_an_honest_model_passes(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(models / HONEST)]) == 0
    captured = capsys.readouterr()
    assert f"{HONEST}: consistent" in " ".join(captured.out.split())
    assert ": 0 flagged, " in captured.out
    assert "  L-2         confirmed: 2, measured in model.safetensors\n" in captured.out
    assert captured.err == ""


def test_a_dishonest_model_fails(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(models / WRONG)]) == 1
    captured = capsys.readouterr()
    assert f"{WRONG}: contradicted" in " ".join(captured.out.split())
    assert "      llama-7b\n            ^^\n" in captured.out
    assert captured.err == ""


def test_the_claimed_name_replaces_the_folders(models: Path) -> None:
    assert main(["check", str(models / WRONG), "--name", "llama-1.1b"]) == 0
    assert main(["check", str(models / HONEST), "--name", "llama-7b"]) == 1


def test_the_json_report(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(models / WRONG), str(models / HONEST), "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "truename.report/2"
    assert [model["name"] for model in document["models"]] == [WRONG, HONEST]
    for model in document["models"]:
        assert set(model["outcomes"]) == {"flagged", "confirmed", "does_not_apply", "cannot_tell"}
        assert len(model["cannot_tell"]) == model["outcomes"]["cannot_tell"]
        assert len(model["does_not_apply"]) == model["outcomes"]["does_not_apply"]
    assert [model["verdict"]["outcome"] for model in document["models"]] == ["contradicted", "consistent"]


def test_the_same_folder_gives_the_same_bytes(models: Path, tmp_path: Path) -> None:
    for format_ in ("text", "json"):
        written = []
        for number in range(2):
            out = tmp_path / f"{format_}{number}"
            main(["check", str(models / WRONG), "--format", format_, "--output", str(out)])
            written.append(out.read_bytes())
        assert written[0] == written[1]
        assert written[0].endswith(b"\n")


def test_output_goes_to_the_file_alone(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(models / WRONG), "--output", str(tmp_path / "report.txt")]) == 1
    assert capsys.readouterr().out == ""
    assert "SIZ" in (tmp_path / "report.txt").read_text()


def test_an_output_that_cannot_be_written(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(models / WRONG), "--output", "no/such/folder/report"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_one_unusable_target_does_not_hide_the_others(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nowhere", str(models / HONEST), "--format", "json"]) == 2
    captured = capsys.readouterr()
    assert [model["name"] for model in json.loads(captured.out)["models"]] == [HONEST]
    assert captured.err.startswith("truename: error: nowhere: there is no such folder, and ")
    assert captured.err.count("\n") == 1


def test_select_and_ignore_by_prefix(models: Path) -> None:
    target = str(models / WRONG)
    assert main(["check", target, "--select", "SIZ"]) == 1
    assert main(["check", target, "--select", "siz,ARC"]) == 1
    assert main(["check", target, "--ignore", "SIZ"]) == 0
    assert main(["check", target, "--select", "ARC", "--select", "TSK"]) == 0


def test_the_projects_settings_hold_unless_the_call_says_otherwise(models: Path, tmp_path: Path) -> None:
    target = str(models / WRONG)
    (tmp_path / "pyproject.toml").write_text('[tool.truename]\nignore = ["SIZ"]\n')
    assert main(["check", target]) == 0
    (tmp_path / "pyproject.toml").write_text('[tool.truename]\nfail-on = "never"\n')
    assert main(["check", target]) == 0
    assert main(["check", target, "--fail-on", "error"]) == 1


def test_wrong_settings_stop_the_check(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.truename]\nselekt = ["SIZ"]\n')
    assert main(["check", str(models / HONEST)]) == 2
    assert "selekt is not a setting; did you mean select?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("severity", "level", "code"),
    [
        ("error", "error", 1),
        ("warning", "error", 0),
        ("note", "error", 0),
        ("error", None, 1),
        ("warning", None, 1),
        ("note", None, 0),
        ("note", "note", 1),
        ("warning", "warning", 1),
        ("note", "warning", 0),
        ("error", "never", 0),
    ],
)
def test_the_exit_code_follows_the_level(
    severity: str, level: str | None, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = Finding("SIZ001", "parameter-count", Severity(severity), "m")
    report = ModelReport("t", "t", findings=(finding,), outcomes=Outcomes(1, 0, 0))
    monkeypatch.setattr("truename.api.check", lambda *_, **__: report)
    assert main(["check", "t", *(["--fail-on", level] if level else [])]) == code


def test_a_folder_in_any_script(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "模型-\x1b[31m-7b"
    shutil.copytree(models / WRONG, folder)
    assert main(["check", str(folder), "--fail-on", "never"]) == 0
    out = capsys.readouterr().out
    assert "模型-\\x1b[31m-7b" in out
    assert "\x1b" not in out


def test_a_rule_that_fails_itself_is_told_under_its_code_and_the_others_still_run(
    models: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from truename.rules.context.length import ContextLength

    def fails(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(ContextLength, "check", fails)
    assert main(["check", str(models / WRONG), str(models / HONEST), "--format", "json"]) == 2
    told = capsys.readouterr()
    assert "llama-7b: CTX001: a fault of truename itself, ZeroDivisionError" in told.err
    first, second = json.loads(told.out)["models"]
    assert [finding["code"] for finding in first["findings"]] == ["SIZ001"]
    assert [one["code"] for one in second["cannot_tell"] if one["reason"]["kind"] == "internal_error"] == ["CTX001"]
    assert main(["scan", "--folder", str(models), "--out", "out"]) == 2
    assert "SIZ001" in capsys.readouterr().out
