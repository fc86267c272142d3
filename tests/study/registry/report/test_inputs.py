from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from small_study import row, write_rows
from truename.errors import UsageError
from truename.study.registry.report import check_inputs
from truename.study.registry.report.inputs import open_rows, read_lists
from truename.study.registry.tables.profile import collected


def names(folder: Path, name: str, data: bytes) -> list[str]:
    path = folder / name
    path.write_bytes(data)
    (frame,) = read_lists([path]).values()
    return collected(frame)["name"].to_list()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("l.csv", b"rank,name\n1,chalk\n2,@scope/left-pad\n3,\n"),
        ("l.csv.gz", gzip.compress(b"name\nchalk\n@scope/left-pad\n")),
        ("l.txt", b"chalk\r\n@scope/left-pad\n\n"),
    ],
)
def test_lists(name: str, data: bytes, tmp_path: Path) -> None:
    assert names(tmp_path, name, data) == ["chalk", "left-pad"]


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("l.csv", b"package\nchalk\n", "has no column 'name'; it has package"),
        ("l.csv", b"", "no list of names"),
        ("l.csv", b"name\n\xff\xfe\n", "no list of names in UTF-8"),
        ("l.csv.gz", b"name\nchalk\n"[:3] + b"\x1f\x8b", "has no column 'name'|no list of names"),
        ("l.txt", b"\xff", "no list of names in UTF-8"),
        ("l.txt", b"\n", "holds no name"),
        ("l.xlsx", b"PK", "are read from .txt, .csv and .csv.gz"),
    ],
)
def test_what_is_no_list(name: str, data: bytes, problem: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=problem):
        names(tmp_path, name, data)


def test_lists_that_are_not_there_or_have_one_title(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_lists([tmp_path / "none.csv"])
    for name in ("npm.csv", "npm.txt"):
        (tmp_path / name).write_text("name\nchalk\n")
    with pytest.raises(UsageError, match="two lists have the title 'npm'"):
        read_lists([tmp_path / "npm.csv", tmp_path / "npm.txt"])


def test_parts_that_are_no_rows(tmp_path: Path) -> None:
    rows = write_rows(tmp_path, [row("a")])
    part = rows / "part-00001.parquet"
    pq.write_table(pa.table({"id": ["a"]}), part)
    with pytest.raises(UsageError, match=r"part-00001.parquet: lacks the columns owner, name"):
        open_rows(rows)
    part.write_bytes((rows / "part-00000.parquet").read_bytes()[:-20])
    with pytest.raises(UsageError, match="not a readable Parquet file"):
        open_rows(rows)


def test_what_a_report_compares_with_is_looked_at_first(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(UsageError, match="lacks the columns Q1"):
        check_inputs(other, None, ())
    with pytest.raises(UsageError, match="has no column 'name'"):
        check_inputs(None, None, [other])
    with pytest.raises(UsageError, match="there is no such file"):
        check_inputs(tmp_path / "none.xlsx", None, [])
    check_inputs(None, None, [])
