from __future__ import annotations

from pathlib import Path

import pytest

from small_study import row, rows
from small_survey import INSTRUMENT, response, write_export, write_instrument
from truename.study.publication.proportions import difference
from truename.study.registry.tables.preference import preference
from truename.study.registry.tables.profile import profile
from truename.study.survey import analyse

from reference import reference

SIZE = "Model size (e.g. base, large)"


def test_wanted_and_found(tmp_path: Path) -> None:
    lines = [response(f"R_{n}", "1 - 2 years", f"{SIZE},Task" if n < 6 else "Task") for n in range(8)]
    analysis = analyse(write_export(tmp_path, lines), write_instrument(tmp_path))
    names = rows(*(row(f"n{n}", kinds="AS" if n < 5 else "AT") for n in range(20)))
    table = preference(analysis, profile(names))
    size, task = table.iter_rows(named=True)
    assert (size["what"], size["wanted"], size["answered"], size["models"], size["of"]) == ("S", 6, 8, 5, 20)
    assert (task["what"], task["wanted"], task["models"]) == ("T", 8, 15)
    expected = difference((6, 8), (5, 20))
    assert (size["difference"], size["difference_low"], size["difference_high"]) == pytest.approx(
        (expected.difference, expected.low, expected.high)
    )
    assert size["p_holm"] == pytest.approx(min(1, 2 * expected.p))


def test_several_options_of_one_element_count_a_participant_once(tmp_path: Path) -> None:
    text = INSTRUMENT.replace('label = "Task, goal" }', 'label = "Task, goal", stands_for = ["T"] }')
    lines = [response("R_1", "1 - 2 years", 'Task,"Task, goal"'), response("R_2", "1 - 2 years", SIZE)]
    analysis = analyse(write_export(tmp_path, lines), write_instrument(tmp_path, text))
    table = preference(analysis, profile(rows(row("n", kinds="A"))))
    assert table.filter(what="T").select("wanted", "answered").row(0) == (1, 2)


def test_an_instrument_that_stands_for_nothing(tmp_path: Path) -> None:
    text = INSTRUMENT.replace(', stands_for = ["S"]', "").replace(', stands_for = ["T"]', "")
    analysis = analyse(write_export(tmp_path, [response("R_1", "1 - 2 years", SIZE)]), write_instrument(tmp_path, text))
    assert preference(analysis, profile(rows(row("n")))).is_empty()


def test_a_question_of_no_preference_is_not_tested(tmp_path: Path) -> None:
    text = INSTRUMENT.replace('kind = "many"', 'kind = "many"\npreference = false')
    lines = [response(f"R_{n}", "1 - 2 years", f"{SIZE},Task" if n < 6 else "Task") for n in range(8)]
    analysis = analyse(write_export(tmp_path, lines), write_instrument(tmp_path, text))
    table = preference(analysis, profile(rows(*(row(f"n{n}", kinds="AS") for n in range(20)))))
    assert table["wanted_share"].to_list() == [0.75, 1.0]
    assert table["share"].to_list() == [1.0, 0.0]
    assert (
        table.select("difference", "difference_low", "difference_high", "p", "p_holm").null_count().row(0) == (2,) * 5
    )


def test_the_survey_of_the_study() -> None:
    analysis = analyse(reference("ptm-naming", "survey", "survey_data.xlsx"))
    table = preference(analysis, profile(rows(*(row(f"n{n}", kinds="A" if n else "AV") for n in range(100)))))
    version = table.filter(question="elements", what="V").row(0, named=True)
    assert (version["wanted"], version["answered"]) == (53, 87)
    assert version["difference_low"] > 0.4
    assert version["p_holm"] < 0.001
    assert set(table["measure"]) == {"element", "convention"}
    assert not {"O", "other"} & set(table["what"])
    untested = table.filter(question="notice")
    assert untested["p_holm"].null_count() == untested.height == 11
