from __future__ import annotations

from pathlib import Path

import polars as pl
import vl_convert

from small_study import row, rows
from small_survey import INSTRUMENT, response, write_export, write_instrument
from truename.study.registry.figures.preference import preference as draw
from truename.study.registry.report.sections import SECTIONS, shown
from truename.study.registry.tables.preference import preference
from truename.study.registry.tables.profile import profile
from truename.study.registry.tables.study_tables import tabulate
from truename.study.survey import analyse

SIZE = "Model size (e.g. base, large)"
CONVENTIONS = INSTRUMENT.replace('stands_for = ["S"]', 'stands_for = ["implementation"]').replace(
    'stands_for = ["T"]', 'stands_for = ["application or task"]'
)


def table(folder: Path, text: str = INSTRUMENT) -> pl.DataFrame:
    lines = [response(f"R_{n}", "1 - 2 years", f"{SIZE},Task") for n in range(8)]
    names = profile(rows(*(row(f"n{n}", kinds="AS") for n in range(20))))
    return preference(analyse(write_export(folder, lines), write_instrument(folder, text)), names)


def test_several_choices_beside_one_convention_are_told_in_the_figure(tmp_path: Path) -> None:
    told = "A participant could choose several and a name follows one: shares of participants add up to more than 100 %"
    assert told in draw(table(tmp_path, CONVENTIONS)).caption
    subtitle = draw(table(tmp_path, CONVENTIONS)).specification["title"]["subtitle"]
    assert subtitle == ["n = 8 participants, 20 names", "several could be chosen; a name follows one"]
    assert "a name follows one" not in draw(table(tmp_path)).caption


def test_a_question_of_no_preference_has_shares_and_no_test(tmp_path: Path) -> None:
    text = INSTRUMENT.replace('kind = "many"', 'kind = "many"\npreference = false')
    analysis = analyse(write_export(tmp_path, [response("R_1", "", SIZE)]), write_instrument(tmp_path, text))
    tables = tabulate(rows(row("n", kinds="AS")), {}, ["SIZ001"], analysis)
    assert tables.preference is not None
    figure = draw(tables.preference)
    assert "no preference: the shares are not tested against each other" in figure.caption
    assert "no preference: side by side, not tested" in figure.specification["title"]["subtitle"]
    assert "Holm" not in figure.caption
    view = next(section for section in SECTIONS if section.id == "preference").views[0]
    _, lines = shown(view, tables)["groups"][0]
    assert lines[0][-2:] == [("-", "", True), ("-", "", True)]
    svg = vl_convert.vegalite_to_svg(figure.specification)
    assert "null" not in svg
    assert "*" not in svg
