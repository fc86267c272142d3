"""A scan: one row a model, errors as rows, the same whether interrupted or not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from truename.errors import UnavailableError, UsageError
from truename.scan import ScanOptions, Target, folders_in, read_targets, scan
from truename.scan.engine import Engine
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
    return scan(folders_in(str(models)), FolderSource, ScanOptions(out, **options))


def test_one_row_a_model(models: Path, tmp_path: Path) -> None:
    summary = run(models, tmp_path / "out")
    found = rows(tmp_path / "out")
    assert (summary.models, summary.flagged, dict(summary.errors)) == (40, 39, {"EmptyTargetError": 1})
    assert summary.findings == {"ARC001": 39}
    assert [row["name"] for row in found] == sorted(folder.name.replace("+", "/") for folder in models.iterdir())
    checked = found[0]
    assert (checked["status"], checked["worst"]) == ("checked", "error")
    assert [(f["code"], f["claim"], f["value"]) for f in checked["findings"]] == [("ARC001", "bert", '"distilbert"')]
    assert {"key": "model_type", "value": '"distilbert"', "origin": "declared", "file": "config.json"} in checked[
        "facts"
    ]
    empty = found[-1]
    assert (empty["status"], empty["error_kind"], empty["findings"]) == ("error", "EmptyTargetError", [])
    assert "empty" in empty["error"]


def test_an_interrupted_scan_ends_as_one_that_was_not(models: Path, tmp_path: Path) -> None:
    run(models, tmp_path / "whole")
    seen = 0

    def stop(row: object) -> None:
        nonlocal seen
        seen += 1
        if seen == 17:
            raise KeyboardInterrupt

    options = ScanOptions(tmp_path / "cut")
    with pytest.raises(KeyboardInterrupt):
        scan(folders_in(str(models)), FolderSource, options, stop)
    checked: list[str] = []

    def counting(target: str) -> FolderSource:
        checked.append(target)
        return FolderSource(target)

    summary = scan(folders_in(str(models)), counting, ScanOptions(tmp_path / "cut", resume=True))
    assert (summary.models, summary.skipped, len(checked)) == (40, 17, 23)
    assert rows(tmp_path / "cut") == rows(tmp_path / "whole")


def test_a_model_named_twice_has_one_row(models: Path, tmp_path: Path) -> None:
    once = list(folders_in(str(models)))
    summary = scan([*once, *once, once[0]], FolderSource, ScanOptions(tmp_path / "out"))
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
        scan(endless(), FolderSource, ScanOptions(tmp_path / "out", concurrency=2), stop)
    assert taken <= 8


def test_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "bert-\udcff"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "bert"}')
    summary = run(tmp_path / "models", tmp_path / "out")
    assert (summary.models, dict(summary.errors)) == (1, {})
    assert rows(tmp_path / "out")[0]["name"] == "bert-?"


@pytest.mark.filterwarnings("ignore")  # Ray's own, of its own parts
def test_ray_gives_the_same_rows(models: Path, tmp_path: Path) -> None:
    ray = pytest.importorskip("ray", reason="needs Ray (extra ray)")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        run(models, tmp_path / "ray", engine=Engine.RAY)
    finally:
        ray.shutdown()
    run(models, tmp_path / "local")
    assert rows(tmp_path / "ray") == rows(tmp_path / "local")


def test_lists_of_targets() -> None:
    assert list(read_targets(["a/b\n", "\n", "# no\n", " c \n"], "x")) == [Target("a/b"), Target("c")]
    with pytest.raises(UsageError, match="line 1 has 5,000 characters"):
        list(read_targets(["x" * 5000], "x"))


def test_a_server_that_comes_back_costs_no_row(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("truename.scan.kernel.time.sleep", waits.append)
    failures = {str(models / "someone+bert-3b"): 2, str(models / "someone+bert-4b"): 99}

    def open_source(target: str) -> FolderSource:
        if failures.get(target, 0) > 0:
            failures[target] -= 1
            raise UnavailableError(target, "the server is busy", retry_after=30)
        return FolderSource(target)

    summary = scan(folders_in(str(models)), open_source, ScanOptions(tmp_path / "out"))
    assert dict(summary.errors) == {"EmptyTargetError": 1, "UnavailableError": 1}
    assert waits == [30, 30, 30, 30]
    assert summary.models == 40
