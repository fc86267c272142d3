from __future__ import annotations

import csv
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from browsers import Visit, browser
from small_survey import INSTRUMENT, response, write_codes, write_export, write_instrument
from truename.errors import UsageError
from truename.study.survey import Analysis, analyse
from truename.study.survey.survey_figures import draw_figures
from truename.study.survey.survey_files import tables, write_analysis

LINES = [
    response("R_1", "1 - 2 years", "Model size (e.g. base, large),Task"),
    response("R_2", "Over 2 years", "Model size (e.g. base, large),<script>alert(1)</script>"),
    response("R_3", consent="No"),
]


@pytest.fixture
def analysis(tmp_path: Path) -> Analysis:
    return analyse(write_export(tmp_path, LINES), write_instrument(tmp_path), write_codes(tmp_path))


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_file_is_there_and_the_same_again(analysis: Analysis, tmp_path: Path) -> None:
    write_analysis(analysis, tmp_path / "a")
    write_analysis(analysis, tmp_path / "b")
    found = files(tmp_path / "a")
    figures = {f"figures/{name}.{end}" for name in ("years", "elements", "themes") for end in ("vl.json", "svg", "pdf")}
    expected = {
        f"tables/{name}.csv"
        for name in ("answers", "counts", "published", "left_out", "no_option", "themes", "agreement")
    }
    assert set(found) == figures | expected | {"report.html", "summary.json"}
    assert found == files(tmp_path / "b")


def test_summary_and_tables_agree(analysis: Analysis, tmp_path: Path) -> None:
    write_analysis(analysis, tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["schema"], summary["responses"], summary["participants"]) == ("truename.survey/1", 3, 2)
    assert summary["left_out"] == [{"reason": "no consent was given", "count": 1, "rows": [6]}]
    with (tmp_path / "out" / "tables" / "counts.csv").open(newline="") as file:
        table = [(line["question"], line["option"], int(line["count"])) for line in csv.DictReader(file)]
    assert table == [(q["question"], o["option"], o["count"]) for q in summary["questions"] for o in q["options"]]
    assert ("elements", "(unrecognised)", 1) in table


def test_the_table_of_agreement_says_of_whom(analysis: Analysis) -> None:
    table = tables(analysis)["agreement"]
    assert table.select("agreement", "code").rows() == [("coders", code) for code in ("ONE", "TWO", "(all codes)")]
    assert table["equal"].to_list() == pytest.approx([0.6, 0.8, 0.7])


class Page(HTMLParser):
    """The tags of a page, and what it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [
            value or "" for name, value in attrs if name in ("src", "href") and not (value or "").startswith("#")
        ]


def test_the_report_needs_no_other_file_and_runs_nothing(analysis: Analysis, tmp_path: Path) -> None:
    write_analysis(analysis, tmp_path / "out")
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.tags.count("svg") >= 3
    assert "script" not in page.tags
    assert page.fetched == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "1 of 3 published counts" in text


def test_figures_say_their_numbers(analysis: Analysis) -> None:
    figures = {f.name: f for f in draw_figures(analysis.instrument, analysis.counts, analysis.themes)}
    title = figures["elements"].specification["title"]
    assert title["subtitle"] == "n = 2 answered of 2 asked"
    assert figures["elements"].specification["width"] == 336
    assert "Wilson" in figures["themes"].caption


def test_published_counts_may_be_none(tmp_path: Path) -> None:
    text = INSTRUMENT[: INSTRUMENT.index("[[published]]")]
    analysis = analyse(write_export(tmp_path, LINES), write_instrument(tmp_path, text))
    write_analysis(analysis, tmp_path / "out")
    assert "Published counts" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_out_is_a_file(analysis: Analysis, tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(UsageError, match="is a file"):
        write_analysis(analysis, tmp_path / "out")


@pytest.mark.parametrize("name", ["report.html", "notes.txt", "tables"])
def test_a_folder_that_holds_anything_is_left_as_it_is(analysis: Analysis, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).mkdir() if name == "tables" else (out / name).write_text("mine")
    before = [(path, path.is_file() and path.read_bytes()) for path in out.rglob("*")]
    with pytest.raises(UsageError, match=r"out holds files already; give another folder"):
        write_analysis(analysis, out)
    assert [(path, path.is_file() and path.read_bytes()) for path in out.rglob("*")] == before


def test_an_empty_folder_is_written_to(analysis: Analysis, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write_analysis(analysis, tmp_path / "out")
    assert (tmp_path / "out" / "report.html").is_file()


def test_published_counts_are_told_in_words(analysis: Analysis, tmp_path: Path) -> None:
    write_analysis(analysis, tmp_path / "out")
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<td>Wanted elements</td><td>Task</td>" in text
    assert "<td>Themes</td><td>Model card</td>" in text


def test_the_report_in_a_narrow_window(analysis: Analysis, tmp_path: Path) -> None:
    write_analysis(analysis, tmp_path / "out")
    with browser() as opened:
        visit = Visit(opened, tmp_path / "out" / "report.html", 400)
        assert visit.messages == []
        assert visit.requests == [visit.url]
        assert visit.overflow <= 0
        for figure in visit.page.locator("figure svg").all():
            box = figure.bounding_box()
            assert box is not None
            assert 300 < box["width"] < 400
