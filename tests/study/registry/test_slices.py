from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from truename.errors import UsageError
from truename.study.registry import slices
from truename.study.registry.slices import open_snapshot, read_slice


def write(path: Path, ids: list[str | None], rows_a_group: int) -> Path:
    pq.write_table(pa.table({"id": pa.array(ids, pa.string())}), path, row_group_size=rows_a_group)
    return path


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "ROWS_A_PART", 4)
    monkeypatch.setattr(slices, "_BATCH", 3)


def test_slices_cover_every_row_once(tmp_path: Path) -> None:
    ids: list[str | None] = [f"o/m{i}" for i in range(23)]
    snapshot = open_snapshot(write(tmp_path / "a.parquet", ids, 10))
    assert [(s.number, s.row_group, s.start, s.count) for s in snapshot.slices] == [
        (0, 0, 0, 4), (1, 0, 4, 4), (2, 0, 8, 2), (3, 1, 0, 4), (4, 1, 4, 4), (5, 1, 8, 2), (6, 2, 0, 3),
    ]  # fmt: skip
    read = [id_ for one in snapshot.slices for t in read_slice(one, snapshot.columns) for id_ in t["id"].to_pylist()]
    assert read == ids


@pytest.mark.parametrize(("order", "openings"), [((0, 1, 2), 1), ((0, 2), 1), ((1, 0, 2), 2), ((2, 1), 2), ((1, 1), 2)])
def test_a_row_group_is_read_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: tuple[int, ...], openings: int
) -> None:
    snapshot = open_snapshot(write(tmp_path / "a.parquet", [f"o/m{i}" for i in range(10)], 10))
    opened: list[slices.Slice] = []
    start = slices._Reading.__init__

    def counted(self: slices._Reading, one: slices.Slice, columns: tuple[str, ...]) -> None:
        opened.append(one)
        start(self, one, columns)

    monkeypatch.setattr(slices._Reading, "__init__", counted)
    for number in order:
        one = snapshot.slices[number]
        read = [id_ for t in read_slice(one, snapshot.columns) for id_ in t["id"].to_pylist()]
        assert read == [f"o/m{i}" for i in range(one.start, one.start + one.count)]
    assert len(opened) == openings


def test_ids_that_come_again(tmp_path: Path) -> None:
    ids = ["a", "b", "a", None, None, "", "", "b", "c", "a"]
    snapshot = open_snapshot(write(tmp_path / "a.parquet", ids, 10))
    assert [one.repeated for one in snapshot.slices] == [(2,), (3,), (1,)]


def test_an_empty_snapshot(tmp_path: Path) -> None:
    assert open_snapshot(write(tmp_path / "a.parquet", [], 10)).slices == ()


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", [f"o/m{i}" for i in range(23)], 10)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UsageError, match=r"not a whole Parquet file.*fetch it again"):
        open_snapshot(path)
