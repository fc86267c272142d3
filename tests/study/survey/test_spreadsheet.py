from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from small_survey import write_book
from truename.errors import UsageError
from truename.study.survey import spreadsheet
from truename.study.survey.spreadsheet import read_rows


@pytest.mark.parametrize(
    ("name", "data", "rows"),
    [
        ("a.csv", b"x,y\n1, two \n\n,,\n", [("x", "y"), ("1", "two")]),
        ("a.csv", '\ufeffx\r\n"a,\nb"\r\n'.encode(), [("x",), ("a,\nb",)]),
        ("a.csv", b'x;"y, z"\n"1;2";"Task,3"\n', [("x", "y, z"), ("1;2", "Task,3")]),
        ("a.csv", b"x,y;z\n1,2;3\n", [("x", "y;z"), ("1", "2;3")]),
        ("a.tsv", "x\ty\n1\t\n".encode("utf-16"), [("x", "y"), ("1", "")]),
    ],
)
def test_text(tmp_path: Path, name: str, data: bytes, rows: list[tuple[str, ...]]) -> None:
    (tmp_path / name).write_bytes(data)
    assert read_rows(tmp_path / name) == rows


def test_workbook(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", {"first": [("x", None), (1.0, " two "), (None, None)], "second": [("z",)]})
    assert read_rows(tmp_path / "a.xlsx") == [("x",), ("1", "two")]
    assert read_rows(tmp_path / "a.xlsx", "second") == [("z",)]
    with pytest.raises(UsageError, match="no sheet 'third'; it has first, second"):
        read_rows(tmp_path / "a.xlsx", "third")


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.csv", b"x\n\xff\n", "no UTF-8 at byte 2"),
        ("a.csv", b'x\n"open\n', "no table"),
        ("a.xlsx", b"PK\x03\x04 cut", "not a readable .xlsx"),
        ("a.sav", b"", "read from .xlsx, .csv and .tsv"),
    ],
)
def test_unusable(tmp_path: Path, name: str, data: bytes, problem: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=problem):
        read_rows(tmp_path / name)


def test_a_text_file_has_no_sheet(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    with pytest.raises(UsageError, match=r"a.csv: a text file has no sheet 'codes'; give the workbook \(.xlsx\)"):
        read_rows(tmp_path / "a.csv", "codes")


def test_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_rows(tmp_path / "a.csv")


def test_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MAX_ROWS", 2)
    monkeypatch.setattr(spreadsheet, "MAX_COLUMNS", 2)
    (tmp_path / "rows.csv").write_text("a\nb\nc\n")
    (tmp_path / "columns.csv").write_text("a,b,c\n")
    with pytest.raises(UsageError, match="more than 2 rows"):
        read_rows(tmp_path / "rows.csv")
    with pytest.raises(UsageError, match="more than 2 columns"):
        read_rows(tmp_path / "columns.csv")
    write_book(tmp_path / "a.xlsx", {"first": [("x",)]})
    monkeypatch.setattr(spreadsheet, "MAX_BYTES", (tmp_path / "a.xlsx").stat().st_size)
    with pytest.raises(UsageError, match="unpacks to more"):
        read_rows(tmp_path / "a.xlsx")


def test_a_broken_sheet_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_book(path, {"first": [("x",)] * 50})
    whole = path.read_bytes()
    said = set()
    for place in range(30, len(whole), 61):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            read_rows(path)
        except UsageError as error:
            said.add(str(error))
    assert f"{path}: not a readable .xlsx workbook; open it and save it again, or export .csv" in said


def test_a_wrong_dimension_hides_no_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_book(tmp_path / "right.xlsx", {"first": [("x", "y"), ("1", "2")]})
    with zipfile.ZipFile(tmp_path / "right.xlsx") as right, zipfile.ZipFile(path, "w") as wrong:
        for member in right.namelist():
            wrong.writestr(member, right.read(member).replace(b'<dimension ref="A1:B2"', b'<dimension ref="A1"'))
    assert path.read_bytes() != (tmp_path / "right.xlsx").read_bytes()
    assert read_rows(path) == [("x", "y"), ("1", "2")]
