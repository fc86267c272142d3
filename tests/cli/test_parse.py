from __future__ import annotations

import gzip
import importlib
import io
import json
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from truename.cli import main


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", "bert-base-uncased", "llama-7b"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("bert-base-uncased\n  architecture")
    assert "\n\nllama-7b\n" in out
    assert "7,000,000,000" in out
    assert "convention: " in out


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", "owner/llama-7b@main", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["schema", "names"]
    assert document["schema"] == "truename.parse/1"
    (name,) = document["names"]
    assert list(name) == ["name", "owner", "model", "revision", "convention", "elements"]
    assert (name["owner"], name["model"], name["revision"]) == ("owner", "llama-7b", "main")
    (size,) = (element for element in name["elements"] if element["kind"] == "P")
    assert size == {"kind": "P", "role": "parameters", "text": "7b", "value": 7_000_000_000, "start": 12, "end": 14}


def test_the_learned_part_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    name = "textattack/bert-base-uncased-gourmet-dishes"
    assert main(["parse", name, "--format", "jsonl"]) == 0
    assert main(["parse", name, "--format", "jsonl", "--no-learned"]) == 0
    learned, alone = (json.loads(line)["elements"] for line in capsys.readouterr().out.splitlines())
    assert [e["kind"] for e in alone][-2:] == ["O", "O"]
    assert [e["kind"] for e in learned] != [e["kind"] for e in alone]
    assert [e | {"kind": ""} for e in learned] == [e | {"kind": ""} for e in alone]


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_names_on_standard_input(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, "bert-base\n\n  llama-7b \r\n模型".encode())
    assert main(["parse", *arguments, "--format", "jsonl"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["bert-base", "llama-7b", "模型"]


def test_no_names_give_no_lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    feed(monkeypatch, b"\n\n")
    assert main(["parse", "--format", "jsonl"]) == 0
    assert capsys.readouterr().out == ""


def test_bytes_that_are_not_utf8(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    feed(monkeypatch, b"llama-\xff-7b\n")
    assert main(["parse", "--format", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "llama-\\udcff-7b"


def test_a_line_that_is_no_name(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    feed(monkeypatch, b"x" * 100_001)
    assert main(["parse"]) == 2
    assert "line 1: longer than" in capsys.readouterr().err


def test_a_terminal_is_asked_for_names(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    feed(monkeypatch, b"")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert main(["parse"]) == 2
    assert "no names" in capsys.readouterr().err


def test_a_hostile_name_reaches_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", "llama-\x1b[2J-7b" + "z" * 10_000]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert all(len(line) <= 80 for line in out.splitlines())


def readings(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [json.loads(line)["name"] for line in capsys.readouterr().out.splitlines()]


NAMES = ["bert-base", "llama-7b", "模型"]


def table(path: Path, column: str = "name", names: Sequence[str | None] = NAMES) -> Path:
    """A table of one kind or another, by its ending."""
    rows = [{"n": number, column: name} for number, name in enumerate(names)]
    if path.suffix == ".parquet":
        arrow = pytest.importorskip("pyarrow")
        importlib.import_module("pyarrow.parquet").write_table(arrow.Table.from_pylist(rows), path)
        return path
    if ".jsonl" in path.name:
        text = "".join(json.dumps(row) + "\n" for row in rows)
    elif path.suffix == ".txt":
        text = "\n".join(map(str, names))
    else:
        sign = "\t" if path.suffix == ".tsv" else ","
        text = sign.join(rows[0]) + "\n" + "".join(f'{row["n"]}{sign}"{row[column]}"\n' for row in rows)
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize(
    "file", ["a.txt", "a.list", "a.csv", "a.tsv", "a.jsonl", "a.jsonl.gz", "a.csv.gz", "a.parquet"]
)
def test_names_from_files(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if file == "a.list":
        (tmp_path / file).write_text("\ufeffbert-base\r\n\r\n llama-7b\n模型", encoding="utf-8")
    else:
        table(tmp_path / file)
    assert main(["parse", "--format", "jsonl", "--input", str(tmp_path / file)]) == 0
    assert readings(capsys) == NAMES


@pytest.mark.parametrize("file", ["a.csv", "a.jsonl", "a.parquet"])
def test_a_column_of_a_table(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = table(tmp_path / file, "repo")
    assert main(["parse", "--format", "jsonl", "--input", str(path), "--column", "repo", "gpt2"]) == 0
    assert readings(capsys) == ["gpt2", *NAMES]
    assert main(["parse", "--input", str(path)]) == 2
    assert "a." in (said := capsys.readouterr().err)
    assert "has no column 'name'; give one with --column; there are 'n', 'repo'" in said
    assert main(["parse", "--input", str(path), "--column", "x"]) == 2
    assert "has no column 'x'" in capsys.readouterr().err


@pytest.mark.parametrize("file", ["a.jsonl", "a.parquet"])
def test_rows_without_a_name_are_left_out(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = table(tmp_path / file, names=["bert", None, " ", "gpt2"])
    assert main(["parse", "--format", "jsonl", "--input", str(path)]) == 0
    assert readings(capsys) == ["bert", "gpt2"]


def test_json_lines_may_be_names_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_text('"bert"\n\n"gpt2"\n', encoding="utf-8")
    assert main(["parse", "--format", "jsonl", "--input", str(tmp_path / "a.jsonl")]) == 0
    assert readings(capsys) == ["bert", "gpt2"]


@pytest.mark.parametrize(
    ("file", "data", "said"),
    [
        ("a.txt", b"", "a.txt: holds no names"),
        ("a.txt", b" \n\n", "a.txt: holds no names"),
        ("a.csv", b"", "a.csv: holds no names"),
        ("a.csv", b"name\n", "a.csv: holds no names"),
        ("a.txt", b"bert\nll\xffama\n", "a.txt, line 2: byte 0xff is no UTF-8"),
        ("a.csv", b"name\nll\xffama\n", "a.csv, line 2: byte 0xff is no UTF-8"),
        ("a.txt", b"x" * 100_001, "a.txt, line 1: longer than 100,000 bytes"),
        ("a.csv", b'name\n"' + b"x" * 200_000, "a.csv, line 2: no CSV"),
        ("a.jsonl", b'{"name": "ll\xffama"}', "a.jsonl, line 1: byte 0xff is no UTF-8"),
        ("a.jsonl", b"{", "a.jsonl, line 1: no JSON"),
        ("a.jsonl", b"[" * 100_000, "a.jsonl, line 1: no JSON"),
        ("a.jsonl", b'{"name": 7}', "a.jsonl, line 1: the name is no text"),
        ("a.jsonl", b'{"name": "a"}\n{"id2": "b", "x": 1}', "has no column"),
        ("a.txt.gz", b"no gzip", "a.txt.gz: cannot be read"),
        ("a.parquet", b"no Parquet", "a.parquet: no Parquet"),
    ],
)
def test_a_file_that_is_no_list(
    file: str, data: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if file.endswith("parquet"):
        pytest.importorskip("pyarrow")
    (tmp_path / file).write_bytes(data)
    assert main(["parse", "--format", "jsonl", "--input", str(tmp_path / file)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("coded", [False, True])
def test_a_text_in_parquet_that_is_not_utf8(coded: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arrow = pytest.importorskip("pyarrow")
    texts = arrow.StringArray.from_buffers(
        2, arrow.py_buffer(struct.pack("3i", 0, 4, 8)), arrow.py_buffer(b"bertll\xffa")
    )
    if coded:
        texts = arrow.DictionaryArray.from_arrays(arrow.array([0, 1]), texts)
    importlib.import_module("pyarrow.parquet").write_table(arrow.table({"name": texts}), tmp_path / "a.parquet")
    assert main(["parse", "--format", "jsonl", "--input", str(tmp_path / "a.parquet")]) == 2
    error = capsys.readouterr().err
    assert "a.parquet" in error
    assert "byte 0xff is no UTF-8" in error or (coded and "Invalid UTF8" in error)  # newer Arrows look into words
    assert error.count("\n") == 1


def test_a_cut_gzip_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"bert\n" * 1000)[:-10])
    assert main(["parse", "--format", "jsonl", "--input", str(tmp_path / "a.txt.gz")]) == 2
    assert "a.txt.gz: cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--input", "nowhere.txt"], "nowhere.txt: cannot be read (No such file or directory)"),
        (["--input", "nowhere.txt", "--column", "x"], "has no columns"),
        ([""], "a name is empty"),
    ],
)
def test_a_call_that_cannot_be_done(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_parquet_without_its_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.parquet").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["parse", "--input", str(tmp_path / "a.parquet")]) == 2
    assert "pip install 'truename[parquet]'" in capsys.readouterr().err


def test_a_parquet_column_of_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = table(tmp_path / "a.parquet")
    assert main(["parse", "--input", str(path), "--column", "n"]) == 2
    assert "the column 'n' holds int64, no text" in capsys.readouterr().err


def test_json_of_many_is_the_same_document_as_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", *NAMES, "--format", "json"]) == 0
    text = capsys.readouterr().out
    assert [name["name"] for name in json.loads(text)["names"]] == NAMES
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
