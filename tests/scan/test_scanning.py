"""A scan: one row a model, errors as rows, the same whether interrupted or not."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from hubs import CONFIG, write_llama
from truename.errors import UnavailableError
from truename.rules import all_rules
from truename.scan import ScanOptions, Target, folders_in, lines_of, read_targets, scan
from truename.sources import FolderSource


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Forty model folders, one of them empty, one named as no text."""
    root = tmp_path / "models"
    for number in range(39):
        folder = root / f"someone+bert-{number}b"
        folder.mkdir(parents=True)
        (folder / "config.json").write_text(json.dumps({"model_type": "distilbert", "vocab_size": number + 1}))
    (root / "someone+empty").mkdir()
    return root


def rows(out: Path) -> list[dict[str, Any]]:
    found = pq.read_table(sorted(out.glob("part-*.parquet"))).to_pylist()
    return sorted(found, key=lambda row: str(row["target"]))


def run(models: Path, out: Path, **options: Any) -> Any:
    return scan(folders_in(str(models)), FolderSource, ScanOptions(out=out, **options))


def test_one_row_a_model(models: Path, tmp_path: Path) -> None:
    summary = run(models, tmp_path / "out")
    found = rows(tmp_path / "out")
    assert (summary.models, summary.flagged, dict(summary.errors)) == (40, 39, {"EmptyTargetError": 1})
    assert summary.findings == {"ARC001": 39}
    assert [row["name"] for row in found] == sorted(folder.name.replace("+", "/") for folder in models.iterdir())
    checked = found[0]
    assert (checked["status"], checked["worst"]) == ("checked", "warning")  # a config alone is no proof
    assert (checked["verdict"], checked["by_documents"], checked["confirmed_claims"]) == ("contradicted", True, 0)
    [bert] = checked["claims"]
    assert (bert["text"], bert["role"], bert["outcome"], bert["codes"]) == ("bert", "family", "flagged", ["ARC001"])
    assert bert["evidence"]["value"] == '"distilbert"'
    assert (bert["start"], bert["end"], bert["reason"]) == (8, 12, None)
    assert sum(checked[end] for end in ("flagged", "confirmed", "does_not_apply", "cannot_tell")) == len(
        [rule for rule in all_rules() if not rule.preview]
    )
    assert [(f["code"], f["claim"], f["value"]) for f in checked["findings"]] == [("ARC001", "bert", '"distilbert"')]
    assert checked["identification"] == {
        "model_type": None,
        "architecture": None,
        "task": None,
        "extends": None,
        "error_rate": None,
        "unanswered": [
            {"question": question, "kind": "no_weights", "text": "there is no weights file"}
            for question in ("model_type", "architecture", "task")
        ],
    }
    assert {"key": "model_type", "value": '"distilbert"', "origin": "declared", "file": "config.json"} in checked[
        "facts"
    ]
    empty = found[-1]
    assert (empty["status"], empty["error_kind"], empty["findings"]) == ("error", "EmptyTargetError", [])
    assert (empty["verdict"], empty["claims"], empty["by_documents"]) == (None, [], None)
    assert "empty" in empty["error"]
    assert empty["identification"] is None


def test_the_identification_is_a_column(tmp_path: Path) -> None:
    """Asked where the configuration is silent, not asked where the tensors are exactly the declared ones."""
    config = CONFIG | {"tie_word_embeddings": False}
    write_llama(tmp_path / "models" / "declared", config=config)
    (write_llama(tmp_path / "models" / "silent", config=config) / "config.json").write_text("{}")
    run(tmp_path / "models", tmp_path / "out")
    declared, silent = rows(tmp_path / "out")
    assert declared["identification"]["model_type"] is None
    assert all("the classifier was not asked" in one["text"] for one in declared["identification"]["unanswered"])
    said = silent["identification"]
    assert "llama" in said["model_type"]
    assert 0 < said["error_rate"] < 0.1
    assert not any(fact["key"].startswith("identification") for fact in silent["facts"])


def test_a_row_says_what_is_confirmed_and_what_is_open(tmp_path: Path) -> None:
    write_llama(tmp_path / "models" / "llama-GGUF")
    write_llama(tmp_path / "models" / "someone+llama")
    broken = write_llama(tmp_path / "models" / "llama-7b")
    (broken / "model.safetensors").write_bytes(b"no header of any weights")
    (broken / "config.json").write_text('{"model_type": "llama"}')  # of no dimensions
    run(tmp_path / "models", tmp_path / "out")
    unread, packed, plain = rows(tmp_path / "out")

    assert (plain["verdict"], plain["verdict_reason"], plain["by_documents"]) == ("consistent", None, False)
    [llama] = plain["claims"]
    assert (llama["outcome"], llama["basis"], llama["reason"]) == ("confirmed", "measured", None)
    assert (llama["evidence"]["origin"], llama["evidence"]["file"]) == ("weights", "model.safetensors")
    assert (plain["confirmed_claims"], plain["declared_only"]) == (1, 0)
    assert len(plain["fingerprint"]) == 64
    assert plain["fingerprint"] == packed["fingerprint"]

    assert packed["verdict"] == "contradicted"
    assert [claim["text"] for claim in packed["claims"] if claim["outcome"] == "flagged"] == ["GGUF"]

    size = next(claim for claim in unread["claims"] if claim["role"] == "parameters")
    assert (size["outcome"], size["value"], size["reason"]["kind"]) == ("cannot_tell", "7000000000", "unread_weights")
    reasons = {one["code"]: one for one in unread["cannot_tell_reasons"]}
    assert len(reasons) == unread["cannot_tell"]
    assert (reasons["SIZ001"]["kind"], reasons["SIZ001"]["text"]) == ("unread_weights", size["reason"]["text"])
    assert unread["fingerprint"] is None


def test_an_interrupted_scan_ends_as_one_that_was_not(models: Path, tmp_path: Path) -> None:
    run(models, tmp_path / "whole")
    seen = 0

    def stop(row: object) -> None:
        nonlocal seen
        seen += 1
        if seen == 17:
            raise KeyboardInterrupt

    options = ScanOptions(out=tmp_path / "cut")
    with pytest.raises(KeyboardInterrupt):
        scan(folders_in(str(models)), FolderSource, options, stop)
    checked: list[str] = []

    def counting(target: str) -> FolderSource:
        checked.append(target)
        return FolderSource(target)

    summary = scan(folders_in(str(models)), counting, ScanOptions(out=tmp_path / "cut", resume=True))
    assert 17 <= summary.skipped < 40  # what was in flight is finished
    assert (summary.models, len(checked)) == (40, 40 - summary.skipped)
    assert rows(tmp_path / "cut") == rows(tmp_path / "whole")


def test_a_model_named_twice_has_one_row(models: Path, tmp_path: Path) -> None:
    once = list(folders_in(str(models)))
    summary = scan([*once, *once, once[0]], FolderSource, ScanOptions(out=tmp_path / "out"))
    assert summary.models == 40
    assert len(rows(tmp_path / "out")) == 40


def test_targets_are_read_as_they_are_needed(models: Path, tmp_path: Path) -> None:
    taken = 0

    def endless() -> Iterator[Target]:
        nonlocal taken
        while True:
            taken += 1
            yield Target(str(models / f"none-{taken}"))

    def stop(row: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan(endless(), FolderSource, ScanOptions(out=tmp_path / "out", concurrency=2), stop)
    assert taken <= 8


def test_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "bert-\udcff"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "bert"}')
    summary = run(tmp_path / "models", tmp_path / "out")
    assert (summary.models, dict(summary.errors)) == (1, {})
    assert rows(tmp_path / "out")[0]["name"] == r"bert-\xff"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "truename", "scan", *arguments]


def test_ray_gives_the_same_rows(models: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="needs Ray (extra ray)")
    odd = models / "bert-\udcff"
    odd.mkdir()
    (odd / "config.json").write_text('{"model_type": "bert"}')
    run(models, tmp_path / "local")
    asked = command("--folder", str(models), "--out", str(tmp_path / "ray"), "--engine", "ray")
    patient = os.environ | {"RAY_raylet_start_wait_time_s": "600"}
    # In a process of its own: Ray leaves processes and sockets open.
    done = subprocess.run(asked, env=patient, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr  # one of the folders is empty
    assert "ray: 41 models" in done.stdout
    assert rows(tmp_path / "ray") == rows(tmp_path / "local")


def test_a_scan_that_was_killed_and_resumed_is_as_one_that_was_not(models: Path, tmp_path: Path) -> None:
    asked = command("-", "--out", str(tmp_path / "killed"))
    targets = [target.target for target in folders_in(str(models))]
    with subprocess.Popen(asked, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        process.stdin.write("\n".join(targets[:30]) + "\n")  # and the scan waits for more
        process.stdin.flush()
        journal = tmp_path / "killed" / "journal-00000.jsonl"
        while not journal.exists() or journal.read_bytes().count(b"\n") < 10:
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    done = subprocess.run([*asked, "--resume"], input="\n".join(targets), capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr  # one of the folders is empty
    assert "killed: 40 models" in done.stdout
    whole = scan((Target(target) for target in targets), FolderSource, ScanOptions(out=tmp_path / "whole"))
    assert whole.models == 40
    assert rows(tmp_path / "killed") == rows(tmp_path / "whole")


def test_lists_of_targets() -> None:
    assert list(read_targets(["a/b\n", "\n", "# no\n", " c \n"], "x")) == [Target("a/b"), Target("c")]


def test_a_line_that_is_longer_than_any_target_is_a_row(models: Path, tmp_path: Path) -> None:
    """Neither it nor a second one that begins alike keeps the others from being checked."""
    good = str(models / "someone+bert-3b")
    long = ["x" * 5_000, "x" * 5_001, "y" * 1_000_000 + "\0", "\ud800" * 5_000]
    text = "\n".join([good, *long, str(models / "someone+bert-4b")])
    targets = list(read_targets(lines_of(io.StringIO(text)), "list.txt"))
    assert len(targets) == 6
    assert [target.problem is None for target in targets] == [True, False, False, False, False, True]
    assert max(len(target.target) for target in targets[1:5]) < 300
    summary = scan(targets, FolderSource, ScanOptions(out=tmp_path / "out"))
    assert summary.models == 6
    assert summary.errors["TargetNotFoundError"] == 4
    found = [row["error"] for row in rows(tmp_path / "out") if row["status"] == "error"]
    assert sum("has more than 4,096 characters; give one target a line" in error for error in found) == 4
    again = scan(targets, FolderSource, ScanOptions(out=tmp_path / "out", resume=True))
    assert (again.models, again.skipped) == (6, 6)


def test_a_line_without_an_end_takes_no_memory() -> None:
    class Endless(io.StringIO):
        left = 200

        def readline(self, size: int | None = -1) -> str:  # type: ignore[override]
            assert size is not None
            assert 0 < size <= 100_000
            self.left -= 1
            return "x" * size if self.left > 0 else "end\n" if self.left == 0 else ""

    (line,) = lines_of(Endless())
    assert len(line) <= 100_000


def test_a_server_that_comes_back_costs_no_row(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("truename.scan.kernel.time.sleep", waits.append)
    failures = {str(models / "someone+bert-3b"): 2, str(models / "someone+bert-4b"): 99}

    def open_source(target: str) -> FolderSource:
        if failures.get(target, 0) > 0:
            failures[target] -= 1
            raise UnavailableError(target, "the server is busy", retry_after=30)
        return FolderSource(target)

    summary = scan(folders_in(str(models)), open_source, ScanOptions(out=tmp_path / "out"))
    assert dict(summary.errors) == {"EmptyTargetError": 1, "UnavailableError": 1}
    assert waits == [30, 30, 30, 30]
    assert summary.models == 40
