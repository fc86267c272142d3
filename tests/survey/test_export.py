from __future__ import annotations

from pathlib import Path

import pytest

from small_survey import COLUMNS, TEXTS, response, write_export, write_instrument
from truename.errors import UsageError
from truename.survey import read_instrument
from truename.survey.export import read_export


@pytest.mark.parametrize("name", ["responses.csv", "responses.xlsx"])
def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path: Path, name: str) -> None:
    instrument = read_instrument(write_instrument(tmp_path))
    export = read_export(write_export(tmp_path, [response("R_1", "", "Task")], name), instrument)
    assert [(r.row, r.cells["Q3"]) for r in export.responses] == [(4, "Task")]
    assert "Q2" not in export.responses[0].cells
    assert export.notes == export.unread == ()


def test_an_export_without_import_ids(tmp_path: Path) -> None:
    instrument = read_instrument(write_instrument(tmp_path))
    export = read_export(write_export(tmp_path, [response("R_1")], header=(COLUMNS, TEXTS)), instrument)
    assert [r.row for r in export.responses] == [3]


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ([("name", "age"), ("a", "b")], "lacks the columns Q2, Q3, Q4, Q1 of the instrument 'Names in a registry'"),
        ([(*COLUMNS, "Q3"), TEXTS], "the column 'Q3' is there twice"),
        ([COLUMNS], "holds 1 rows, fewer than the 2 rows of its header"),
    ],
)
def test_another_export(tmp_path: Path, header: list[tuple[str, ...]], problem: str) -> None:
    instrument = read_instrument(write_instrument(tmp_path))
    with pytest.raises(UsageError, match=problem):
        read_export(write_export(tmp_path, [], header=header), instrument)


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    instrument = read_instrument(write_instrument(tmp_path))
    columns = (*COLUMNS, "Q9", "")
    texts = (*TEXTS[:4], "Where do you live?", *TEXTS[5:], "?", "")
    lines = [[*response("R_1", "", "", ""), "unknown", "nameless"]]
    export = read_export(write_export(tmp_path, lines, header=(columns, texts)), instrument)
    assert export.unread == ("Q9",)
    assert "column Q2 asks something else" in export.notes[0]
    assert "1 cells stand in columns without a name" in export.notes[1]
