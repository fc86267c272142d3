"""No model ends a scan: whatever one does is its own row, and every other row is kept."""

from __future__ import annotations

import errno
import io
import json
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from truename.cli import main
from truename.errors import EmptyTargetError, InternalError, UsageError
from truename.scan import ScanOptions, Target, folders_in, ledger, read_targets, scan
from truename.scan.ledger import Ledger, ScanRecord
from truename.scan.rows import error_row, line_of, printable
from truename.sources import FolderSource, Source, open_source

RECORD = ScanRecord("1", {})


def write_bert(folder: Path) -> str:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "bert"}')
    return str(folder)


def rows(out: Path) -> dict[str, dict[str, Any]]:
    found = pq.read_table(sorted(out.glob("part-*.parquet"))).to_pylist()
    by_target = {row["target"]: row for row in found}
    assert len(by_target) == len(found)
    return by_target


def safetensors(header: bytes, data: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + data


def test_an_empty_set_beside_a_misnamed_one(tmp_path: Path) -> None:
    folder = Path(write_bert(tmp_path / "models" / "evil"))
    one = b'{"a.b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    (folder / "model.safetensors").write_bytes(safetensors(b"{}"))
    (folder / "pytorch_model.bin").write_bytes(safetensors(one, b"0" * 8))
    write_bert(tmp_path / "models" / "good")
    scan(folders_in(str(tmp_path / "models")), open_source, ScanOptions(out=tmp_path / "out"))
    assert {row["status"] for row in rows(tmp_path / "out").values()} == {"checked"}
    assert len(rows(tmp_path / "out")) == 2


@pytest.mark.parametrize("error", [IndexError("no such"), RecursionError("deep"), MemoryError(), ValueError("\udcff")])
def test_a_fault_of_truename_itself_is_a_row(error: Exception, tmp_path: Path) -> None:
    names = [write_bert(tmp_path / f"bert-{number}") for number in range(4)]

    def broken(target: str) -> Source:
        if target == names[1]:
            raise error
        return FolderSource(target)

    summary = scan(map(Target, names), broken, ScanOptions(out=tmp_path / "out"))
    assert (summary.models, dict(summary.errors), summary.unusable) == (4, {"InternalError": 1}, 1)
    row = rows(tmp_path / "out")[names[1]]
    assert (row["status"], row["error_kind"]) == ("error", "InternalError")
    assert row["error"].startswith(f"a fault of truename itself, {type(error).__name__} at truename.scan.kernel:")


def test_a_check_that_meets_a_fault_of_truename_is_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1 would say that the model is not what its name says."""

    def broken(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("truename.api.check", broken)
    assert main(["check", write_bert(tmp_path / "bert")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("truename: error: a fault of truename itself, KeyError at truename.cli.check:")
    assert said.count("\n") == 1


def test_an_address_that_is_none_is_a_row_like_any_other(tmp_path: Path) -> None:
    good = write_bert(tmp_path / "bert")
    bad = ["s3://", "http://[::1", "https://", "http://.example/x", "s3://.x/", "http://a b/c", "https://host:99999/m"]
    scan(map(Target, [*bad, good]), open_source, ScanOptions(out=tmp_path / "out"))
    found = rows(tmp_path / "out")
    assert found[good]["status"] == "checked"
    assert {found[target]["status"] for target in bad} == {"error"}
    assert "InternalError" not in {found[target]["error_kind"] for target in bad}, found


NOT_UTF8 = ["m\udcff", "m\udcfe", "m?", "caf\udce9-bert", "caf\udce8-bert", r"m\xff", r"m\x5cxff", "m\\"]


def test_names_that_are_no_text_stay_apart(tmp_path: Path) -> None:
    for name in NOT_UTF8:
        write_bert(tmp_path / "models" / name)
    summary = scan(folders_in(str(tmp_path / "models")), open_source, ScanOptions(out=tmp_path / "out"))
    assert (summary.models, summary.unusable) == (len(NOT_UTF8), 0)
    again = scan(folders_in(str(tmp_path / "models")), open_source, ScanOptions(out=tmp_path / "out", resume=True))
    assert (again.models, again.skipped) == (len(NOT_UTF8), len(NOT_UTF8))


def test_a_list_names_folders_that_are_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [write_bert(tmp_path / name) for name in NOT_UTF8[:2]]
    data = b"".join(os.fsencode(name) + b"\n" for name in names)
    (tmp_path / "list").write_bytes(data)
    assert main(["scan", str(tmp_path / "list"), "--out", str(tmp_path / "out")]) == 0
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
    assert main(["scan", "-", "--out", str(tmp_path / "piped")]) == 0
    assert rows(tmp_path / "out").keys() == rows(tmp_path / "piped").keys() == set(map(printable, names))


def test_printable_texts_differ_where_texts_do() -> None:
    texts = [*NOT_UTF8, r"m\x5c", r"m\x5cx5c", "m\ud800", r"m\ud800", "é", "C:\\models\\x"]
    shown = list(map(printable, texts))
    assert len(set(shown)) == len(texts)
    for text in shown:
        text.encode()
    assert printable("C:\\models\\x") == "C:\\models\\x"


def test_a_row_with_a_text_that_is_none_can_be_written() -> None:
    row = error_row(Target("x"), EmptyTargetError("x", "is empty")) | {"error": "\udcff", "facts": [{"file": "\ud800"}]}
    assert json.loads(line_of(row))["facts"] == [{"file": r"\ud800"}]


class ShortOfRoom(io.RawIOBase):
    """A file on a disk that is full, and then is not."""

    def __init__(self, path: Path) -> None:
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115 - closed below
        self.room = 10**9

    def write(self, data: Any) -> int:
        if self.room == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = bytes(data)[: self.room]
        self.room -= len(part)
        return self._file.write(part)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def truncate(self, size: int | None = None) -> int:
        return self._file.truncate(size)

    def close(self) -> None:
        self._file.close()


@pytest.mark.parametrize("room", [0, 1, 100])
def test_a_disk_that_fills_and_is_freed_keeps_every_row(room: int, tmp_path: Path) -> None:
    def row(name: str) -> dict[str, Any]:
        return error_row(Target(name), EmptyTargetError(name, "is empty"))

    with Ledger(tmp_path, RECORD, resume=False) as first:
        first.add(row("a"))
        assert first._journal is not None
        first._journal.close()
        journal = ShortOfRoom(tmp_path / "journal-00000.jsonl")
        first._journal = journal  # type: ignore[assignment]
        journal.room = room
        with pytest.raises(OSError, match="No space left"):
            first.add(row("b"))
        journal.room = 10**9
        first.add(row("c"))
    with Ledger(tmp_path, RECORD, resume=True) as again:
        assert [name in again for name in "abc"] == [True, False, True]
        again.add(row("b"))
        again.finish()
    assert sorted(rows(tmp_path)) == ["a", "b", "c"]


def test_of_many_scans_that_begin_at_once_one_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow one is held up between its look at the folder and its first write."""
    won, lost = [], []
    start = threading.Barrier(6)

    def begin() -> None:
        start.wait()
        try:
            won.append(Ledger(tmp_path / "out", RECORD, resume=False))
        except UsageError as error:
            lost.append(str(error))

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 5)
    assert all("another scan is writing to" in said for said in lost), lost
    assert str(os.getpid()) in lost[0] or "(process" not in lost[0]
    won[0].close()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["scan.json"]


def test_a_lock_that_a_kill_left_holds_nobody_up(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys; from truename.scan.ledger import Ledger, ScanRecord\n"
        "Ledger(pathlib.Path(sys.argv[1]), ScanRecord('1', {}), resume=False); os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert (done.returncode, (tmp_path / ledger._LOCK).exists()) == (9, True)
    with Ledger(tmp_path, RECORD, resume=True) as again:
        assert len(again) == 0


def test_a_refused_scan_writes_nothing(tmp_path: Path) -> None:
    with Ledger(tmp_path, RECORD, resume=False):
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        with pytest.raises(UsageError, match="another scan"):
            Ledger(tmp_path, RECORD, resume=True)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_model_that_changes_while_it_is_read_is_a_row(tmp_path: Path) -> None:
    names = [write_bert(tmp_path / name) for name in ("bert-a", "bert-b")]

    def changing(target: str) -> Source:
        source = FolderSource(target)
        if target == names[0]:
            (Path(target) / "config.json").write_text('{"model_type": "llama"}')
        return source

    scan(map(Target, names), changing, ScanOptions(out=tmp_path / "out"))
    found = rows(tmp_path / "out")
    assert [found[name]["error_kind"] for name in names] == ["ChangedError", None]


def test_an_internal_error_names_its_class_and_place() -> None:
    try:
        list(read_targets(None, "x"))  # type: ignore[arg-type]
    except TypeError as error:
        told = InternalError.of(error)
    assert told.kind == "TypeError"
    assert told.place.startswith("truename.scan.targets:")
