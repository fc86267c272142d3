from __future__ import annotations

from pathlib import Path

import pytest

from small_survey import response, write_codes, write_export, write_instrument
from truename.cli import main


def test_analyse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [response("R_1", "1 - 2 years", "Task,\u202eBlue"), response("R_2", consent="No")]
    export = write_export(tmp_path, lines)
    arguments = ["survey", "analyse", str(export), "--instrument", str(write_instrument(tmp_path))]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[:2] == ["2 responses, 1 participants", "  left out: 1: no consent was given"]
    assert "  elements, task: published 9, the data gives 1" in told
    assert not any("\u202e" in line for line in told)
    assert (tmp_path / "out" / "report.html").is_file()


def test_long_notes_are_wrapped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = write_export(tmp_path, [response("R_1", "1 - 2 years", f"Task,{'blue ' * 12}\u202e{'red ' * 12}", "")])
    arguments = ["survey", "analyse", str(export), "--instrument", str(write_instrument(tmp_path))]
    assert main([*arguments, "--codes", str(write_codes(tmp_path)), "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out.splitlines()
    assert max(map(len, told[:-1])) <= 79
    assert told[-1] == f"report: {tmp_path / 'out' / 'report.html'}"  # a path stays whole
    note = next(place for place, line in enumerate(told) if line.startswith("  note: the sheet 'codes' has"))
    assert told[note + 1].startswith("    ")


def test_an_export_of_another_survey(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = write_export(tmp_path, [response("R_1")])
    assert main(["survey", "analyse", str(export), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "lacks the columns Q5" in told.err
    assert not (tmp_path / "out").exists()
