"""Wrong calls: one sentence on standard error, exit code 2, nothing on standard output."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from truename import __version__
from truename.cli import main

HOSTILE = "x\x1b[2J\u202ey"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["bogus"], "no such command 'bogus'"),
        (["check"], "missing argument 'TARGET'"),
        (["check", "--format", "xml", "."], "'xml' is not one of 'text', 'concise'"),
        (["check", "--fail-on", "bad", "."], "'bad' is not one of"),
        (["check", "--nonsense", "."], "--nonsense"),
        (["check", "nowhere"], "nowhere: there is no such folder"),
        (["check", ""], "a target is empty"),
        (["check", "a", "b", "--name", "c"], "--name belongs to one target"),
        (["check", ".", "--name", " "], "--name is empty"),
        (["check", ".", "--select", "NOPE"], "'NOPE'"),
        (["check", ".", "--ignore", "NOPE1"], "'NOPE1'"),
        (["check", HOSTILE], "x\\x1b[2J\\u202ey: there is no such folder"),
        (["inspect", "nowhere"], "nowhere: there is no such folder"),
        (["inspect", ""], "a target is empty"),
        (["parse", " "], "a name is empty"),
        (["rule", "NOPE"], "no rule has the code 'NOPE'"),
        (["rule"], "missing argument 'CODE'"),
    ],
)
def test_a_wrong_call_is_one_sentence(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("truename: error: ")
    assert captured.err.count("\n") == 1
    assert sentence in captured.err
    assert "\x1b" not in captured.err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"truename {__version__}\n"


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Usage: truename" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "parse", "inspect", "rule", "rules", "demo"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"Usage: truename {command}" in capsys.readouterr().out


@pytest.mark.skipif(os.name != "posix", reason="pipes and signals as POSIX has them")
def test_a_reader_that_goes_away_is_no_fault() -> None:
    names = "\n".join(f"llama-{n}b" for n in range(1, 20_000)).encode()
    command = [sys.executable, "-m", "truename", "parse", "--format", "jsonl"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        try:
            process.stdin.write(names)
            process.stdin.close()
        except BrokenPipeError:
            pass
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("truename.cli.rule_page.known_rules", interrupted)
    assert main(["rules"]) == 130
    assert capsys.readouterr().err == ""


def test_a_locale_without_our_letters_is_no_fault(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "truename", "parse", "模型-7b"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert b"\\u6a21" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a device that is always full")
@pytest.mark.parametrize("format_", ["text", "json", "jsonl"])
def test_a_full_disk_is_one_sentence(format_: str) -> None:
    command = [sys.executable, "-m", "truename", "parse", "llama-7b", "--format", format_]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "truename: error: standard output: No space left on device\n"


@pytest.mark.skipif(os.name != "posix", reason="closes a stream as a POSIX shell does")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--help"], ["rules"]])
def test_a_full_disk_is_one_sentence_whatever_is_written(arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "truename", *arguments]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "truename: error: standard output: No space left on device\n")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HF_ENDPOINT", "huggingface.co"),
        ("HF_ENDPOINT", "http://[::1"),
        ("HF_ENDPOINT", "ftp://hub"),
        ("HF_TOKEN", "hf_\xe9"),
        ("HF_TOKEN", "a token"),
        ("HF_HUB_ETAG_TIMEOUT", "soon"),
        ("MODELSCOPE_ENDPOINT", "http://"),
    ],
)
def test_an_environment_that_makes_no_sense_is_one_sentence(variable: str, value: str) -> None:
    target = "modelscope://a/b" if variable.startswith("MODELSCOPE") else "a/b"
    command = [sys.executable, "-m", "truename", "check", target]
    environment = {**os.environ, "HF_HUB_OFFLINE": "0", variable: value}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert done.stderr.startswith("truename: error: ")
    assert variable != "HF_TOKEN" or value not in done.stderr


@pytest.mark.parametrize(
    "target", ["http://[::1", "s3://", "https://", "http://.x/", "s3:///a", "modelscope://", "hf://"]
)
def test_an_address_that_is_none_is_one_sentence(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", target]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert captured.err.startswith("truename: error: ")


def test_no_standard_output_at_all_is_no_fault() -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m truename parse llama-7b >&-"], capture_output=True, check=True
    )
    assert done.stderr == b""
