from __future__ import annotations

from pathlib import Path

import pytest

from small_survey import COLUMNS, TEXTS, response, write_book, write_export, write_instrument
from truename.errors import UsageError
from truename.study.survey import read_instrument
from truename.study.survey.export import read_export


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


ANSWERS = {
    "an id": ["R_1a2b", "", "", "", "", "", ""],
    "a status": ["", "Survey Preview", "", "", "", "", ""],
    "finished": ["", "", "True", "", "", "", ""],
    "a screening answer": ["", "", "", "Yes", "", "", ""],
    "an option": ["", "", "", "", "1 - 2 YEARS", "", ""],
    "options": ["", "", "", "", "", "Task,Model size (e.g. base, large)", ""],
}


@pytest.mark.parametrize("line", ANSWERS.values(), ids=ANSWERS)
def test_a_row_of_answers_in_the_place_of_the_questions_is_a_response(tmp_path: Path, line: list[str]) -> None:
    instrument = read_instrument(write_instrument(tmp_path))
    export = read_export(write_export(tmp_path, [line, response("R_2")], header=[COLUMNS]), instrument)
    assert [r.row for r in export.responses] == [2, 3]
    (note,) = export.notes
    told = next(cell for cell in line if cell)
    assert note.startswith("row 2 holds answers and no questions (column ")
    assert f"'{told}'" in note


def test_questions_in_their_row_are_no_response(tmp_path: Path) -> None:
    instrument = read_instrument(write_instrument(tmp_path))
    texts = ("R_1", "Response Type", "Finished", "Yes", "How many years?", "Task", "")
    export = read_export(write_export(tmp_path, [response("R_2")], header=[COLUMNS, texts]), instrument)
    assert [r.row for r in export.responses] == [3]  # a column asks what the instrument asks


def test_an_export_of_answers_only_is_told_its_columns(tmp_path: Path) -> None:
    instrument = read_instrument(write_instrument(tmp_path))
    lines = [["1 - 2 years", "1 - 2 years", "Yes"]] * 2
    with pytest.raises(UsageError, match=r"lacks the columns .*its first row has 1 - 2 years, 1 - 2 years, Yes"):
        read_export(write_export(tmp_path, lines, header=[]), instrument)


def test_the_sheet_that_was_read_is_named(tmp_path: Path) -> None:
    instrument = read_instrument(write_instrument(tmp_path))
    write_book(tmp_path / "a.xlsx", {"notes": [("a", "b"), ("c", "d")], "answers": [COLUMNS, TEXTS]})
    problem = "lacks the columns .* its first row has a, b; the first sheet, 'notes', was read and not answers"
    with pytest.raises(UsageError, match=problem):
        read_export(tmp_path / "a.xlsx", instrument)
