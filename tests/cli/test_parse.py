from __future__ import annotations

import io
import json

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
    assert size == {"kind": "P", "text": "7b", "value": 7_000_000_000, "start": 12, "end": 14}


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
