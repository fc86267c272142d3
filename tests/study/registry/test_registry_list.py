"""A registry's list as a snapshot, from the test server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from hubs import hub_of
from truename.errors import UnavailableError, UsageError
from truename.study.registry import registry_list
from truename.study.registry.registry_list import Listing, list_registry
from truename.testing.hub_server import Fault, HubServer, serve

MODELS = 23


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    for i in range(MODELS):
        model = folder / f"owner{i % 2}" / f"bert-{i:02}"
        model.mkdir(parents=True)
        (model / "config.json").write_text(json.dumps({"model_type": "bert", "architectures": ["BertModel"]}))
        (model / "README.md").write_text(
            "---\nlanguage: de\npipeline_tag: fill-mask\nlibrary_name: transformers\n---\n"
        )
    return folder


def listed(server: HubServer, folder: Path, listing: Listing | None = None, **more: Any) -> list[dict[str, Any]]:
    out = folder / "models.parquet"
    taken = list_registry(listing or Listing(), out, hub=hub_of(server, folder), **more)
    rows: list[dict[str, Any]] = pq.read_table(out).to_pylist()
    assert taken.records == len(rows)
    assert not taken.skips.counts
    assert not out.with_name("models.parquet.pages").exists()
    return rows


def test_every_model_with_its_metadata(models: Path, tmp_path: Path) -> None:
    with serve(models, page=4) as server:
        rows = listed(server, tmp_path)
    assert [row["id"] for row in rows] == sorted(f"owner{i % 2}/bert-{i:02}" for i in range(MODELS))
    first = rows[0]
    assert (first["author"], first["pipeline_tag"], first["library_name"]) == ("owner0", "fill-mask", "transformers")
    assert json.loads(first["config"]) == {"model_type": "bert", "architectures": ["BertModel"]}
    assert json.loads(first["cardData"])["language"] == "de"
    assert first["siblings"] == ["README.md", "config.json"]
    assert first["createdAt"].year == 2025


def test_some_models(models: Path, tmp_path: Path) -> None:
    with serve(models, page=4) as server:
        assert len(listed(server, tmp_path, Listing(owner="owner1"))) == MODELS // 2
        (tmp_path / "models.parquet").unlink()
        assert len(listed(server, tmp_path, Listing(limit=6))) == 6


def test_a_list_that_broke_off_goes_on(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_list, "_PAGES", 1)
    with serve(models, page=4) as server:
        whole = listed(server, tmp_path)
    (tmp_path / "models.parquet").unlink()
    broken = (Fault(path="/api/models", after=2, times=20, status=500),)
    with serve(models, broken, page=4) as server:
        with pytest.raises(UnavailableError):
            listed(server, tmp_path)
        with pytest.raises(UsageError, match="go on with --resume"):
            listed(server, tmp_path)
        with pytest.raises(UsageError, match="other models than are asked for"):
            listed(server, tmp_path, Listing(limit=3), resume=True)
        with pytest.raises(UnavailableError):
            listed(server, tmp_path, resume=True)
        server.script()
        before = len(server.requests)
        assert listed(server, tmp_path, resume=True) == whole
        assert len(server.requests) - before == 4  # of six pages two were there


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"asked": "\xff"}', b"[" * 100_000])
def test_a_state_that_cannot_be_read(
    content: bytes, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_list, "_PAGES", 1)
    with serve(models, (Fault(path="/api/models", after=1, status=500),), page=4) as server:
        with pytest.raises(UnavailableError):
            listed(server, tmp_path)
        (state,) = tmp_path.rglob(registry_list._STATE)
        state.write_bytes(content)
        with pytest.raises(UsageError, match="cannot be read; remove the folder"):
            listed(server, tmp_path, resume=True)


def test_a_snapshot_that_is_there_is_kept(models: Path, tmp_path: Path) -> None:
    with serve(models) as server:
        listed(server, tmp_path)
        with pytest.raises(UsageError, match="is there already"):
            listed(server, tmp_path)


def test_a_list_of_another_hub(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_list, "_PAGES", 1)
    broken = (Fault(path="/api/models", after=1, status=500),)
    with serve(models, broken, page=4) as server, pytest.raises(UnavailableError):
        listed(server, tmp_path)
    with serve(models, page=4) as other, pytest.raises(UsageError, match="begun on another Hub"):
        listed(other, tmp_path, resume=True)
