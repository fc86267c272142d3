"""ModelScopeSource against its routes of the test server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hubs import Waits, write_llama
from truename.errors import EmptyTargetError, FileError, TargetNotFoundError, UnavailableError
from truename.evidence import gather
from truename.sources import FolderSource, Source
from truename.sources.modelscope import ModelScopeSource
from truename.testing.hub_server import Fault, HubServer

Start = Callable[..., HubServer]


@pytest.fixture
def server(hub_server: Start, tmp_path: Path) -> HubServer:
    write_llama(tmp_path / "acme" / "llama", shard_bytes=200_000)
    (tmp_path / "acme" / "empty").mkdir()
    return hub_server(tmp_path)


def source_of(server: HubServer, repo: str = "acme/llama", revision: str | None = None) -> ModelScopeSource:
    return ModelScopeSource(repo, revision, endpoint=server.endpoint, retry=Waits().retry(attempts=2))


def test_the_evidence_is_that_of_the_folder(server: HubServer, tmp_path: Path) -> None:
    source: Source = source_of(server)
    folder = FolderSource(tmp_path / "acme" / "llama")
    assert dict(source.files) == dict(folder.files)
    assert gather(source).facts.keys() == gather(folder).facts.keys()
    assert gather(source).get("parameters") == gather(folder).get("parameters")
    assert all(request.range is not None for request in server.requests[1:])


@pytest.mark.parametrize(
    ("repo", "revision", "error", "problem"),
    [
        ("acme/nothing", None, TargetNotFoundError, "has no such public model with a revision 'master'"),
        ("acme/llama", "v9", TargetNotFoundError, "'v9'"),
        ("acme/empty", None, EmptyTargetError, "holds no file"),
    ],
)
def test_refusals(repo: str, revision: str | None, error: type[Exception], problem: str, server: HubServer) -> None:
    with pytest.raises(error, match=problem):
        source_of(server, repo, revision)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"Data": 7}', b'{"Data": {"Files": [{"Size": 1}]}}', b'{"\xff": 1}', b"[" * 100_000]
)
def test_lists_that_are_none(body: bytes, server: HubServer) -> None:
    server.script(Fault("*/repo/files", body=body))
    with pytest.raises(UnavailableError, match="something else than a list of files"):
        source_of(server)


@pytest.mark.parametrize(("status", "error"), [(404, FileError), (403, UnavailableError)])
def test_files_that_fail(status: int, error: type[Exception], server: HubServer) -> None:
    source = source_of(server)
    server.script(Fault("*/repo", status=status))
    with pytest.raises(error):
        source.open("config.json").read(0, 10)


def test_paths_that_lead_out(server: HubServer) -> None:
    server.script(
        Fault("*/repo/files", body=b'{"Data": {"Files": [{"Path": "../x.json", "Size": 1}, {"Path": "config.json"}]}}')
    )
    assert list(source_of(server).files) == ["config.json"]
