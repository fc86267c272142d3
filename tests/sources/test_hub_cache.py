"""The cache of the Hub's client, filled by the client itself: folders, snapshots and blobs all mean the model."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest
from huggingface_hub import hf_hub_download, snapshot_download

from hubs import hub_of, write_llama
from truename.api import check
from truename.errors import EmptyTargetError, SeveralModelsError, TargetNotFoundError, UnavailableError
from truename.evidence import gather
from truename.scan import folders_in
from truename.sources import open_source
from truename.sources.hub import Hub, HubSource
from truename.sources.transport import Retry
from truename.testing.hub_server import Fault, serve

NAMES = ("acme/llama-7b", "acme/bert")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    for name in NAMES:
        write_llama(tmp_path / "models" / name)
    write_llama(tmp_path / "models" / "acme" / "sharded", shard_bytes=100_000)
    with serve(tmp_path / "models") as server:
        for name in NAMES:
            snapshot_download(name, endpoint=server.endpoint, cache_dir=tmp_path / "hub", token=False)
        for file in ("config.json", "model.safetensors.index.json", shard(tmp_path)):
            hf_hub_download("acme/sharded", file, endpoint=server.endpoint, cache_dir=tmp_path / "hub", token=False)
    return tmp_path / "hub"


def shard(tmp_path: Path) -> str:
    return sorted(path.name for path in (tmp_path / "models" / "acme" / "sharded").glob("model-*"))[0]


def ways(cache: Path) -> list[Path]:
    repository = cache / "models--acme--llama-7b"
    (snapshot,) = (repository / "snapshots").iterdir()
    blob = (snapshot / "model.safetensors").resolve()
    assert blob.parent.name == "blobs"
    return [repository, repository / "snapshots", snapshot, snapshot / "model.safetensors", blob]


def test_every_way_into_the_cache_is_the_model(cache: Path) -> None:
    for path in ways(cache):
        report = check(path)
        assert (report.target, report.name) == (str(path), "acme/llama-7b")
        assert "SIZ001" in [finding.code for finding in report.findings], path
        assert {"model_type", "languages", "parameters"} <= {fact.key for fact in report.facts}


def test_the_main_branch_is_meant(cache: Path) -> None:
    repository = cache / "models--acme--llama-7b"
    (snapshot,) = (repository / "snapshots").iterdir()
    older = snapshot.with_name("0" * 40)
    older.mkdir()
    (older / "config.json").write_text('{"model_type": "bert"}')
    assert gather(open_source(repository)).value("model_type") == "llama"
    (repository / "refs" / "main").unlink()
    with pytest.raises(SeveralModelsError, match="holds 2 snapshots, and none is that of the main branch"):
        open_source(repository)
    shutil.rmtree(older)
    assert gather(open_source(repository)).value("model_type") == "llama"
    shutil.rmtree(snapshot)
    with pytest.raises(EmptyTargetError, match="holds no snapshot of the model"):
        open_source(repository)


def test_what_was_downloaded_in_part_lacks_nothing(cache: Path) -> None:
    repository = cache / "models--acme--sharded"
    (snapshot,) = (repository / "snapshots").iterdir()
    for path in (repository, snapshot):
        evidence = gather(open_source(path))
        assert evidence.get("missing_shards") is None
        assert evidence.get("index_missing_files") is None
        assert evidence.value("model_type") == "llama"


def test_a_folder_below_a_snapshot_reads_its_blobs(cache: Path) -> None:
    (snapshot,) = (cache / "models--acme--bert" / "snapshots").iterdir()
    (snapshot / "onnx").mkdir()
    (snapshot / "onnx" / "model.safetensors").symlink_to((snapshot / "model.safetensors").resolve())
    assert gather(open_source(snapshot / "onnx")).value("layers") == 6
    assert open_source(snapshot / "onnx" / "model.safetensors").name == "acme/bert"


def test_the_cache_is_a_folder_of_models(cache: Path) -> None:
    (cache / "datasets--acme--text" / "snapshots").mkdir(parents=True)
    with pytest.raises(SeveralModelsError, match="holds 3 models"):
        check(cache)
    with pytest.raises(EmptyTargetError, match="is the cache of a data set or a space"):
        check(cache / "datasets--acme--text")
    targets = list(folders_in(str(cache)))
    assert [open_source(target.target).name for target in targets] == ["acme/bert", "acme/llama-7b", "acme/sharded"]
    assert {target.name for target in targets} == {None}


def nobody(cache: Path, **more: bool) -> Hub:
    retry = Retry(sleep=lambda seconds: None)
    return Hub("http://127.0.0.1:9", token=False, cache=False, downloads=cache, retry=retry, **more)


def test_a_hub_that_cannot_be_reached(cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    source = HubSource("acme/llama-7b", hub=nobody(cache, offline=False))
    (snapshot,) = (cache / "models--acme--llama-7b" / "snapshots").iterdir()
    assert (source.name, source.commit) == ("acme/llama-7b", snapshot.name)
    assert gather(source).value("layers") == 6
    said = (
        f"truename: warning: the Hub is unreachable; checked the cached snapshot {snapshot.name[:12]} of acme/llama-7b"
    )
    assert [(r.levelno, r.getMessage()) for r in caplog.records] == [(logging.WARNING, said)]
    with pytest.raises(UnavailableError, match="cannot be reached"):
        HubSource("acme/nothing", hub=nobody(cache, offline=False))
    with pytest.raises(UnavailableError, match="cannot be reached"):
        HubSource("acme/llama-7b", "v9", hub=nobody(cache, offline=False))


def test_offline_is_said(cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    HubSource("acme/llama-7b", hub=nobody(cache, offline=True))
    assert "HF_HUB_OFFLINE is set; checked the cached snapshot" in caplog.text


def test_a_hub_that_fails_is_as_one_that_cannot_be_reached(cache: Path, tmp_path: Path) -> None:
    with serve(tmp_path / "models") as server:
        server.script(Fault("/api/models/*", status=503))
        source = HubSource("acme/llama-7b", hub=hub_of(server, tmp_path, downloads=cache))
        assert gather(source).value("layers") == 6
        server.script(Fault("/api/models/*", status=401))
        with pytest.raises(TargetNotFoundError, match="or it is private"):
            HubSource("acme/llama-7b", hub=hub_of(server, tmp_path, downloads=cache))
