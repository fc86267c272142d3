"""One small study with everything in it, written once."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from small_study import varied, write_rows
from small_survey import write_export
from truename.study.registry.manifest import Settings
from truename.study.registry.report import write_report
from truename.study.survey.instrument import read_instrument

Write = Callable[[Path, int], Path]


def write_survey(folder: Path) -> Path:
    """A few answers to the shipped instrument."""
    instrument = read_instrument()
    columns = tuple(dict.fromkeys([*(s.column for s in instrument.screens), *(q.column for q in instrument.questions)]))
    texts = {screen.column: screen.keep[0] for screen in instrument.screens}
    for question in instrument.questions:
        texts[question.column] = question.options[0].spellings[0] if question.options else "words"
    lines = [[texts[column] for column in columns] for _ in range(12)]
    return write_export(folder, lines, header=(columns, columns))


@pytest.fixture(scope="session")
def write(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Writes the study's report to a folder, from rows in parts of a size."""
    folder = tmp_path_factory.mktemp("study")
    rows = varied(1500)
    survey = write_survey(folder)
    packages = folder / "npm.csv.gz"
    packages.write_bytes(gzip.compress(b"name,downloads\nchalk,3\n@scope/left-pad,2\nansi-styles,1\n"))
    settings = Settings("models.parquet", 1503, ("owner_kind",))

    def written(out: Path, per_part: int) -> Path:
        out.mkdir(exist_ok=True)
        parts = write_rows(folder / f"rows-{per_part}", rows, per_part)
        (out / "skipped.csv").write_text('what,count,examples\nno id,3,"row 1; <script>alert(1)</script>"\n', "utf-8")
        write_report(parts, out, survey=survey, packages=(packages,), settings=settings)
        return out

    return written


@pytest.fixture(scope="session")
def out(write: Write, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("report"), 400)
