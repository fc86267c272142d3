"""Known findings: counted, shown on request, and no reason to fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from truename.cli import main

WRONG, HONEST, OTHER = "llama-7b", "bert_uncased_L-2_H-128_A-2", "llama-instruct-128k"


def test_what_is_known_does_not_fail(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = str(models / WRONG)
    assert main(["check", target, "--baseline", "known.json", "--update-baseline"]) == 0
    first = Path("known.json").read_bytes()
    (entry,) = json.loads(first)["findings"]
    assert (entry["code"], entry["model"]) == ("SIZ001", WRONG)
    capsys.readouterr()
    assert main(["check", target, "--baseline", "known.json"]) == 0
    told = capsys.readouterr()
    assert "1 known finding in the baseline; -v shows them" in told.out
    assert "the name says 7b" not in told.out
    assert told.err == ""
    main(["check", target, "--baseline", "known.json", "-v"])
    assert "SIZ001 the name says 7b" in capsys.readouterr().out
    assert main(["check", target, "--baseline", "known.json", "--update-baseline"]) == 0
    assert Path("known.json").read_bytes() == first


def test_what_is_new_fails(models: Path) -> None:
    main(["check", str(models / WRONG), "--baseline", "known.json", "--update-baseline"])
    assert main(["check", str(models / WRONG), str(models / OTHER), "--baseline", "known.json"]) == 1


def test_an_entry_that_no_longer_occurs_is_told(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(models / WRONG), "--baseline", "known.json", "--update-baseline"])
    main(["check", str(models / WRONG), "--baseline", "known.json", "--ignore", "SIZ"])
    assert "1 entry of the baseline no longer occur (SIZ001 of llama-7b)" in capsys.readouterr().err
    main(["check", str(models / HONEST), "--baseline", "known.json"])
    assert capsys.readouterr().err == ""  # a model that was not checked says nothing


def test_an_update_keeps_the_models_that_were_not_checked(models: Path) -> None:
    main(["check", str(models / WRONG), "--baseline", "known.json", "--update-baseline"])
    main(["check", str(models / OTHER), "--baseline", "known.json", "--update-baseline"])
    assert [one["model"] for one in json.loads(Path("known.json").read_text())["findings"]] == [WRONG, OTHER]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "the baseline cannot be read (No such file or directory)"),
        ("", "not a whole baseline"),
        ('{"schema": "truename.baseline/1", "version": "0.2", "findings": [{"finger', "not a whole baseline"),
        ('{"schema": "truename.baseline/1", "version": "0.2"}', "not a whole baseline"),
        ('{"schema": "truename.baseline/9", "findings": []}', "a baseline of the form truename.baseline/9"),
        ("[]", "not a baseline"),
    ],
)
def test_a_bad_baseline_is_one_sentence(
    models: Path, text: str | None, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        Path("known.json").write_text(text)
    assert main(["check", str(models / WRONG), "--baseline", "known.json"]) == 2
    told = capsys.readouterr()
    assert problem in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_update_needs_a_file(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(models / WRONG), "--update-baseline"]) == 2
    assert "belongs to --baseline" in capsys.readouterr().err


def test_scan_knows_baselines(models: Path) -> None:
    scan = ["scan", "--folder", str(models), "--baseline", "known.json"]
    assert main([*scan, "--out", "first", "--update-baseline"]) == 0
    assert main([*scan, "--out", "second"]) == 0
    checked = [str(path) for path in models.iterdir()]
    assert main(["check", *checked, "--baseline", "known.json"]) == 0
    Path("known.json").write_text('{"schema": "truename.baseline/1", "version": "0.2", "findings": []}')
    assert main([*scan, "--out", "third"]) == 1
