"""Snapshots of every layout that is no Parquet, written here and read back."""

from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from truename.errors import UsageError
from truename.study.columns import SNAPSHOT
from truename.study.read import Format, format_of
from truename.study.snapshot import columns_of_snapshot, skips_of_snapshot, take_snapshot


def taken(path: Path) -> list[dict[str, Any]]:
    out = path.with_name("taken.parquet")
    taken = take_snapshot(path, out)
    table = pq.read_table(out)
    assert table.schema.equals(SNAPSHOT)
    assert taken.records == table.num_rows
    assert skips_of_snapshot(out).counts == taken.skips.counts
    return [{k: v for k, v in record.items() if v is not None} for record in table.to_pylist()]


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_lines_of_json(tmp_path: Path) -> None:
    lines = [{"id": "o/a", "downloads": 5, "config": {"model_type": "bert"}}, {"id": 7, "tags": ["x"], "likes": None}]
    path = write(tmp_path / "models.jsonl", "\n".join(map(json.dumps, lines)) + "\n\n{cut")
    assert taken(path) == [
        {"id": "o/a", "downloads": 5, "config": '{"model_type":"bert"}'},
        {"id": "7", "tags": ["x"]},
    ]
    assert skips_of_snapshot(tmp_path / "taken.parquet").counts == {"record left out: a line that is no JSON object": 1}
    assert columns_of_snapshot(tmp_path / "taken.parquet") == {"id", "downloads", "config", "tags", "likes"}


def test_mixed_types_in_one_column(tmp_path: Path) -> None:
    configs: list[Any] = [{"model_type": "bert"}, "text", 5, ["x"], None, True]
    path = write(
        tmp_path / "models.jsonl", "\n".join(json.dumps({"id": f"o/{i}", "config": c}) for i, c in enumerate(configs))
    )
    assert [record.get("config") for record in taken(path)] == [
        '{"model_type":"bert"}', "text", "5", '["x"]', None, "true",
    ]  # fmt: skip


def test_later_records_may_bring_columns_and_lack_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truename.study.read.BATCH", 1)
    lines = [{"id": "o/a"}, {"downloads": 3}, {"id": "o/b", "likes": 1}]
    path = write(tmp_path / "models.jsonl", "\n".join(map(json.dumps, lines)))
    assert taken(path) == [{"id": "o/a"}, {"downloads": 3}, {"id": "o/b", "likes": 1}]


def test_csv_with_empty_cells_and_broken_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "models.csv", 'model_id,downloads,tags\no/a,5,"x,y"\no/b,,\no/c\n\no/d,1,z,more\n')
    assert taken(path) == [{"id": "o/a", "downloads": 5, "tags": ["x", "y"]}, {"id": "o/b"}]
    what = "record left out: a row with another number of cells than the header"
    assert skips_of_snapshot(tmp_path / "taken.parquet").counts == {what: 2}


def test_packed_tsv(tmp_path: Path) -> None:
    path = tmp_path / "models.tsv.gz"
    path.write_bytes(gzip.compress(b"id\tlikes\no/a\t3\n"))
    assert taken(path) == [{"id": "o/a", "likes": 3}]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UsageError, match=r"models\.tsv\.gz: the packed file is cut off or damaged"):
        take_snapshot(path, tmp_path / "again.parquet")


def test_names(tmp_path: Path) -> None:
    path = write(tmp_path / "names.txt", "# a comment\no/a\n\n  gpt2  \n")
    assert taken(path) == [{"id": "o/a"}, {"id": "gpt2"}]


PEATMOSS = """
CREATE TABLE model (
    id INTEGER PRIMARY KEY, context_id TEXT, model_hub_id INTEGER, sha TEXT, downloads INTEGER, likes INTEGER
);
CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE model_to_tag (model_id INTEGER, tag_id INTEGER);
CREATE TABLE library (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE model_to_library (model_id INTEGER, library_id INTEGER);
INSERT INTO model VALUES (1, 'bert-base-uncased', 1, 'x', 50, 7), (2, 'o/gpt2-german', 1, 'y', NULL, 0);
INSERT INTO tag VALUES (1, 'fill-mask'), (2, 'en');
INSERT INTO model_to_tag VALUES (1, 2), (1, 1);
INSERT INTO library VALUES (1, 'transformers'), (2, 'peft');
INSERT INTO model_to_library VALUES (2, 2), (2, 1);
"""


def base(path: Path, script: str) -> Path:
    with sqlite3.connect(path) as connection:
        connection.executescript(script)
    connection.close()
    return path


def test_peatmoss(tmp_path: Path) -> None:
    assert taken(base(tmp_path / "PeaTMOSS.db", PEATMOSS)) == [
        {"id": "bert-base-uncased", "downloads": 50, "likes": 7, "tags": ["fill-mask", "en"]},
        {"id": "o/gpt2-german", "library_name": "transformers", "likes": 0, "tags": []},
    ]


def test_peatmoss_in_steps_and_without_the_optional_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truename.study.read.BATCH", 1)
    whole = taken(base(tmp_path / "a.db", PEATMOSS))
    bare = taken(base(tmp_path / "b.db", PEATMOSS + "DROP TABLE tag; DROP TABLE model_to_library;"))
    assert [record["id"] for record in whole] == [record["id"] for record in bare]
    assert not any("tags" in record or "library_name" in record for record in bare)


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("CREATE TABLE model (id INTEGER, name TEXT);", "the table 'model' lacks context_id; its tables are model"),
        ("CREATE TABLE other (x TEXT);", "the table 'model' lacks id and context_id; its tables are other"),
    ],
)
def test_another_sqlite(tmp_path: Path, script: str, problem: str) -> None:
    with pytest.raises(UsageError, match="not PeaTMOSS's layout") as raised:
        take_snapshot(base(tmp_path / "x.db", script), tmp_path / "out.parquet")
    assert problem in str(raised.value)
    assert not (tmp_path / "out.parquet").exists()


def test_a_sqlite_file_that_is_cut_off(tmp_path: Path) -> None:
    path = base(tmp_path / "x.db", PEATMOSS)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(UsageError, match="cannot be read as SQLite"):
        take_snapshot(path, tmp_path / "out.parquet")


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.csv", "title,likes\nx,1\n", "a column of ids is missing"),
        ("a.csv", "", "the file is empty"),
        ("a.csv", "id,id\n", "two columns have one name"),
        ("a.jsonl", '{"title": 1}\n', "a column of ids is missing"),
        ("a.xlsx", "PK", "no known format of a snapshot"),
        ("a.parquet", "PAR1 and no more", "not a whole Parquet file"),
    ],
)
def test_what_is_no_snapshot(tmp_path: Path, name: str, text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem) as raised:
        take_snapshot(write(tmp_path / name, text), tmp_path / "out.parquet")
    assert str(tmp_path / name) in str(raised.value)
    assert not (tmp_path / "out.parquet").exists()


def test_a_snapshot_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such snapshot"):
        format_of(tmp_path / "none.csv")


def test_formats_by_their_first_bytes(tmp_path: Path) -> None:
    assert format_of(base(tmp_path / "models.csv", PEATMOSS)) is Format.SQLITE
