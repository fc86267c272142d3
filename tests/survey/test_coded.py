from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from small_survey import write_codes, write_instrument
from truename.errors import UsageError
from truename.survey import read_instrument
from truename.survey.coded import compare_coders, count_themes


def test_themes_are_counted_by_cells_and_by_answers(tmp_path: Path) -> None:
    themes = read_instrument(write_instrument(tmp_path)).themes[0]
    found = count_themes(write_codes(tmp_path), themes)
    assert (found.answers, found.coded) == (5, 4)  # the line of totals is no answer, "n/a" no theme
    rows = found.table.select("theme", "label", "cells", "answers").rows()
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
