from __future__ import annotations

import csv
import re
from importlib.metadata import version
from pathlib import Path

import pytest

from small_survey import response, write_export, write_instrument
from truename.cli import main

NAMES = "o/bert-base-uncased\no/gpt2-german\no/gpt2-german\n"


def test_snapshot_then_run_then_repeat(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "names.txt").write_text(NAMES)
    assert main(["study", "snapshot", "--from", "names.txt", "--out", "models.parquet"]) == 0
    assert capsys.readouterr().out == "3 models in models.parquet\n"
    assert main(["study", "run", "models.parquet", "--out", "first"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[:2] == ["2 rows of 3 records in first", "  1 x record left out: its id came before"]
    assert told[2].startswith("  not in the snapshot: author, owner_kind, library_name")
    assert main(["study", "run", "first/study.toml", "--out", "second"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "every byte is as recorded"
    for one in (tmp_path / "first").rglob("*"):
        if one.is_file():
            assert (tmp_path / "second" / one.relative_to(tmp_path / "first")).read_bytes() == one.read_bytes()


def test_the_instrument_of_another_survey(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "names.txt").write_text("o/bert-base-ner\no/gpt2-german\no/t5-summarization\n")
    write_instrument(tmp_path)
    answers = [response(f"R{n}", "1 - 2 years", "Task" if n else "Model size (e.g. base, large)", "") for n in range(4)]
    write_export(tmp_path, answers)
    survey = ["--survey", "responses.csv", "--instrument", "instrument.toml"]
    assert main(["study", "run", "names.txt", "--out", "out", *survey]) == 0
    with open(tmp_path / "out" / "tables" / "preference.csv", encoding="utf-8", newline="") as file:
        lines = {line["what"]: (line["wanted"], line["answered"], line["models"]) for line in csv.DictReader(file)}
    assert lines == {"S": ("1", "4", "1"), "T": ("3", "4", "2")}
    assert "Names in a registry" in (tmp_path / "out" / "report.html").read_text("utf-8")
    capsys.readouterr()
    assert main(["study", "run", "out/study.toml", "--out", "again"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "every byte is as recorded"


def test_a_repeat_that_differs_names_the_versions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "names.txt").write_text(NAMES)
    assert main(["study", "run", "names.txt", "--out", "first"]) == 0
    record = tmp_path / "first" / "study.toml"
    text = re.sub(r'"rows/part-00000.parquet" = "[0-9a-f]+"', '"rows/part-00000.parquet" = "0"', record.read_text())
    record.write_text(text)
    assert main(["study", "run", "first/study.toml", "--out", "second"]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "1 file differs from the record: rows/part-00000.parquet",
        "  all versions are those of the record",
    ]
    record.write_text(re.sub(r'polars = "[^"]+"', 'polars = "0.9"', text))
    assert main(["study", "run", "first/study.toml", "--out", "third"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == f"  other versions: polars 0.9, now {version('polars')}"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["run", "none.parquet", "--out", "out"], "none.parquet: there is no such snapshot"),
        (["run", "table.csv", "--out", "out"], "a column of ids is missing"),
        (["run", "-", "--out", "out"], "-: a snapshot is read twice and must be a file"),
        (["snapshot", "--from", "names.txt", "--owner", "o", "--out", "x.parquet"], "a ready snapshot is read whole"),
        (["snapshot", "--from", "names.txt", "--out", "table.csv"], "table.csv is there already"),
        (["run", "names.toml", "--out", "out"], "names.toml: no record of a study"),
        (["run", "names.txt", "--survey", "none.xlsx", "--out", "out"], "none.xlsx: there is no such file"),
        (["run", "names.txt", "--instrument", "none.toml", "--out", "out"], "none.toml: there is no such file"),
        (["run", "names.txt", "--instrument", "table.csv", "--out", "out"], "give its responses with --survey"),
    ],
)
def test_wrong_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], problem: str) -> None:
    (tmp_path / "names.txt").write_text(NAMES)
    (tmp_path / "table.csv").write_text("title\nx\n")
    (tmp_path / "names.toml").write_text("x = 1\n")
    assert main(["study", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert problem in told.err
    assert told.err.count("\n") == 1
    assert not (tmp_path / "out").exists()
