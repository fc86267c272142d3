from __future__ import annotations

from pathlib import Path

import pytest

from small_survey import response, write_export, write_instrument
from truename.study.survey import read_instrument
from truename.study.survey.answers import read_answers
from truename.study.survey.export import read_export
from truename.study.survey.option_labels import Labels


@pytest.mark.parametrize(
    ("cell", "chosen", "strange"),
    [
        ("Model size (e.g. base, large),Task", ("size", "task"), ()),
        ("task ,  MODEL size (e.g. base,  large)", ("task", "size"), ()),
        ("Task, goal,Task", ("task_goal", "task"), ()),  # the longest label counts
        ("Named by “what else”", ("other",), ()),
        ("Task,Colour,Task", ("task",), ("Colour",)),
        ("Tasks", (), ("Tasks",)),  # the beginning of a label is none
        (",,", (), ()),
    ],
)
def test_a_cell_is_read_by_its_labels(
    tmp_path: Path, cell: str, chosen: tuple[str, ...], strange: tuple[str, ...]
) -> None:
    elements = read_instrument(write_instrument(tmp_path)).questions[1]
    assert Labels(elements).read(cell) == (chosen, strange)


def test_placeholders_and_strange_answers_are_listed(tmp_path: Path) -> None:
    instrument = read_instrument(write_instrument(tmp_path))
    lines = [
        response("R_1", "for ever", "AnswerDisplayOrder"),
        response("R_2", "1 - 2 years", "AnswerDisplayOrder,Task", "AnswerDisplayOrder"),
        response("R_3", "for ever", "Blue,Red", "a word"),
    ]
    export = read_export(write_export(tmp_path, lines), instrument)
    reading = read_answers(export.responses, export.columns, instrument)
    assert reading.answers.rows() == [
        (4, "years", "(unrecognised)"),
        (5, "years", "few"),
        (6, "years", "(unrecognised)"),
        (5, "elements", "task"),
        (6, "elements", "(unrecognised)"),
        (6, "words", "(text)"),
    ]
    assert [(u.question, u.text, u.rows, u.placeholder) for u in reading.unread] == [
        ("years", "for ever", (4, 6), False),
        ("elements", "AnswerDisplayOrder", (4, 5), True),
        ("elements", "Blue", (6,), False),
        ("elements", "Red", (6,), False),
        ("words", "AnswerDisplayOrder", (5,), True),
    ]


def test_choices_split_over_columns(tmp_path: Path) -> None:
    instrument = read_instrument(write_instrument(tmp_path))
    header = [("Q1", "Q2", "Q3_1", "Q3_2", "Q4"), ("?", "How many years", "?", "?", "?")]
    export = read_export(write_export(tmp_path, [("Yes", "", "Task", "Task, goal", "")], header=header), instrument)
    reading = read_answers(export.responses, export.columns, instrument)
    assert reading.answers["option"].to_list() == ["task", "task_goal"]
    assert export.unread == ()
