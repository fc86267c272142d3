"""The study's own survey: what was published of it, and what its data gives."""

from __future__ import annotations

import pytest

from truename.study.survey import Analysis, analyse
from truename.study.survey.passages import Sources

from reference import reference


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    codes = reference("ptm-naming", "survey", "Survey Analysis.xlsx")
    return analyse(reference("ptm-naming", "survey", "survey_data.xlsx"), codes=codes)


def test_participants(analysis: Analysis) -> None:
    people = analysis.participants
    assert (people.total, len(people.responses)) == (130, 108)
    assert [skip.count for skip in people.skips] == [6, 3, 12, 1]


def test_every_answer_is_an_option(analysis: Analysis) -> None:
    assert {text.text for text in analysis.reading.unread} == {"AnswerDisplayOrder"}
    assert analysis.export.unread == ()
    assert not [note for note in analysis.notes if "asks something else" in note]


def test_published_counts(analysis: Analysis) -> None:
    differing = {(c.of, c.what): (c.published, c.reproduced) for c in analysis.comparisons if c.difference}
    assert differing == {
        ("elements", "architecture"): (69, 67),
        ("elements", "task"): (57, 52),
        ("elements", "version"): (52, 53),
        ("elements", "parameters"): (46, 43),
        ("elements", "language"): (39, 37),
        ("elements", "dataset"): (30, 29),
        ("elements", "reuse"): (16, 15),
        ("elements", "training"): (8, 7),
        ("elements", "characteristics"): (7, 6),
        ("notice", "answered"): (77, 71),
    }
    assert all(c.reproduced is not None for c in analysis.comparisons)
    assert all(c.note for c in analysis.comparisons if c.difference)


def test_who_chose_more_conventions_than_two(analysis: Analysis) -> None:
    assert any("16 of the 84 who answered chose more than the 2" in note for note in analysis.notes)


def test_agreement_of_coders(analysis: Analysis) -> None:
    how, why = analysis.agreements
    assert how.kinds == {"same": 26, "overlap": 4, "different": 4, "one": 9, "neither": 9}
    assert why.kinds == {"same": 21, "overlap": 13, "different": 0, "one": 6, "neither": 12}
    assert how.unknown == why.unknown == {}


def test_passages_of_the_sheets_are_not_all_answers(analysis: Analysis) -> None:
    process, how = analysis.themes[0], analysis.agreements[0]
    assert process.sources == Sources(answers=47, whole=42, pieces=6, elsewhere=4, uncoded=2)
    assert how.sources == Sources(answers=46, whole=45, pieces=2, elsewhere=5, uncoded=0)
    assert (process.passages, how.passages) == (52, 52)
