"""Whatever of its errors Arrow raises for a broken file, the reader says the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from truename.cli.name_lists import read_names
from truename.errors import DeclaredError, UsageError
from truename.lab.zoo.corpus_file import metadata
from truename.scan.ledger import _keys_of
from truename.study.registry.report.inputs import open_rows
from truename.study.registry.slices import open_snapshot

READERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "names": (lambda path: list(read_names([], [path], None)), "no Parquet|cannot be read"),
    "scan": (lambda path: list(_keys_of(path)), "is no part of a scan"),
    "rows": (lambda path: open_rows(path.parent), "not a readable Parquet file"),
    "snapshot": (open_snapshot, "not a whole Parquet file"),
    "zoo": (metadata, "cannot be read as Parquet"),
}


@pytest.mark.parametrize("error", [pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, OSError])
@pytest.mark.parametrize("reader", READERS)
def test_every_error_is_one(
    reader: str, error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, said = READERS[reader]
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"name": ["llama-7b"]}), path)

    def refuse(*_: object, **__: object) -> None:
        raise error("of one kind or another")

    monkeypatch.setattr(pq, "ParquetFile", refuse)
    monkeypatch.setattr(pq, "read_schema", refuse)
    with pytest.raises((UsageError, DeclaredError), match=said):
        read(path)
