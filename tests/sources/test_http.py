"""HttpSource: a folder and a file at an address that lists nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hubs import Waits, write_llama
from truename.errors import TargetNotFoundError, UnavailableError
from truename.evidence import gather
from truename.sources import FolderSource, Source
from truename.sources.http import HttpSource
from truename.testing.hub_server import Fault, HubServer

Start = Callable[..., HubServer]
RETRY = Waits().retry(attempts=2)


@pytest.fixture
def server(hub_server: Start, tmp_path: Path) -> HubServer:
    write_llama(tmp_path / "acme" / "llama")
    write_llama(tmp_path / "acme" / "sharded", shard_bytes=200_000)
    return hub_server(tmp_path)


@pytest.mark.parametrize("repo", ["llama", "sharded"])
def test_a_folder(repo: str, server: HubServer, tmp_path: Path) -> None:
    source: Source = HttpSource(f"{server.endpoint}/acme/{repo}/resolve/main/", retry=RETRY)
    folder = FolderSource(tmp_path / "acme" / repo)
    assert dict(source.files) == dict(folder.files)
    assert gather(source).get("parameters") == gather(folder).get("parameters")


def test_one_file_with_a_signature(server: HubServer, tmp_path: Path) -> None:
    HttpSource(f"{server.endpoint}/acme/llama/resolve/main/model.safetensors", retry=RETRY)
    signed = next(request for request in server.requests if request.host == "storage")
    server.clear()
    source = HttpSource(f"{server.storage}{signed.path}?{signed.query}", retry=RETRY)
    assert (source.name, list(source.files)) == ("model", ["model.safetensors"])
    assert gather(source).get("tensors") is not None
    assert all(request.query == signed.query for request in server.requests)


def test_s3(server: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"{server.endpoint}/acme")
    source = HttpSource("s3://llama/resolve/main", retry=RETRY)
    assert (source.target, source.name) == ("s3://llama/resolve/main", "main")
    assert "config.json" in source.files


@pytest.mark.parametrize("path", ["/acme/nothing/resolve/main", "/nowhere", "/acme/llama/resolve/main/other.gguf"])
def test_nothing_there(path: str, server: HubServer) -> None:
    server.script(Fault("*/nothing/*", status=404))
    with pytest.raises(TargetNotFoundError, match="none of a model's usual files is there"):
        HttpSource(server.endpoint + path, retry=RETRY)


@pytest.mark.parametrize("url", ["http://", "https:///x"])
def test_no_host(url: str) -> None:
    with pytest.raises(TargetNotFoundError, match="names no host"):
        HttpSource(url)


def test_a_server_that_fails(server: HubServer) -> None:
    server.script(Fault(status=503))
    with pytest.raises(UnavailableError, match=r"answers 503 .* \(2 attempts\)"):
        HttpSource(f"{server.endpoint}/acme/llama/resolve/main", retry=RETRY)
    server.script(Fault(status=401))
    with pytest.raises(UnavailableError, match="answers 401"):
        HttpSource(f"{server.endpoint}/acme/llama/resolve/main", retry=RETRY)


def test_a_server_without_ranges(server: HubServer, tmp_path: Path) -> None:
    server.script(Fault(ignore_range=True))
    source = HttpSource(f"{server.endpoint}/acme/llama/resolve/main", retry=RETRY)
    assert gather(source).get("parameters") == gather(FolderSource(tmp_path / "acme" / "llama")).get("parameters")


@pytest.mark.parametrize(
    "index", [b"", b"[]", b'{"weight_map": 7}', b'{"weight_map": {"a": 7}}', b'{"weight_map": {"a": "../x"}}']
)
def test_an_index_that_is_none(index: bytes, server: HubServer) -> None:
    server.script(Fault("*.index.json", status=200, body=index))
    source = HttpSource(f"{server.endpoint}/acme/sharded/resolve/main", retry=RETRY)
    assert not any(path.endswith(".safetensors") for path in source.files)
