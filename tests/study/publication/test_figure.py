from __future__ import annotations

from pathlib import Path

import pytest

from truename.errors import UsageError
from truename.study.publication.bars import bars
from truename.study.publication.figure import Figure, write_figure

VALUES = [{"label": "a", "count": 1, "share": 0.5, "low": 0.1, "high": 0.9}]


@pytest.mark.parametrize("name", ["../out", "/tmp/out", "a/b"])
def test_a_figure_is_written_into_its_folder_only(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "figures"
    folder.mkdir()
    with pytest.raises(UsageError, match="must not be a path"):
        write_figure(Figure(name, "section", "caption", bars(VALUES, "t", "n = 2", "x")), folder)
    assert [*tmp_path.rglob("*")] == [folder]
