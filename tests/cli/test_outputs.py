"""Reports of a call in several forms and places at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from truename.cli import main

WRONG, HONEST = "llama-7b", "bert_uncased_L-2_H-128_A-2"


def test_several_at_once(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    targets = [str(models / WRONG), str(models / HONEST)]
    assert main(["check", *targets, "-o", "sarif=x.sarif", "-o", "markdown=-", "--output", "junit=x.xml"]) == 1
    assert capsys.readouterr().out.startswith("## truename: 2 models")
    (run,) = json.loads(Path("x.sarif").read_text())["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["SIZ001"]
    assert Path("x.xml").read_text().count("<testsuite ") == 2


def test_a_place_alone_has_the_form_of_the_call(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(models / WRONG), "--format", "json", "-o", "x.json", "-o", "./a=b", "-o", "text="])
    assert json.loads(Path("x.json").read_text())["models"]
    assert Path("x.json").read_bytes() == Path("a=b").read_bytes()
    assert "contradicted" in capsys.readouterr().out


def test_exit_zero_is_for_findings_alone(models: Path) -> None:
    assert main(["check", str(models / WRONG), "--exit-zero", "--format", "sarif"]) == 0
    assert main(["check", "nowhere", "--exit-zero"]) == 2


@pytest.mark.parametrize(
    ("outputs", "problem"),
    [
        (["sariff=x"], "'sariff' is not a form of report; did you mean sarif?"),
        (["nonsense=x"], "the forms are text, concise, json"),
        (["json=-", "text=-"], "only one report can go to standard output"),
        (["sarif=folder"], "folder: cannot be written: it is a folder"),
        (["sarif=no/such/x"], "no/such/x: cannot be written: there is no folder no/such"),
    ],
)
def test_bad_outputs_are_refused_before_anything_is_checked(
    models: Path, outputs: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("folder").mkdir()
    arguments = [part for output in outputs for part in ("-o", output)]
    assert main(["check", str(models / WRONG), *arguments]) == 2
    told = capsys.readouterr()
    assert problem in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_a_failed_call_leaves_the_file_as_it_was(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("x.sarif").write_text("before")

    def fails(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("truename.api.check", fails)
    assert main(["check", str(models / WRONG), "-o", "sarif=x.sarif"]) == 130
    assert Path("x.sarif").read_text() == "before"
    assert [path.name for path in Path().iterdir()] == ["x.sarif"]


def test_a_finding_about_a_declared_value_points_to_its_line(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = models / "llama-instruct-128k"
    lines = (folder / "config.json").read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "max_position_embeddings" in line)
    column = lines[number - 1].index('"') + 1
    main(["check", str(folder), "--format", "concise", "--select", "CTX"])
    assert capsys.readouterr().out.startswith(f"{folder}/config.json:{number}:{column}: error: ")


def test_scan_writes_the_same_reports(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("sarif", "junit", "gitlab", "markdown", "html", "concise", "github"):
        targets = [str(path) for path in sorted(models.iterdir())]
        main(["check", *targets, "-o", f"{form}=check.{form}"])
        Path("list").write_text("".join(f"{target}\n" for target in targets))
        main(["scan", "list", "--out", f"out-{form}", "--concurrency", "1", "-o", f"{form}=scan.{form}"])
        assert Path(f"scan.{form}").read_text() == Path(f"check.{form}").read_text()
    assert "Of 5 models" in capsys.readouterr().out


def test_a_scans_report_on_standard_output_stands_alone(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--folder", str(models), "--out", "out", "--format", "jsonl", "--exit-zero"]) == 0
    told = capsys.readouterr()
    assert len([json.loads(line) for line in told.out.splitlines()]) == 5
    assert "Of 5 models" in told.err
