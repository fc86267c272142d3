"""The ledger: a finished row is in exactly one place, whenever the process is killed."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from truename.errors import EmptyTargetError, UsageError
from truename.scan.ledger import Ledger, ScanRecord
from truename.scan.rows import Row, error_row
from truename.scan.targets import Target

RECORD = ScanRecord("1", {"files": "a.txt"})


def row(name: str) -> Row:
    return error_row(Target(name), EmptyTargetError(name, "is empty"))


def ledger(path: Path, *, resume: bool = False, retry_errors: bool = False, record: ScanRecord = RECORD) -> Ledger:
    return Ledger(path, record, resume=resume, retry_errors=retry_errors, rows_a_part=3)


def kept(path: Path) -> list[str]:
    """Targets of all parts, then of all journals."""
    parts = [t for part in sorted(path.glob("part-*.parquet")) for t in pq.read_table(part)["target"].to_pylist()]
    journals = [line for j in sorted(path.glob("journal-*")) for line in j.read_text().splitlines()]
    return parts + [json.loads(line)["target"] for line in journals]


def fill(path: Path, *rows: Row) -> None:
    """Rows, and then what a kill does: nothing is finished."""
    with ledger(path) as first:
        for one in rows:
            first.add(one)


def test_rows_survive_without_any_farewell(tmp_path: Path) -> None:
    fill(tmp_path, *map(row, "abcde"))
    assert kept(tmp_path) == list("abcde")
    with ledger(tmp_path, resume=True) as again:
        assert len(again) == 5
        assert all(name in again for name in "abcde")
        assert "f" not in again
        again.add(row("f"))
        again.finish()
    assert kept(tmp_path) == list("abcdef")
    assert not list(tmp_path.glob("journal-*"))


def test_a_line_that_was_cut_is_dropped_and_its_model_is_open_again(tmp_path: Path) -> None:
    fill(tmp_path, row("a"), row("b"))
    journal = tmp_path / "journal-00000.jsonl"
    journal.write_bytes(journal.read_bytes()[:-7])
    with ledger(tmp_path, resume=True) as again:
        assert "a" in again
        assert "b" not in again
        again.add(row("b"))
        again.finish()
    assert kept(tmp_path) == ["a", "b"]


def test_a_kill_between_part_and_journal_doubles_nothing(tmp_path: Path) -> None:
    with ledger(tmp_path) as first:
        first.add(row("a"))
        first.add(row("b"))
        journal = (tmp_path / "journal-00000.jsonl").read_bytes()
        first.add(row("c"))  # the part is written, the journal removed
    (tmp_path / "journal-00000.jsonl").write_bytes(journal)
    with ledger(tmp_path, resume=True) as again:
        again.finish()
        assert len(again) == 3
    assert kept(tmp_path) == ["a", "b", "c"]


def test_a_kill_while_a_part_is_written_loses_nothing(tmp_path: Path) -> None:
    fill(tmp_path, row("a"))
    (tmp_path / "part-00000.partial").write_bytes(b"PAR1 half of it")
    with ledger(tmp_path, resume=True) as again:
        again.finish()
    assert kept(tmp_path) == ["a"]
    assert not list(tmp_path.glob("*.partial"))


def test_errors_are_final_unless_they_are_to_be_tried_again(tmp_path: Path) -> None:
    well = {name: row(name) | {"status": "checked"} for name in "bdf"}
    fill(tmp_path, row("a"), well["b"], row("c"), well["d"], row("e"))
    with ledger(tmp_path, resume=True) as again:
        assert all(name in again for name in "abcde")
    with ledger(tmp_path, resume=True, retry_errors=True) as again:
        assert [name for name in "abcde" if name in again] == ["b", "d"]
        assert kept(tmp_path) == ["b", "d"]  # before anything is checked: a kill now doubles nothing
        again.add(row("e"))
        again.add(well["f"])
        again.finish()
    assert kept(tmp_path) == ["b", "d", "e", "f"]


def test_a_gap_among_the_parts_is_left(tmp_path: Path) -> None:
    fill(tmp_path, *map(row, "abcdefg"))
    (tmp_path / "part-00000.parquet").unlink()
    with ledger(tmp_path, resume=True) as again:
        assert [name for name in "abcdefg" if name in again] == list("defg")
        again.add(row("a"))
        again.finish()
    assert kept(tmp_path) == list("defga")


def test_two_scans_at_once_into_one_folder(tmp_path: Path) -> None:
    with ledger(tmp_path) as first:
        first.add(row("a"))
        with pytest.raises(UsageError, match="another scan is writing to"):
            ledger(tmp_path, resume=True)
    with ledger(tmp_path, resume=True) as again:
        assert "a" in again


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("part-00000.parquet", b"PAR1 no more of it", "is no part of a scan"),
        ("part-00000.parquet", b"PAR1\xff\xff\xff\xff\x04\0\0\0PAR1", "is no part of a scan"),
        ("journal-00000.jsonl", b'{"target": "a", "status": "error"}\nnonsense\n', "is damaged in line 2"),
        ("journal-00000.jsonl", b'{"target": "\xff", "status": "error"}\n', "is damaged in line 1"),
    ],
)
def test_damaged_files(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=says):
        ledger(tmp_path, resume=True)
    assert (tmp_path / name).read_bytes() == content


@pytest.mark.parametrize(
    ("resume", "record", "says"),
    [
        (False, RECORD, "--resume"),
        (True, ScanRecord("1", {"files": "b.txt"}), r"asked differently \(files\)"),
        (True, ScanRecord("2", {"files": "a.txt"}), r"truename 1"),
    ],
)
def test_another_scan_is_not_continued(tmp_path: Path, resume: bool, record: ScanRecord, says: str) -> None:
    ledger(tmp_path).close()
    with pytest.raises(UsageError, match=says):
        ledger(tmp_path, resume=resume, record=record)


def test_a_scan_with_other_columns_is_not_resumed(tmp_path: Path) -> None:
    fill(tmp_path, row("a"))
    record = tmp_path / "scan.json"
    written = json.loads(record.read_bytes())
    assert written.pop("schema") == "truename.scan/3"
    for older in (written, written | {"schema": "truename.scan/1"}):
        record.write_text(json.dumps(older))
        with pytest.raises(UsageError, match="cannot be resumed by this version, give another folder"):
            ledger(tmp_path, resume=True)
    assert kept(tmp_path) == ["a"]


def test_a_folder_of_other_parquet_parts_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "part-00000.parquet").write_bytes(b"somebody's")
    with pytest.raises(UsageError, match="something else"):
        ledger(tmp_path)
    assert (tmp_path / "part-00000.parquet").read_bytes() == b"somebody's"


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"truename": "\xff", "arguments": {}}', b"[" * 100_000])
def test_a_record_that_cannot_be_read(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "scan.json").write_bytes(content)
    with pytest.raises(UsageError, match="cannot be read"):
        ledger(tmp_path, resume=True)
