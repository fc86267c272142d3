"""``truename scan`` as people call it: what it takes, what it writes, what it says."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from hubs import Waits, hub_of, write_llama
from truename.cli import main
from truename.sources import hub as hub_module
from truename.testing.hub_server import Fault, HubServer, RepoSettings
from truename.testing.miniature import demo_models

Start = Callable[..., HubServer]

GATED, PRIVATE = RepoSettings(gated="auto"), RepoSettings(private=True)
SETTINGS = {"bad/gated": GATED, "bad/private": PRIVATE, "good/llama-chat": RepoSettings(moved_from=("good/renamed",))}


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    for name in ("good/llama", "good/llama-chat", "good/bert"):
        write_llama(folder / name)
    for name in ("gated", "private", "lies", "huge", "endless-list", "down", "longer", "endless", "whole"):
        write_llama(folder / "bad" / name)
    write_llama(folder / "good" / "sharded", shard_bytes=100_000)
    (folder / "bad" / "empty").mkdir()
    weights = folder / "bad" / "lies" / "model.safetensors"
    weights.write_bytes((2**62).to_bytes(8, "little") + weights.read_bytes()[8:])
    return folder


@pytest.fixture
def server(models: Path, hub_server: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HubServer:
    server = hub_server(models, repos=SETTINGS, page=2)
    hub = hub_of(server, tmp_path, cache=False)
    monkeypatch.setattr(hub_module, "_shared", [hub])
    monkeypatch.setattr("truename.scan.kernel.time.sleep", Waits())
    monkeypatch.chdir(tmp_path)
    return server


def rows(out: str = "out") -> dict[str, dict[str, Any]]:
    found = pq.read_table(sorted(Path(out).glob("part-*.parquet"))).to_pylist()
    by_target = {row["target"]: row for row in found}
    assert len(by_target) == len(found)
    return by_target


def listed(*targets: str) -> str:
    Path("list.txt").write_text("\n".join(targets) + "\n")
    return "list.txt"


BAD = {
    "good/nothing": ("error", "TargetNotFoundError", "has no model 'good/nothing'"),
    "bad/gated": ("error", "AccessError", "is gated; ask for access at"),
    "bad/private": ("error", "TargetNotFoundError", "or it is private"),
    "bad/empty": ("error", "EmptyTargetError", "holds no file that a model could consist of"),
    "good/renamed": ("checked", None, None),
    "bad/huge": ("checked", None, None),
    "bad/endless-list": ("error", "UnavailableError", "sends more than 20,000,000 bytes where a document is expected"),
    "bad/lies": ("checked", None, None),
    "bad/longer": ("checked", None, None),
    "bad/endless": ("checked", None, None),
    "bad/whole": ("checked", None, None),
    "bad/down": ("error", "UnavailableError", "answers 503"),
    "no id at all": ("error", "TargetNotFoundError", "there is no such folder"),
    "ftp://host/model": ("error", "UsageError", "of addresses these are known"),
}


def test_whatever_a_hub_does_is_a_row_and_the_scan_goes_on(server: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truename.sources.hub_answers.MAX_INFO_BYTES", 20_000_000)
    files = [{"rfilename": f"data/{number}.txt", "size": 1} for number in range(50_000)]
    huge = {"id": "bad/huge", "siblings": [*files, {"rfilename": "config.json", "size": 2}]}
    server.script(
        Fault("/api/models/bad/huge", body=json.dumps(huge).encode()),
        Fault("/bad/huge/resolve/*", body=b"{}"),
        Fault("/api/models/bad/endless-list", endless=True),
        Fault("/api/models/bad/down", status=503),
        Fault("*bad/longer/*", longer=10_000_000),
        Fault("*bad/endless/*/*", endless=True),
        Fault("*bad/whole/*", ignore_range=True),
    )
    assert main(["scan", listed(*BAD, "good/llama"), "--out", "out"]) == 2
    found = rows()
    assert found.keys() == {*BAD, "good/llama"}
    for target, (status, kind, says) in BAD.items():
        row = found[target]
        assert (row["status"], row["error_kind"]) == (status, kind), row["error"]
        assert says is None or says in row["error"], row["error"]
    whole = found["good/llama"]
    for target in ("good/renamed", "bad/longer", "bad/endless", "bad/whole"):
        assert [f for f in found[target]["facts"] if f["key"] == "parameters"] == [
            f for f in whole["facts"] if f["key"] == "parameters"
        ]
    assert found["good/renamed"]["name"] == "good/llama-chat"
    assert "unreadable_files" in {fact["key"] for fact in found["bad/lies"]["facts"]}


@pytest.mark.parametrize(
    ("options", "targets"),
    [
        (["--owner", "good"], ["good/bert", "good/llama", "good/llama-chat", "good/sharded"]),
        (["--owner", "good", "--limit", "3"], ["good/bert", "good/llama", "good/llama-chat"]),
        (["--search", "LLAMA"], ["good/llama", "good/llama-chat"]),
        (["--filter", "chat", "--filter", "llama", "--search", "shard"], ["good/sharded"]),
        (["--owner", "nobody"], []),
    ],
)
def test_lists_of_the_hub(options: list[str], targets: list[str], server: HubServer) -> None:
    code = 2 if not targets else 1 if "good/bert" in targets else 0  # a bert that is a llama
    assert main(["scan", "--out", "out", *options]) == code
    assert sorted(rows()) == targets if targets else not Path("out").exists()


def test_lists_folders_and_standard_input(
    models: Path, server: HubServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("# two\ngood/bert\n\ngood/llama\ngood/bert\n"))
    assert main(["scan", "-", listed("good/sharded"), "--folder", "models/good", "--out", "out"]) == 1
    folders = {f"models/good/{folder.name}" for folder in (models / "good").iterdir()}
    assert rows().keys() == {"good/bert", "good/llama", "good/sharded", *folders}
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "out: 7 models"
    assert "2 of those checked now have findings" in lines[2]  # a bert that is a llama, on the Hub and in the folder
    assert all(len(line) <= 80 for line in lines)


def test_errors_are_final_until_they_are_to_be_tried_again(
    server: HubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["scan", listed("good/llama", "good/bert", "bad/empty"), "--out", "out"]
    server.script(Fault("*good/bert*", status=500))
    assert main(asked) == 2
    assert "2 of them could not be checked; --resume --retry-errors tries them again" in capsys.readouterr().out
    server.script()
    server.clear()
    assert main([*asked, "--resume"]) == 2
    assert "3 were there already" in capsys.readouterr().out
    assert rows()["good/bert"]["error_kind"] == "UnavailableError"
    assert server.requests == []
    assert main([*asked, "--resume", "--retry-errors"]) == 2
    found = rows()
    assert [found[name]["status"] for name in ("good/llama", "good/bert", "bad/empty")] == ["checked"] * 2 + ["error"]
    assert not any("llama" in request.path for request in server.requests)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.txt"], "nowhere.txt: there is no such list"),
        (["--folder", "nowhere"], "nowhere: cannot be listed"),
        (["--retry-errors", "list.txt"], "--retry-errors belongs to --resume"),
        (["--limit", "3", "list.txt"], "--limit belongs to --owner, --search or --filter"),
        (["--resume", "other.txt"], "out holds a scan that was asked differently (files)"),
        (["list.txt"], "out already holds a scan; continue it with --resume"),
        (["--concurrency", "0", "list.txt"], "--concurrency"),
    ],
)
def test_calls_that_cannot_be_carried_out(
    arguments: list[str], says: str, server: HubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    listed("good/bert")
    Path("other.txt").write_text("good/llama\n")
    assert main(["scan", "list.txt", "--out", "out"]) == 1
    capsys.readouterr()
    assert main(["scan", *arguments, "--out", "out"]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert len(said.splitlines()) == 1


def test_a_list_of_the_hub_that_breaks_off_keeps_the_rows(
    server: HubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.script(Fault("/api/models", after=1, status=503))
    assert main(["scan", "--owner", "good", "--out", "out"]) == 2
    assert "the list of models: 127.0.0.1" in capsys.readouterr().err
    server.script()
    assert main(["scan", "--owner", "good", "--out", "out", "--resume"]) == 1
    assert "were there already" in capsys.readouterr().out
    assert len(rows()) == 4


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is(server: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    assert main(["scan", listed("good/bert", "bad/empty", "good/llama"), "--out", "out"]) == 2
    said = terminal.getvalue()
    assert "3/3" in said
    assert "0:00:00 left" in said
    assert "1 flagged, 1 error" in said


def test_scan_is_check_for_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for model in demo_models():
        model.write(tmp_path / "demo")
    assert main(["scan", "--folder", "demo", "--out", "all"]) == 1
    said = capsys.readouterr().out
    assert "SIZ001       1" in said
    assert said.endswith("Of 5 models, 4 are contradicted, 1 is consistent.\n")
    assert main(["scan", "--folder", "demo", "--out", "all", "--resume"]) == 1
    assert capsys.readouterr().out.endswith("Of 5 models, 4 are contradicted, 1 is consistent.\n")
    assert main(["scan", "--folder", "demo", "--out", "never", "--fail-on", "never"]) == 0
    assert main(["scan", "--folder", "demo", "--out", "one", "--select", "siz001", "--strict"]) == 1
    assert {f["code"] for row in rows("one").values() for f in row["findings"]} == {"SIZ001"}
    assert main(["scan", "--folder", "demo", "--out", "none", "--select", "SIZ001", "--ignore", "SIZ001"]) == 0
    assert main(["scan", "--folder", "demo", "--out", "one", "--resume"]) == 2
    assert "asked differently (select)" in capsys.readouterr().err
    Path("pyproject.toml").write_text('[tool.truename]\nselect = ["SIZ001"]\nignore = ["SIZ001"]\n')
    assert main(["scan", "--folder", "demo", "--out", "settled"]) == 0
    Path("mine.toml").write_text('select = ["SIZ001"]\nfail-on = "error"\n')
    assert main(["scan", "--folder", "demo", "--out", "mine", "--config", "mine.toml"]) == 1
    assert main(["scan", "--folder", "demo", "--out", "x", "--select", "ZZZ"]) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name what to scan: a list (- for standard input), --folder, --owner, --search or --filter"),
        (["--folder", "nothing"], "there is nothing to scan: the folder nothing names no model"),
        (["empty.txt"], "there is nothing to scan: empty.txt names no model"),
        (["-"], "there is nothing to scan: standard input names no model"),
        (["--folder", "."], "there is nothing to scan: the folder . names no model"),
    ],
)
def test_nothing_to_scan(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("sys.stdin", io.StringIO("\n# a comment\n"))
    if arguments and arguments[-1] != ".":
        Path("nothing").mkdir()
        Path("empty.txt").write_text("\n")
    assert main(["scan", *arguments, "--out", "out"]) == 2
    assert capsys.readouterr().err == f"truename: error: {says}\n"
    assert not Path("out").exists()


def test_what_a_folder_of_models_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("m/acme/llama", "m/acme/bert", "m/own+gpt", "m/plain", "m/models--hub--llama/snapshots/1"):
        write_llama(Path(name))
    (tmp_path / "m" / "models--hub--llama" / "refs").mkdir()
    (tmp_path / "m" / "models--hub--llama" / "refs" / "main").write_text("1")
    write_llama(tmp_path / "alone")
    (tmp_path / "alone" / "model.safetensors").rename(tmp_path / "m" / "llama-9b.safetensors")
    (tmp_path / "m" / "datasets--x" / "snapshots").mkdir(parents=True)
    (tmp_path / "m" / "pipe" / "unet").mkdir(parents=True)
    (tmp_path / "m" / "pipe" / "model_index.json").write_text("{}")
    (tmp_path / "m" / "pipe" / "unet" / "config.json").write_text("{}")
    assert main(["scan", "--folder", "m", "--out", "m/table"]) in (0, 1)
    assert {target: row["name"] for target, row in rows("m/table").items()} == {
        "m/acme/bert": "acme/bert",
        "m/acme/llama": "acme/llama",
        "m/llama-9b.safetensors": "llama-9b",
        "m/models--hub--llama": "hub/llama",
        "m/own+gpt": "own/gpt",
        "m/pipe": "pipe",
        "m/plain": "plain",
    }
    assert main(["scan", "--folder", "m", "--out", "m/table", "--resume"]) in (0, 1)
    assert len(rows("m/table")) == 7


def test_what_cannot_be_checked_is_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_llama(tmp_path / "m" / "llama")
    assert main(["scan", "--folder", "m", "--out", "good"]) == 0
    (tmp_path / "m" / "empty").mkdir()
    assert main(["scan", "--folder", "m", "--out", "bad", "--fail-on", "never"]) == 2
    assert main(["scan", "--folder", "m", "--out", "bad", "--resume"]) == 2


def test_a_list_does_not_settle_its_own_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = write_llama(tmp_path / "llama-7b")
    (model / "pyproject.toml").write_text('[tool.truename]\nfail-on = "never"\n')
    monkeypatch.chdir(model)
    monkeypatch.setattr("sys.stdin", io.StringIO(".\n"))
    assert main(["scan", "-", "--out", str(tmp_path / "out")]) == 2
    assert "lies in the model .; call from elsewhere, or name it with --config" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO(".\n"))
    assert main(["scan", "-", "--out", str(tmp_path / "out"), "--config", "pyproject.toml"]) == 0
