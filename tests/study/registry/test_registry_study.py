"""Whole studies over small snapshots: parts, kills, engines, faults, and repeating a record."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from truename.engines import Engine
from truename.errors import UsageError
from truename.study.registry import row_parts
from truename.study.registry.manifest import Settings, other_versions, read_pin
from truename.study.registry.registry_study import _RECORD, Studied, StudyOptions, differing, repeating, study

FAMILIES = ("bert", "gpt2", "llama", "t5")


def snapshot(path: Path, rows: int = 90, rows_a_group: int = 20) -> Path:
    table = pa.table(
        {
            "id": [f"owner{i % 7}/{FAMILIES[i % 4]}-{i}m-v{i % 3}" for i in range(rows)],
            "downloads": list(range(rows)),
            "config": ['{"model_type": "bert"}'] * rows,
        }
    )
    pq.write_table(table, path, row_group_size=rows_a_group)
    return path


def run(path: Path, out: Path, **more: object) -> Studied:
    options: dict[str, object] = {"workers": 0, **more}
    return study(StudyOptions(path, out, **options))  # type: ignore[arg-type]


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_record_has_its_row_in_order(tmp_path: Path) -> None:
    done = run(snapshot(tmp_path / "s.parquet"), tmp_path / "out")
    rows = pq.read_table(sorted((tmp_path / "out" / "rows").glob("part-*.parquet")))
    assert rows.column("downloads").to_pylist() == list(range(90))
    assert (done.rows, done.records, done.parts, done.resumed) == (90, 90, 5, 0)
    assert done.absent[:2] == ("author", "owner_kind")


def test_a_study_with_other_columns_is_not_resumed(tmp_path: Path) -> None:
    path = snapshot(tmp_path / "s.parquet")
    run(path, tmp_path / "out")
    record = tmp_path / "out" / "rows" / "run.json"
    written = json.loads(record.read_bytes())
    assert written.pop("schema") == "truename.rows/2"
    assert pq.read_schema(tmp_path / "out" / "rows" / "part-00000.parquet").metadata[b"truename.schema"] == (
        b"truename.rows/2"
    )
    for older in (written, written | {"schema": "truename.rows/1"}):
        record.write_text(json.dumps(older))
        with pytest.raises(UsageError, match="cannot be resumed by this version, give another folder"):
            run(path, tmp_path / "out", resume=True)


def test_a_column_that_no_record_has_leaves_the_rule_open(tmp_path: Path) -> None:
    """Names alone say nothing of bases; a snapshot with an empty column says that none is declared."""
    names, told = tmp_path / "names.csv", tmp_path / "told.csv"
    names.write_text("id\no/mistral-7b-chat\n")
    told.write_text("id,tags\no/mistral-7b-chat,\n")
    found = {}
    for path in (names, told):
        run(path, tmp_path / path.stem)
        [found[path.stem]] = pq.read_table(sorted((tmp_path / path.stem / "rows").glob("*.parquet"))).to_pylist()
    assert "BAS001" in found["names"]["cannot_tell"]
    assert "BAS001" not in found["told"]["cannot_tell"]
    assert found["told"]["does_not_apply"] == found["names"]["does_not_apply"] + 1


def test_two_processes_give_the_same_bytes_as_none(tmp_path: Path) -> None:
    path = snapshot(tmp_path / "s.parquet")
    run(path, tmp_path / "none")
    run(path, tmp_path / "two", workers=2)
    assert contents(tmp_path / "none") == contents(tmp_path / "two")


def test_resumed_gives_the_same_bytes(tmp_path: Path) -> None:
    path = snapshot(tmp_path / "s.parquet")
    run(path, tmp_path / "whole")
    run(path, tmp_path / "cut")
    for number in (1, 3):
        (tmp_path / "cut" / "rows" / f"part-{number:05}.parquet").unlink()
    (tmp_path / "cut" / "rows" / "part-00001.99.partial").write_bytes(b"half")
    (tmp_path / "cut" / "study.toml").unlink()
    assert run(path, tmp_path / "cut", resume=True).resumed == 3
    assert contents(tmp_path / "whole") == contents(tmp_path / "cut")


def test_killed_and_resumed_gives_the_same_bytes(tmp_path: Path) -> None:
    path = snapshot(tmp_path / "s.parquet", 2_000, 100)
    run(path, tmp_path / "whole")
    code = (
        "from pathlib import Path; from truename.study.registry.registry_study import StudyOptions, study; "
        "study(StudyOptions(Path({!r}), Path({!r}), workers=1))"
    )
    killed = tmp_path / "killed"
    script = f"if __name__ == '__main__':\n    {code.format(str(path), str(killed))}\n"
    (tmp_path / "script.py").write_text(script)
    process = subprocess.Popen([sys.executable, str(tmp_path / "script.py")], env=dict(os.environ))
    while len(list(killed.glob("rows/part-*.parquet"))) < 2 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert run(path, killed, resume=True).resumed >= 2
    assert contents(tmp_path / "whole") == contents(killed)


@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_ray_gives_the_same_bytes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ray = pytest.importorskip("ray", reason="needs Ray (extra ray)")
    path = snapshot(tmp_path / "s.parquet")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        capfd.readouterr()
        run(path, tmp_path / "ray", engine=Engine.RAY, workers=2)
        assert "INFO" not in "".join(capfd.readouterr())
    finally:
        ray.shutdown()
    run(path, tmp_path / "local")
    assert contents(tmp_path / "ray") == contents(tmp_path / "local")


def test_a_row_group_that_cannot_be_read_is_counted(tmp_path: Path) -> None:
    path = snapshot(tmp_path / "s.parquet")
    damaged = bytearray(path.read_bytes())
    column = pq.read_metadata(path).row_group(2).column(0)
    start = min(filter(None, (column.dictionary_page_offset, column.data_page_offset)))
    damaged[start : start + column.total_compressed_size] = bytes(column.total_compressed_size)
    path.write_bytes(damaged)
    done = run(path, tmp_path / "out")
    assert done.rows == 70
    assert dict(done.skips.counts) == {row_parts.UNREADABLE: 20}
    with open(tmp_path / "out" / "skipped.csv", encoding="utf-8", newline="") as file:
        (line,) = csv.DictReader(file)
    assert line["what"] == row_parts.UNREADABLE
    assert line["count"] == "20"
    assert line["examples"].startswith("row group 2 of s.parquet: ")


def test_ids_that_come_twice_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("id\no/a\no/b\no/a\n,\no/b\n")
    done = run(path, tmp_path / "out")
    assert (done.records, done.rows) == (4, 2)
    assert done.skips.counts["record left out: its id came before"] == 2
    assert sum(done.skips.counts.values()) == 3


def test_another_layout_is_taken_into_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("o/bert\ngpt2\n")
    done = run(path, tmp_path / "out")
    assert (tmp_path / "out" / "snapshot.parquet").is_file()
    assert "downloads" in done.absent
    assert "id" not in done.absent


def test_a_folder_that_holds_something(tmp_path: Path) -> None:
    path = snapshot(tmp_path / "s.parquet")
    run(path, tmp_path / "out")
    with pytest.raises(UsageError, match="already holds a study; continue it with --resume"):
        run(path, tmp_path / "out")
    other = snapshot(tmp_path / "other.parquet", 30)
    with pytest.raises(UsageError, match="a study of another snapshot"):
        run(other, tmp_path / "out", resume=True)
    with pytest.raises(UsageError, match="files that are no study"):
        run(path, tmp_path)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"snapshot": "\xff", "versions": {}, "files": {}}'])
def test_a_record_that_cannot_be_read(content: bytes, tmp_path: Path) -> None:
    path = snapshot(tmp_path / "s.parquet")
    run(path, tmp_path / "out")
    (record,) = (tmp_path / "out").rglob(_RECORD)
    record.write_bytes(content)
    with pytest.raises(UsageError, match="cannot be read; give another folder"):
        run(path, tmp_path / "out", resume=True)


def write_report(rows: Path, out: Path, *, survey: Path | None, **more: object) -> None:
    """What publishes, with one table more where there is a survey."""
    for name in ("tables/a.csv", *(["tables/preference.csv", "figures/b.svg"] if survey else [])):
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text("x")


def test_resumed_with_other_options(tmp_path: Path) -> None:
    path = snapshot(tmp_path / "s.parquet")
    for name, text in (("a.csv", "1"), ("b.csv", "2"), ("p.txt", "left-pad")):
        (tmp_path / name).write_text(text)
    given: dict[str, Any] = {"survey": tmp_path / "a.csv", "packages": (tmp_path / "p.txt",)}
    out = tmp_path / "out"
    study(StudyOptions(path, out, workers=0, **given), write_report)
    before = contents(out)
    for other in ({}, {**given, "packages": ()}, {**given, "survey": tmp_path / "b.csv"}):
        with pytest.raises(UsageError, match=r"was begun with --survey a\.csv --packages p\.txt; give the same, or an"):
            study(StudyOptions(path, out, workers=0, resume=True, **other), write_report)  # type: ignore[arg-type]
    assert contents(out) == before
    study(StudyOptions(path, out, workers=0, resume=True, **given), write_report)
    assert contents(out) == before
    run(path, tmp_path / "plain")
    with pytest.raises(UsageError, match="was begun without --survey, --instrument, --packages; give the same"):
        run(path, tmp_path / "plain", resume=True, **given)


def test_nothing_that_an_earlier_run_published_is_left(tmp_path: Path) -> None:
    path = snapshot(tmp_path / "s.parquet")
    out = tmp_path / "out"
    study(StudyOptions(path, out, workers=0), write_report)
    for name in ("tables/old.csv", "figures/old.svg", "study.toml"):
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text("old")
    done = study(StudyOptions(path, out, workers=0, resume=True), write_report)
    assert not list(out.rglob("old.*"))
    assert "tables/a.csv" in done.pin.outputs


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.csv", "id,likes\n", "the snapshot holds no record"),
        ("a.txt", "", "the snapshot holds no record"),
        ("a.csv", "id,likes\n,1\n,2\n/,3\n", "all 3 records were left out: 2 x no id; 1 x an id without a name"),
        ("a.jsonl", "[1]\n[2]\n", "all 2 records were left out: 2 x a line that is not a JSON object (line 1; line 2)"),
        ("a.csv", "title\nx\n", "a column of ids is missing"),
    ],
)
def test_a_study_of_nothing_leaves_nothing(tmp_path: Path, name: str, text: str, problem: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError) as raised:
        run(tmp_path / name, tmp_path / "out")
    assert f"{tmp_path / name}: " in str(raised.value)
    assert problem in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_an_empty_parquet_snapshot(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"s\.parquet: the snapshot holds no record"):
        run(snapshot(tmp_path / "s.parquet", 0), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_output_folder_that_is_a_file(tmp_path: Path) -> None:
    path = snapshot(tmp_path / "s.parquet")
    with pytest.raises(UsageError, match="is a file; give a folder"):
        run(path, path)


def test_missing_inputs_are_found_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.csv: there is no such file"):
        run(snapshot(tmp_path / "s.parquet"), tmp_path / "out", survey=tmp_path / "none.csv")
    assert not (tmp_path / "out").exists()


def test_the_record_pins_everything(tmp_path: Path) -> None:
    path = snapshot(tmp_path / "s.parquet")
    pin = run(path, tmp_path / "out").pin
    assert read_pin(tmp_path / "out" / "study.toml") == pin
    assert set(pin.outputs) == {*contents(tmp_path / "out")} - {"study.toml", "rows/run.json"}
    assert pin.versions["pyarrow"] == pa.__version__
    options = StudyOptions(tmp_path / "out" / "study.toml", tmp_path / "again")
    assert pin.snapshot.path == "../s.parquet"
    assert repeating(pin, tmp_path, options) == StudyOptions(path, tmp_path / "again")
    assert differing(pin, tmp_path / "out") == ()
    (tmp_path / "out" / "skipped.csv").write_text("x")
    assert differing(pin, tmp_path / "out") == ("skipped.csv",)


def test_a_record_knows_its_inputs(tmp_path: Path) -> None:
    path = snapshot(tmp_path / "s.parquet")
    pin = run(path, tmp_path / "out").pin
    moved = path.rename(tmp_path / "out" / "s.parquet")
    options = StudyOptions(tmp_path / "out" / "study.toml", tmp_path / "again")
    assert repeating(pin, tmp_path / "out", options).snapshot == moved
    snapshot(moved, 30)
    with pytest.raises(UsageError, match="its hash differs"):
        repeating(pin, tmp_path / "out", options)
    moved.unlink()
    with pytest.raises(UsageError, match="put it beside the record"):
        repeating(pin, tmp_path / "out", options)
    with pytest.raises(UsageError, match="a record says itself"):
        repeating(pin, tmp_path / "out", StudyOptions(path, tmp_path / "again", instrument=path))


def test_a_record_is_repeated_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("here/data", "elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    snapshot(Path("data/s.parquet"))
    Path("data/p.txt").write_text("left-pad")
    Path("out").mkdir()
    pin = run(Path("data/s.parquet"), Path("out"), packages=(tmp_path / "here/data/p.txt",)).pin
    assert [one.path for one in (pin.snapshot, *pin.packages)] == ["../data/s.parquet", "../data/p.txt"]
    monkeypatch.chdir(tmp_path / "elsewhere")
    record = Path("../here/out/study.toml")
    again = repeating(read_pin(record), record.parent, StudyOptions(record, Path("again")))
    assert again.snapshot.samefile(tmp_path / "here/data/s.parquet")
    assert again.packages[0].samefile(tmp_path / "here/data/p.txt")


def test_versions_that_differ() -> None:
    assert other_versions({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "1"}) == ["b 2, now 3", "c not there, now 1"]


def test_what_is_no_record(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("[snapshot]\npath = 5\n")
    with pytest.raises(UsageError, match=r"study\.toml: no record of a study"):
        read_pin(tmp_path / "study.toml")


def test_what_publishes_gets_the_rows(tmp_path: Path) -> None:
    got: list[object] = []

    def publish(
        rows: Path,
        out: Path,
        *,
        survey: Path | None,
        instrument: Path | None,
        packages: Sequence[Path],
        settings: Settings,
    ) -> None:
        got.extend([len(list(rows.glob("part-*.parquet"))), settings.records, settings.snapshot])
        (out / "report.html").write_text("x")

    done = study(StudyOptions(snapshot(tmp_path / "s.parquet"), tmp_path / "out", workers=0), publish)
    assert got == [5, 90, "s.parquet"]
    assert "report.html" in done.pin.outputs


def test_progress_ends_with_all(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    study(
        StudyOptions(snapshot(tmp_path / "s.parquet"), tmp_path / "out", workers=0), None, lambda *at: told.append(at)
    )
    assert told[0] == (0, 90)
    assert told[-1] == (90, 90)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
