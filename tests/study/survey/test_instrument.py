from __future__ import annotations

from pathlib import Path

import pytest

from small_survey import INSTRUMENT, write_instrument
from truename.errors import UsageError
from truename.study.survey import read_instrument
from truename.study.survey.instrument import folded


def test_the_shipped_instrument_covers_what_the_study_asked() -> None:
    instrument = read_instrument()
    asked = {question.id: question for question in instrument.questions}
    assert {"conventions", "elements", "notice", "model_type", "process"} <= set(asked)
    letters = {letter for option in asked["elements"].options for letter in option.stands_for}
    assert letters == set("ASDCVFLTRNHP")  # what is written in as "other" is no element "other"
    assert asked["conventions"].most == 2
    assert [question.id for question in instrument.questions if not question.preference] == ["notice"]
    known = {(q.id, option.id) for q in instrument.questions for option in q.options}
    known |= {(themes.id, theme.id) for themes in instrument.themes for theme in themes.themes}
    of_coders = {pair.id for pair in instrument.coders}
    assert all((p.of, p.what) in known or p.what == "answered" or p.of in of_coders for p in instrument.published)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("title =", "titel =", "not an instrument"),
        ('kind = "one"', 'kind = "several"', "not an instrument"),
        ('title = "Names', "title = Names", "no TOML"),
        ('id = "words"', 'id = "years"', "the id 'years' is given twice"),
        ('column = "Q4"', 'column = "Q3"', "two questions have the column 'Q3'"),
        (
            'column = "Q4"\ntitle = "In their words"\nkind = "text"',
            'column = "Q4"\ntitle = "W"\nkind = "one"',
            "options",
        ),
        ('section = "people"', 'section = "peple"', "'peple', which \\[sections\\] does not name"),
        ('label = "Task, goal"', 'label = "TASK"', "two options are written 'task'"),
        ('id = "task_goal"', 'id = "task"', "the option 'task' twice"),
        ('of = "themes"', 'of = "thems"', "refers to 'thems'"),
        ('title = "Names in a registry"', 'title = "N"\nheader_rows = 0', "header_rows"),
        (
            'kind = "one"',
            'kind = "one"\nmost = 1',
            "question 'years': most belongs to the kind 'many', and is 1 or more",
        ),
        ('kind = "many"', 'kind = "many"\nmost = 0', "question 'elements': most belongs to the kind 'many'"),
        ('sheet = "codes"', 'sheet = "codes"\nquestion = "wards"', "'themes' codes the question 'wards', which is no"),
        ('first = "D"', 'first = "D"\nquestion = "years"', "'coders' codes the question 'years', which is no"),
        (
            'stands_for = ["S"]',
            'stands_for = ["Sx"]',
            "stands for 'Sx', which is neither letters .A, S, .*, O. nor one of",
        ),
        ('stands_for = ["S"]', 'stands_for = ["S", "other"]', "stands for 'S other', which is neither"),
        ('stands_for = ["S"]', 'stands_for = [""]', "stands for '', which is neither"),
        ('id = "words"', 'id = "../../words"', "the id '../../words' must be of at most 100 letters, digits, _ and -"),
        ('id = "words"', 'id = "words\\n"', "must be of at most 100"),
        ('id = "words"', 'id = ""', "must be of at most 100"),
        ('id = "coders"', 'id = "a/b"', "the id 'a/b' must be"),
        ('id = "themes"', f'id = "{"x" * 101}"', "must be of at most 100"),
        ('people = "Who answered"', '"a/b" = "Who answered"\npeople = "W"', "the id 'a/b' must be"),
        (
            'what = "size"',
            'what = "sise"',
            "published count of 'elements' refers to 'sise'; it has size, task, .*answered",
        ),
        ('what = "card"', 'what = "cart"', "published count of 'themes' refers to 'cart'; it has card, size, answered"),
        ('of = "themes"\nwhat = "card"', 'of = "coders"\nwhat = "equal"', "refers to 'equal'; it has same, overlap"),
    ],
)
def test_an_instrument_that_contradicts_itself(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in INSTRUMENT
    with pytest.raises(UsageError, match=problem):
        read_instrument(write_instrument(tmp_path, INSTRUMENT.replace(old, new, 1)))


def test_an_instrument_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_instrument(tmp_path / "none.toml")


def test_texts_are_compared_without_case_white_space_and_the_kind_of_quotes() -> None:
    assert folded(" Named by “A +\xa0 b”\n") == folded('named by "a + B"')
