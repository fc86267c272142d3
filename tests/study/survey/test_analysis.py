from __future__ import annotations

from pathlib import Path

import pytest

from small_survey import INSTRUMENT, response, write_codes, write_export, write_instrument
from truename.errors import UsageError
from truename.study.survey import analyse
from truename.study.survey.survey_files import write_analysis

LINES = [
    response("R_1", "1 - 2 years", "Model size (e.g. base, large),Task"),
    response("R_2", "Over 2 years", "Model size (e.g. base, large)"),
    response("R_3", "", "", "a word"),
    response("R_4", consent="No"),
]


def test_counts_have_both_denominators(tmp_path: Path) -> None:
    analysis = analyse(write_export(tmp_path, LINES), write_instrument(tmp_path))
    rows = analysis.counts.select("question", "option", "count", "answered", "asked", "of_answered", "of_asked").rows()
    assert rows[0] == ("years", "few", 1, 2, 3, 1 / 2, 1 / 3)
    assert rows[2] == ("elements", "size", 2, 2, 3, 1.0, 2 / 3)
    assert rows[4] == ("elements", "task_goal", 0, 2, 3, 0.0, 0.0)  # nobody chose it, and it is there
    assert rows[-1] == ("words", "(text)", 1, 1, 3, 1.0, 1 / 3)
    for row in analysis.counts.iter_rows(named=True):
        assert row["of_asked_low"] <= row["of_asked"] <= row["of_asked_high"]


@pytest.mark.parametrize(
    ("coded", "expected"),
    [
        (
            False,
            [
                (2, 2, 0, ""),
                (9, 1, -8, "nobody knows"),
                (2, None, None, "nothing in the given files to compare it with"),
            ],
        ),
        (True, [(2, 2, 0, ""), (9, 1, -8, "nobody knows"), (2, 4, 2, "")]),
    ],
)
def test_published_counts_stand_beside_the_data(
    tmp_path: Path, coded: bool, expected: list[tuple[object, ...]]
) -> None:
    codes = write_codes(tmp_path) if coded else None
    analysis = analyse(write_export(tmp_path, LINES), write_instrument(tmp_path), codes)
    assert [(c.published, c.reproduced, c.difference, c.note) for c in analysis.comparisons] == expected


@pytest.mark.parametrize(
    ("responses", "note"),
    [
        (4, "nobody knows"),
        (5, "what was published is of an export of 5 responses, and this one has 4"),
    ],
)
def test_notes_on_published_counts_are_of_the_export_that_was_published(
    tmp_path: Path, responses: int, note: str
) -> None:
    text = f"published_responses = {responses}\n{INSTRUMENT}"
    analysis = analyse(write_export(tmp_path, LINES), write_instrument(tmp_path, text))
    assert [c.note for c in analysis.comparisons][:2] == ["", note]


def test_an_instrument_without_codes_takes_no_workbook(tmp_path: Path) -> None:
    text = INSTRUMENT[: INSTRUMENT.index("[[themes]]")]
    with pytest.raises(UsageError, match=r"codes.xlsx: the instrument describes no coded sheets; leave --codes out"):
        analyse(write_export(tmp_path, LINES), write_instrument(tmp_path, text), write_codes(tmp_path))


def test_an_unlisted_code_is_a_note(tmp_path: Path) -> None:
    analysis = analyse(write_export(tmp_path, LINES), write_instrument(tmp_path), write_codes(tmp_path))
    assert any("1 times the code 'three'" in note for note in analysis.notes)


def test_who_chose_more_than_was_asked_for_is_counted(tmp_path: Path) -> None:
    text = INSTRUMENT.replace('kind = "many"', 'kind = "many"\nmost = 2')
    chosen = (
        "Task",
        "Task,Model size (e.g. base, large)",
        'Task,Task, goal,Named by "what else"',
        "Task,Task, goal,Blue",
    )
    lines = [response(f"R_{n}", "1 - 2 years", cell) for n, cell in enumerate(chosen)]
    analysis = analyse(write_export(tmp_path, lines), write_instrument(tmp_path, text))
    counts = analysis.counts.filter(question="elements")
    assert counts.filter(option="task")["count"][0] == 4  # nobody's choices are dropped
    assert counts["over_most"].to_list() == [2] * 5
    assert analysis.counts.filter(question="years")["over_most"].to_list() == [None, None]
    told = "Wanted elements: 2 of the 4 who answered chose more than the 2 that were asked for; all their choices count"
    assert told in analysis.notes
    write_analysis(analysis, tmp_path / "out")
    assert "2 of the 4 who answered chose more than the 2" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_nobody_is_left(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no response is left to analyse \(1: no consent was given\)"):
        analyse(write_export(tmp_path, LINES[3:]), write_instrument(tmp_path))
