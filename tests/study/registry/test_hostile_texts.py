"""What strangers wrote into a registry: it ends no study, drives no terminal, and is run by no spreadsheet."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from truename.cli import main
from truename.report.visible import visible

pytest.importorskip("vl_convert", reason="needs the extra study")

TEXTS = {
    "escape": "\x1b[31mred", "zero": "a\0b", "override": "\u202ellama", "control": "a\x01b", "no character": "a\uffffb",
    "script": "</script><script>alert(1)</script>", "line": "a\nb", "long": "a" * 5_000, "separator": "\u2028x",
    "mark": "\ufeffbom", "entity": "&<b>", "end": "]]>", "formula": "=cmd|' /C calc'!A0", "plus": "+1+1", "tab": "\t=1",
    "at": "@SUM(A1)", "private": "\ue000x", "c1": "\x9b31m", "tags": "\U000e0041b",
}  # fmt: skip


def write_snapshot(path: Path, text: str, **more: Any) -> Path:
    records = (
        {
            "id": f"ann/bert-base-{number}",
            "pipeline_tag": text if number < 20 else "text-generation",
            "library_name": text if number < 20 else "transformers",
            "tags": [text],
            "downloads": 100,
            "createdAt": "2024-01-01T00:00:00Z",
            **more,
        }
        for number in range(30)
    )
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def run(tmp_path: Path, text: str, **more: Any) -> Path:
    out = tmp_path / "out"
    assert main(["study", "run", str(write_snapshot(tmp_path / "s.jsonl", text, **more)), "--out", str(out)]) == 0
    return out


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_text_of_a_stranger_is_only_shown(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(tmp_path, text)
    written = {path: path.read_text("utf-8") for path in out.rglob("*") if path.suffix in (".csv", ".json", ".html")}
    assert {path.suffix for path in written} == {".csv", ".json", ".html"}
    page = written[out / "report.html"]
    # the libraries of the page are ours, in scripts of their own
    own = page.partition("<script>")[0] if text not in page else page
    for shown in (own, *(said for path, said in written.items() if path.suffix != ".html")):
        assert all(visible(line) == line for line in shown.replace("\t", " ").split("\n"))
    assert "<script>alert(1)" not in page
    for path, said in written.items():
        if path.suffix == ".csv":
            for line in csv.reader(said.splitlines()):
                assert not any(len(cell) > 1 and cell[0] in "=+@\t\r" for cell in line), (path, line)
    assert list((out / "figures").glob("*.svg"))
    assert "\x1b" not in capsys.readouterr().out


def test_whatever_the_renderer_does_the_rest_is_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("the renderer fell over")

    monkeypatch.setattr("vl_convert.vegalite_to_svg", broken)
    snapshot, out = write_snapshot(tmp_path / "s.jsonl", "x"), tmp_path / "out"
    assert main(["study", "run", str(snapshot), "--out", str(out)]) == 2
    assert (out / "report.html").stat().st_size > 10_000
    assert (out / "summary.json").is_file()
    assert len(list((out / "tables").glob("*.csv"))) > 10
    assert list((out / "rows").glob("*.parquet"))


@pytest.mark.parametrize("downloads", [10**18, 2**63 - 1, 10**12 + 1])
def test_a_count_that_no_model_has_is_left_out_and_told(downloads: int, tmp_path: Path) -> None:
    out = run(tmp_path, "x", downloads=downloads)
    skipped = (out / "skipped.csv").read_text()
    assert "cell left empty: downloads is below zero or too large,30," in skipped
    with (out / "tables" / "overview.csv").open() as file:
        (line,) = csv.DictReader(file)
    assert (line["downloads"], line["with_downloads"]) == ("0", "0")


def test_the_largest_count_is_summed(tmp_path: Path) -> None:
    out = run(tmp_path, "x", downloads=10**12)
    with (out / "tables" / "overview.csv").open() as file:
        (line,) = csv.DictReader(file)
    assert line["downloads"] == str(30 * 10**12)


def test_a_sum_stays_within_64_bits() -> None:
    import polars as pl

    from truename.study.registry.tables.checks import within_64_bits

    large = pl.DataFrame({"n": [2**62] * 5}).select(within_64_bits(pl.col("n").cast(pl.Int128).sum())).item()
    assert large == 2**63 - 1
