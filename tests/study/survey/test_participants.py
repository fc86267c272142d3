from __future__ import annotations

from pathlib import Path

from small_survey import INSTRUMENT, response, write_export, write_instrument
from truename.study.survey import read_instrument
from truename.study.survey.export import read_export
from truename.study.survey.participants import Participants, select

LINES = [
    response("R_1", "1 - 2 years"),
    response("R_2", status="Survey Preview"),
    response("R_1", "Over 2 years"),
    ["", "", "", ""],
    response("R_3", consent="No"),
    response("R_4", consent=""),
    response("R_5", finished="False"),
    response("R_6"),
    ["R_6"],
]


def selected(tmp_path: Path, text: str = INSTRUMENT) -> Participants:
    instrument = read_instrument(write_instrument(tmp_path, text))
    return select(read_export(write_export(tmp_path, LINES), instrument), instrument)


def test_everybody_who_is_left_out_is_counted(tmp_path: Path) -> None:
    people = selected(tmp_path)
    assert [r.row for r in people.responses] == [4, 10, 11]
    assert {skip.reason: skip.rows for skip in people.skips} == {
        "a preview, test or spam, as the column Status says": (5,),
        "an id that an earlier line has already (column ResponseId); the first line counts": (6, 12),
        "an empty line": (7,),
        "no consent was given": (8,),
        "consent was not answered": (9,),
    }
    assert len(people.responses) + sum(skip.count for skip in people.skips) == people.total == len(LINES)
    assert people.notes == ("1 participants did not finish; their answers count where they gave any",)


def test_unfinished_responses_may_be_left_out(tmp_path: Path) -> None:
    people = selected(tmp_path, INSTRUMENT + '\n[metadata]\nunfinished = "skip"\n')
    assert ("not finished, as the column Finished says", (10,)) in [(skip.reason, skip.rows) for skip in people.skips]


def test_columns_that_are_missing_are_said(tmp_path: Path) -> None:
    instrument = read_instrument(write_instrument(tmp_path))
    header = [("Q1", "Q2", "Q3", "Q4"), ("?", "How many years", "?", "?")]
    people = select(read_export(write_export(tmp_path, [("Yes", "", "", "")], header=header), instrument), instrument)
    assert ["ResponseId" in people.notes[0], "Status" in people.notes[1], "Finished" in people.notes[2]] == [True] * 3
