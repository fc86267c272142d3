from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from small_survey import INSTRUMENT, response, write_codes, write_export, write_instrument
from truename.errors import UsageError
from truename.study.survey import analyse, read_instrument
from truename.study.survey.coded import compare_coders, count_themes
from truename.study.survey.passages import Sources, sources_of


def test_themes_are_counted_by_cells_and_by_passages(tmp_path: Path) -> None:
    themes = read_instrument(write_instrument(tmp_path)).themes[0]
    found = count_themes(write_codes(tmp_path), themes)
    assert (found.passages, found.coded) == (5, 4)  # the line of totals is no passage, "n/a" no theme
    assert found.sources is None
    rows = found.table.select("theme", "label", "cells", "passages").rows()
    assert rows == [("card", "Model card", 4, 3), ("size", "File size", 1, 1), ("forum", "Forum", 1, 1)]


def test_agreement_of_coders(tmp_path: Path) -> None:
    coders = read_instrument(write_instrument(tmp_path)).coders[0]
    found = compare_coders(write_codes(tmp_path), coders)
    assert found.kinds == {"same": 1, "overlap": 1, "different": 1, "one": 1, "neither": 1}
    assert found.unknown == {"three": 1}
    one, two = found.codes["ONE"], found.codes["TWO"]
    assert (one.both, one.first_only, one.second_only, one.neither) == (1, 2, 0, 2)
    assert (two.both, two.first_only, two.second_only, two.neither) == (1, 0, 1, 3)
    assert found.pooled.decisions == 10
    assert one.kappa == pytest.approx((0.6 - 0.44) / 0.56)  # by hand: 3 of 5 equal; 0.6 × 0.2 + 0.4 × 0.8 by chance


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"first": "ZZ"}, "has no column ZZ"),
        ({"first": "first"}, "'first' is no column of a spreadsheet"),
        ({"sheet": "Codes"}, "has no sheet 'Codes'; it has notes, codes"),
    ],
)
def test_a_sheet_that_is_not_the_instruments(tmp_path: Path, changes: dict[str, str], problem: str) -> None:
    coders = msgspec.structs.replace(read_instrument(write_instrument(tmp_path)).coders[0], **changes)
    with pytest.raises(UsageError, match=problem):
        compare_coders(write_codes(tmp_path), coders)


@pytest.mark.parametrize(
    ("passages", "answers", "expected"),
    [
        ([], [], (0, 0, 0, 0, 0)),
        (["The card", "a forum"], ["the  CARD!", "a forum"], (2, 2, 0, 0, 0)),
        (["the card", "a forum"], ["- the card\n- a forum"], (1, 0, 2, 0, 0)),  # one answer, cut in two
        (["card"], ["discard it", "it"], (2, 0, 0, 1, 2)),  # a part of a word is no piece
        (["the card"] * 3, ["the card", "the card", "read the card"], (3, 2, 1, 0, 0)),
        (["a -> b"], ["a -&gt; b"], (1, 1, 0, 0, 0)),  # as a platform writes it
        (["the card. And more"], ["the card"], (1, 0, 0, 1, 1)),
        (["?"], ["?"], (1, 1, 0, 0, 0)),
        (["?"], ["a?"], (1, 0, 0, 1, 1)),
    ],
)
def test_passages_are_found_in_the_answers(
    passages: list[str], answers: list[str], expected: tuple[int, int, int, int, int]
) -> None:
    found = sources_of(passages, answers)
    assert (found.answers, found.whole, found.pieces, found.elsewhere, found.uncoded) == expected


def test_a_sheet_is_set_beside_the_answers_of_its_question(tmp_path: Path) -> None:
    text = INSTRUMENT.replace('sheet = "codes"', 'sheet = "codes"\nquestion = "words"')
    lines = [response(f"R_{n}", "", "", words) for n, words in enumerate(("A", "b; c", "AnswerDisplayOrder", "f", ""))]
    analysis = analyse(write_export(tmp_path, lines), write_instrument(tmp_path, text), write_codes(tmp_path))
    for sheet in (*analysis.themes, *analysis.agreements):
        assert sheet.sources == Sources(answers=3, whole=1, pieces=2, elsewhere=2, uncoded=1)
    (note,) = (note for note in analysis.notes if "coded passages" in note)
    assert note == (
        "the sheet 'codes' has 5 coded passages; 3 participants answered 'In their words'. Passages that are an answer "
        "as it stands: 1, a piece of one: 2, in no participant's answer: 2; answers without a passage: 1. Passages of "
        "one answer are not independent: intervals are narrower than they should be"
    )


def test_a_sheet_of_which_no_question_is_known(tmp_path: Path) -> None:
    lines = [response("R_1", "", "", "a word")]
    analysis = analyse(write_export(tmp_path, lines), write_instrument(tmp_path), write_codes(tmp_path))
    assert any("of which answers cannot be told" in note for note in analysis.notes)
