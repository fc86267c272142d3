from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from small_study import row, rows, write_rows
from truename.errors import UsageError
from truename.study.registry.figures.draw import draw_figures
from truename.study.registry.manifest import Settings
from truename.study.registry.report import write_report
from truename.study.registry.report.sections import SECTIONS
from truename.study.registry.report.study_page import page
from truename.study.registry.tables.study_tables import Tables, tabulate

SETTINGS = Settings("models.csv", 3)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_table_is_a_file(out: Path) -> None:
    assert {path.stem for path in (out / "tables").iterdir()} == set(Tables.__struct_fields__)


def test_every_figure_is_three_files_and_in_the_report(out: Path) -> None:
    names = {path.name.split(".")[0] for path in (out / "figures").iterdir()}
    text = (out / "report.html").read_text(encoding="utf-8")
    assert len(names) >= 22
    for name in names:
        assert {f"{name}.vl.json", f"{name}.svg", f"{name}.pdf"} <= {path.name for path in (out / "figures").iterdir()}
        assert f'id="figure-{name}"' in text


def test_figures_are_one_column_wide_and_say_n(out: Path) -> None:
    for path in (out / "figures").glob("*.vl.json"):
        svg = path.with_name(path.name.replace(".vl.json", ".svg")).read_text(encoding="utf-8")
        width = float(svg.split('width="')[1].split('"')[0])
        assert 333 <= width <= 339 or (path.name.startswith("by_") and 477 <= width <= 483), path.name
        subtitle = str(json.loads(path.read_bytes())["title"]["subtitle"])  # of one line or several
        assert "n = " in subtitle or "% of names" in subtitle, path.name


def test_the_same_again_however_the_rows_are_parted(
    out: Path, write: Callable[[Path, int], Path], tmp_path: Path
) -> None:
    again = files(write(tmp_path / "again", 1100))
    assert [name for name, data in files(out).items() if again.get(name) != data] == []


def test_the_summary_is_what_the_tables_say(out: Path) -> None:
    summary = json.loads((out / "summary.json").read_bytes())
    assert (summary["schema"], summary["snapshot"], summary["records"]) == ("truename.study/2", "models.parquet", 1503)
    assert summary["overview"]["models"] == 1500
    assert set(summary["tables"]) == set(Tables.__struct_fields__) - {"overview"}
    table = pl.read_csv(out / "tables" / "elements.csv")
    assert [line["models"] for line in summary["tables"]["elements"]] == table["models"].to_list()
    assert summary["survey"]["inputs"][0]["name"] == "responses.csv"


def test_the_report_shows_what_was_left_out_and_runs_none_of_it(out: Path) -> None:
    text = (out / "report.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text
    assert "owner_kind" in text.split('id="data"')[1]
    assert all(f'id="{section.id}"' in text for section in SECTIONS)


def test_without_survey_and_packages(tmp_path: Path) -> None:
    names = rows(row("bert-base", kinds="AS"), row("</script><b>", owner=None))
    tables = tabulate(names, {}, ["SIZ001"])
    text = page(tables, draw_figures(tables), SETTINGS, None, tmp_path / "none")
    assert 'id="elements"' in text
    assert 'id="preference"' not in text
    assert 'id="packages"' not in text
    assert "tables/by_task.csv" not in text  # the snapshot does not say tasks
    assert set(Tables.__struct_fields__) - set(tables.named()) == {
        "preference",
        "package_forms",
        "package_lengths",
        "package_features",
        "package_entropy",
    }


def test_no_rows(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no rows \(\*.parquet\)"):
        write_report(tmp_path, tmp_path / "out", survey=None, packages=(), settings=SETTINGS)
    empty = write_rows(tmp_path / "rows", [])
    with pytest.raises(UsageError, match="hold no row"):
        write_report(empty, tmp_path / "out", survey=None, packages=(), settings=SETTINGS)
    assert not (tmp_path / "out").exists()


def test_out_is_a_file(tmp_path: Path) -> None:
    folder = write_rows(tmp_path / "rows", [row("a")])
    (tmp_path / "out").touch()
    with pytest.raises(UsageError, match="is a file"):
        write_report(folder, tmp_path / "out", survey=None, packages=(), settings=SETTINGS)


def test_tables_are_in_words(out: Path) -> None:
    text = (out / "report.html").read_text(encoding="utf-8")
    assert '<td>Architecture</td><td class="n"><span>7</span></td>' in text  # of owners
    assert all(f"<td>{measure}</td>" in text for measure in ("characters", "words", "elements"))
    assert "element_counts</td>" not in text


def test_a_question_stands_once_over_its_lines(out: Path) -> None:
    titles = pl.read_csv(out / "tables" / "preference.csv")["title"].unique()
    text = (out / "report.html").read_text(encoding="utf-8").split('id="preference"')[1].split('id="packages"')[0]
    assert [text.count(f">{title}<") for title in titles] == [1] * len(titles)


def test_the_headline_of_shared_names_is_of_equal_ones(tmp_path: Path) -> None:
    names = rows(*(row(name, owner=owner, key="bert-base") for name, owner in (("a", "x"), ("a", "y"), ("A", "z"))))
    tables = tabulate(names, {}, ["SIZ001"])
    text = page(tables, draw_figures(tables), SETTINGS, None, tmp_path / "none")
    assert "<b>66.7 %</b> share their name" in text


def test_a_snapshot_of_names_has_sentences_and_no_empty_tables(tmp_path: Path) -> None:
    tables = tabulate(rows(row("bert-base"), row("gpt2"), row("plain", kinds="O")), {}, ["ARC001"])
    text = page(tables, draw_figures(tables), SETTINGS, None, tmp_path / "skipped.csv")
    for sentence in ("The snapshot states no task", "nothing of its models that a name could be compared with"):
        assert text.count(sentence) == 1
    assert "It states nothing of them but their names." in text
    assert "By rule" not in text
    assert "Stated of" not in text


def test_published_practice_stands_beside_ones_own(out: Path) -> None:
    text = (out / "report.html").read_text(encoding="utf-8")
    assert text.count("As published</th>") == 2
    assert "83.3 %" in text
