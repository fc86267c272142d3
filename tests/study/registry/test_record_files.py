"""Snapshots of every layout that is no Parquet, written here and read back."""

from __future__ import annotations

import gzip
import json
import sqlite3
import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from truename.errors import UsageError
from truename.study.registry.columns import SNAPSHOT
from truename.study.registry.record_files import Format, format_of
from truename.study.registry.snapshot import columns_of_snapshot, skips_of_snapshot, take_snapshot


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
    assert skips_of_snapshot(tmp_path / "taken.parquet").counts == {
        "record left out: a line that is not a JSON object": 1
    }
    assert columns_of_snapshot(tmp_path / "taken.parquet") == {"id", "downloads", "config", "tags", "likes"}


WRONG = [
    ({"id": {"x": 1}}, "id is an object, no text", '{"x":1}'),
    ({"id": ["q"]}, "id is a list, no text", '["q"]'),
    ({"id": True}, "id is true or false, no text", "true"),
    ({"author": {"name": "o"}}, "author is an object, no text", "o/a"),
    ({"library_name": ["peft"]}, "library_name is a list, no text", "o/a"),
    ({"downloads": [3]}, "downloads is a list, no whole number", "o/a"),
    ({"likes": True}, "likes is true or false, no whole number", "o/a"),
    ({"tags": {"a": 1}}, "tags is an object, no list", "o/a"),
    ({"tags": '{"a": 1}'}, "tags is an object, no list", "o/a"),
    ({"tags": ["a", 1]}, "tags is a list with a number in it", "o/a"),
    ({"baseModels": 3}, "baseModels is a number, no list of models", "o/a"),
    ({"baseModels": {"models": [{"id": 0}]}}, "baseModels is a list with a number in it", "o/a"),
    ({"config": [1, 2]}, "config is a list, no object", "o/a"),
    ({"config": 5}, "config is a number, no object", "o/a"),
    ({"cardData": False}, "cardData is true or false, no object", "o/a"),
    ({"createdAt": 20220302}, "createdAt is a number, no date", "o/a"),
    ({"siblings": "{}"}, "siblings is an object, no list of files", "o/a"),
    ({"safetensors": [1]}, "safetensors is a list, no count of elements", "o/a"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "problem", "example"), WRONG, ids=[problem for _, problem, _ in WRONG])
def test_values_of_the_wrong_type_are_counted(
    tmp_path: Path, cells: dict[str, Any], problem: str, example: str
) -> None:
    path = write(tmp_path / "models.jsonl", json.dumps({"id": "o/a", **cells}))
    assert taken(path) == [{} if "id" in cells else {"id": "o/a"}]
    skips = skips_of_snapshot(tmp_path / "taken.parquet")
    assert dict(skips.counts) == {f"cell left empty: {problem}": 1}
    assert (
        skips.as_csv()
        .splitlines()[1]
        .endswith(example.replace('"', '""').join(('"', '"')) if '"' in example else example)
    )


def test_what_no_study_reads_may_be_anything(tmp_path: Path) -> None:
    path = write(tmp_path / "models.jsonl", json.dumps({"id": "o/a", "name": {"x": 1}, "other": [1]}))
    assert taken(path) == [{"id": "o/a"}]
    assert not skips_of_snapshot(tmp_path / "taken.parquet").counts


@pytest.mark.parametrize("text", ['[{"id": "o/a"},\n {"id": "o/b"},\n 3]\n', '[{"id": "o/a"}, {"id": "o/b"}, 3]'])
def test_an_array_of_json(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "models.json", text)
    assert taken(path) == [{"id": "o/a"}, {"id": "o/b"}]
    assert "item 3" in skips_of_snapshot(tmp_path / "taken.parquet").as_csv()
    monkeypatch.setattr("truename.study.registry.record_files.MAX_ARRAY", 8)
    with pytest.raises(UsageError, match="write one object a line"):
        take_snapshot(path, tmp_path / "again.parquet")


def test_lines_of_which_the_first_is_a_list(tmp_path: Path) -> None:
    path = write(tmp_path / "models.jsonl", '\ufeff[1]\n{"id": "o/a"}\n')
    assert taken(path) == [{"id": "o/a"}]
    assert "line 1" in skips_of_snapshot(tmp_path / "taken.parquet").as_csv()


LATIN = "mé/bért-base".encode("latin-1")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", b"id,downloads\n" + LATIN + b",3\no/a,4\n"),
        ("a.txt", LATIN + b"\xff\xfe\no/a\n"),
        ("a.txt", b"\xef\xbb\xbfo/a\n" + LATIN),
        ("a.jsonl", b'{"id": "' + LATIN + b'"}\n{"id": "o/a"}\n'),
        ("a.jsonl", b'{"' + LATIN + b'": 1}\n{"id": "o/a"}\n'),
        ("a.jsonl", b'{"id": "o/a"}\n' + LATIN + b" is not JSON either\n"),
    ],
)
def test_lines_that_are_not_utf8_are_counted(tmp_path: Path, name: str, text: bytes) -> None:
    (tmp_path / name).write_bytes(text)
    assert [record["id"] for record in taken(tmp_path / name)] == ["o/a"]
    skips = skips_of_snapshot(tmp_path / "taken.parquet")
    assert dict(skips.counts) == {"record left out: a line that is not UTF-8": 1}
    assert " line " in skips.as_csv()


def test_an_item_that_is_not_utf8_costs_itself_only(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'[{"id": "o/a"}, {"id": "' + LATIN + b'"}, {"id": "o/b"}]')
    assert [record["id"] for record in taken(tmp_path / "a.json")] == ["o/a", "o/b"]
    skips = skips_of_snapshot(tmp_path / "taken.parquet")
    assert dict(skips.counts) == {"record left out: a line that is not UTF-8": 1}
    assert "item 2" in skips.as_csv()


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt", "a.jsonl", "a.csv.gz"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_utf16_is_told(tmp_path: Path, name: str, encoding: str) -> None:
    text = "id,downloads\no/a,3\n".encode(encoding)
    (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    with pytest.raises(UsageError, match="not UTF-8") as raised:
        take_snapshot(tmp_path / name, tmp_path / "out.parquet")
    assert str(raised.value).isprintable()


def test_a_header_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,t\xe9l\no/a,3\n")
    with pytest.raises(UsageError, match="its header is not UTF-8"):
        take_snapshot(tmp_path / "a.csv", tmp_path / "out.parquet")


def test_texts_in_parquet_that_are_not_utf8(tmp_path: Path) -> None:
    offsets = pa.py_buffer(struct.pack("3i", 0, 3, 6))
    texts = pa.StringArray.from_buffers(2, offsets, pa.py_buffer(b"a/\xffb/c"))
    pq.write_table(pa.table({"id": texts, "config": texts}), tmp_path / "a.parquet")
    assert taken(tmp_path / "a.parquet") == [{}, {"id": "b/c", "config": "b/c"}]
    counted = {f"cell left empty: {name} is a text that is not UTF-8": 1 for name in ("id", "config")}
    assert dict(skips_of_snapshot(tmp_path / "taken.parquet").counts) == counted


def test_mixed_types_in_one_column(tmp_path: Path) -> None:
    configs: list[Any] = [{"model_type": "bert"}, "text", 5, ["x"], None, True]
    path = write(
        tmp_path / "models.jsonl", "\n".join(json.dumps({"id": f"o/{i}", "config": c}) for i, c in enumerate(configs))
    )
    assert [record.get("config") for record in taken(path)] == [
        '{"model_type":"bert"}', "text", None, None, None, None,
    ]  # fmt: skip


def test_later_records_may_bring_columns_and_lack_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truename.study.registry.record_files.BATCH", 1)
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
    monkeypatch.setattr("truename.study.registry.record_files.BATCH", 1)
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


def test_what_is_no_file(tmp_path: Path) -> None:
    for path in (Path("-"), Path("/dev/stdin"), Path("/dev/fd/0"), tmp_path):
        with pytest.raises(UsageError, match="must be a file"):
            format_of(path)


def test_bytes_where_peatmoss_has_a_name(tmp_path: Path) -> None:
    script = "CREATE TABLE model (id INTEGER, context_id); INSERT INTO model VALUES (1, x'00ff'), (2, 'o/a');"
    assert taken(base(tmp_path / "x.db", script)) == [{}, {"id": "o/a"}]
    assert "id is of type bytes" in next(iter(skips_of_snapshot(tmp_path / "taken.parquet").counts))


def test_a_snapshot_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such snapshot"):
        format_of(tmp_path / "none.csv")


def test_formats_by_their_first_bytes(tmp_path: Path) -> None:
    assert format_of(base(tmp_path / "models.csv", PEATMOSS)) is Format.SQLITE
