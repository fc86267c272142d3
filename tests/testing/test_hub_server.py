"""The server, driven by the Hub's own client, unmodified."""

from __future__ import annotations

import gc
import json
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import HfApi, constants, errors, hf_hub_download, snapshot_download
from huggingface_hub.utils import get_session

from hubs import PATIENT, write_llama
from truename.sources.transport import _library
from truename.testing.hub_server import Fault, HubServer, Recorded, RepoSettings, rounds, serve

Start = Callable[..., HubServer]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    write_llama(folder / "acme" / "llama")
    write_llama(folder / "acme" / "sharded", shard_bytes=100_000)
    write_llama(folder / "other+flat-name")
    write_llama(folder / "gpt")
    (folder / "acme" / "empty").mkdir()
    return folder


@pytest.fixture
def server(models: Path, hub_server: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> HubServer:
    settings = {
        "acme/llama": RepoSettings(moved_from=("old/llama",)),
        "acme/sharded": RepoSettings(gated="manual"),
        "other/flat-name": RepoSettings(private=True),
        "gpt": RepoSettings(revisions={"v1": str(models / "acme" / "sharded"), "refs/pr/1": str(models / "gpt")}),
    }
    started = hub_server(models, repos=settings, tokens={"hf_all": ["*"], "hf_none": []}, page=2)
    # The client asks its endpoint for a list of its own once; here and nowhere else.
    monkeypatch.setattr(constants, "ENDPOINT", started.endpoint)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", started.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    return started


@pytest.fixture
def api(server: HubServer) -> HfApi:
    return HfApi(endpoint=server.endpoint, token=False)


def test_model_info(api: HfApi, models: Path) -> None:
    info = api.model_info("acme/llama", files_metadata=True)
    assert info.id == "acme/llama"
    assert info.author == "acme"
    assert info.pipeline_tag == "text-generation"
    assert info.tags is not None
    assert {"transformers", "llama", "chat", "en", "safetensors"} <= set(info.tags)
    files = {sibling.rfilename: sibling for sibling in info.siblings or []}
    assert {path: file.size for path, file in files.items()} == {
        path.name: path.stat().st_size for path in (models / "acme" / "llama").iterdir()
    }
    assert files["config.json"].lfs is None
    lfs = files["model.safetensors"].lfs
    assert lfs is not None
    assert lfs.size == files["model.safetensors"].size


def test_expanded_model_info_holds_what_was_asked_for(api: HfApi) -> None:
    info = api.model_info("acme/llama", expand=["sha", "siblings", "gated"])
    assert info.sha is not None
    assert len(info.sha) == 40
    assert info.siblings is not None
    assert all(sibling.size is None for sibling in info.siblings)
    assert info.tags is None


def test_revisions(api: HfApi) -> None:
    main = api.model_info("gpt")
    assert api.model_info("gpt", revision=main.sha).sha == main.sha
    assert api.model_info("gpt", revision="v1").sha != main.sha
    assert api.model_info("gpt", revision="refs/pr/1").id == "gpt"
    with pytest.raises(errors.RevisionNotFoundError):
        api.model_info("gpt", revision="v2")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, ["acme/empty", "acme/llama", "acme/sharded", "gpt"]),
        ({"author": "acme"}, ["acme/empty", "acme/llama", "acme/sharded"]),
        ({"search": "LLAM"}, ["acme/llama"]),
        ({"filter": ["llama", "chat"]}, ["acme/llama", "acme/sharded", "gpt"]),
        ({"filter": "bert"}, []),
        ({"pipeline_tag": "text-generation", "limit": 1}, ["acme/llama"]),
        ({"limit": 3, "full": True}, ["acme/empty", "acme/llama", "acme/sharded"]),
    ],
)
def test_lists_come_in_pages(api: HfApi, query: dict[str, Any], ids: list[str]) -> None:
    assert [model.id for model in api.list_models(**query)] == ids


def test_a_private_model_is_listed_for_those_who_may(api: HfApi) -> None:
    assert [model.id for model in api.list_models(author="other", token="hf_all")] == ["other/flat-name"]


def test_trees_and_paths(api: HfApi, models: Path) -> None:
    (models / "gpt" / "onnx").mkdir()
    (models / "gpt" / "onnx" / "model.onnx").write_bytes(b"x")
    top = {entry.path for entry in api.list_repo_tree("gpt")}
    assert "onnx" in top
    assert "onnx/model.onnx" not in top
    deep = {entry.path for entry in api.list_repo_tree("gpt", recursive=True)}
    assert {"onnx", "onnx/model.onnx", "config.json"} <= deep
    assert [entry.path for entry in api.list_repo_tree("gpt", "onnx")] == ["onnx/model.onnx"]
    found = api.get_paths_info("gpt", ["onnx/model.onnx", "nothing.json"])
    assert [(entry.path, getattr(entry, "size", None)) for entry in found] == [("onnx/model.onnx", 1)]


@pytest.mark.parametrize("resolve_cache", [False, True])
def test_downloads(resolve_cache: bool, models: Path, hub_server: Start, tmp_path: Path) -> None:
    server = hub_server(models, resolve_cache=resolve_cache)
    folder = snapshot_download(
        "acme/llama", endpoint=server.endpoint, cache_dir=tmp_path / "cache", token=False, max_workers=2
    )
    for path in (models / "acme" / "llama").iterdir():
        assert (Path(folder) / path.name).read_bytes() == path.read_bytes()
    stored = [request for request in server.requests if request.host == "storage"]
    assert {request.path.rpartition("/")[2] for request in stored} == {"model.safetensors"}


def test_safetensors_metadata(server: HubServer) -> None:
    found = HfApi(endpoint=server.endpoint).get_safetensors_metadata("acme/sharded", token="hf_all")
    assert found.sharded
    assert len(found.weight_map) == 57


def test_head_says_what_a_file_is(server: HubServer, models: Path) -> None:
    url = huggingface_hub.hf_hub_url("acme/llama", "model.safetensors", endpoint=server.endpoint)
    found = huggingface_hub.get_hf_file_metadata(url, token=False)
    assert found.commit_hash == HfApi(endpoint=server.endpoint).model_info("acme/llama").sha
    assert found.location.startswith(server.storage)
    assert found.size == (models / "acme" / "llama" / "model.safetensors").stat().st_size


def test_xet_files_are_announced_and_served_by_the_bridge(
    models: Path, hub_server: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = hub_server(models, xet=True)
    url = huggingface_hub.hf_hub_url("acme/llama", "model.safetensors", endpoint=server.endpoint)
    found = huggingface_hub.get_hf_file_metadata(url, token=False, endpoint=server.endpoint)
    assert found.xet_file_data is not None
    assert found.xet_file_data.file_hash != found.etag
    assert "/xet-read-token/" in found.xet_file_data.refresh_route
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    path = hf_hub_download("acme/llama", "model.safetensors", endpoint=server.endpoint, cache_dir=tmp_path, token=False)
    assert Path(path).read_bytes() == (models / "acme" / "llama" / "model.safetensors").read_bytes()


def test_answers_that_wait_for_each_other(server: HubServer) -> None:
    server.script(Fault("*/config.json", together=3))
    with ThreadPoolExecutor(3) as pool:
        replies = list(pool.map(lambda _: get(server, CONFIG_PATH), range(3)))
    assert [reply.status_code for reply in replies] == [200] * 3


def test_a_renamed_repository_redirects(server: HubServer, api: HfApi) -> None:
    assert api.model_info("old/llama", files_metadata=True).id == "acme/llama"
    assert [r.status for r in server.requests if "llama" in r.path] == [307, 200]


@pytest.mark.parametrize(
    ("repo", "path", "token", "error"),
    [
        ("acme/nothing", "config.json", False, errors.RepositoryNotFoundError),
        ("acme/nothing", "config.json", "hf_all", errors.RepositoryNotFoundError),
        ("other/flat-name", "config.json", False, errors.RepositoryNotFoundError),
        ("other/flat-name", "config.json", "hf_none", errors.RepositoryNotFoundError),
        ("acme/sharded", "config.json", False, errors.GatedRepoError),
        ("acme/sharded", "config.json", "hf_none", errors.GatedRepoError),
        ("acme/llama", "nothing.json", False, errors.EntryNotFoundError),
        ("acme/llama", "config.json", "hf_unknown", errors.HfHubHTTPError),
    ],
)
def test_refusals(server: HubServer, repo: str, path: str, token: str | bool, error: type[Exception]) -> None:
    with pytest.raises(error):
        huggingface_hub.get_hf_file_metadata(
            huggingface_hub.hf_hub_url(repo, path, endpoint=server.endpoint), token=token
        )


@pytest.mark.parametrize(("repo", "token"), [("acme/sharded", "hf_all"), ("other/flat-name", "hf_all")])
def test_a_token_opens(server: HubServer, repo: str, token: str, tmp_path: Path) -> None:
    path = hf_hub_download(repo, "config.json", endpoint=server.endpoint, token=token, cache_dir=tmp_path / "c")
    assert json.loads(Path(path).read_text())["model_type"] == "llama"


# --- ranges and faults, by plain requests ---------------------------------------------------------------------------


def get(server: HubServer, path: str, **headers: str) -> Any:
    return get_session().get(f"{server.endpoint}{path}", headers=headers, timeout=PATIENT)


CONFIG_PATH = "/acme/llama/resolve/main/config.json"


@pytest.mark.parametrize(
    ("asked", "status", "said", "part"),
    [
        ("bytes=0-3", 206, "bytes 0-3/{n}", slice(0, 4)),
        ("bytes=4-", 206, "bytes 4-{last}/{n}", slice(4, None)),
        ("bytes=-5", 206, "bytes {n5}-{last}/{n}", slice(-5, None)),
        ("bytes=0-999999", 206, "bytes 0-{last}/{n}", slice(0, None)),
        ("bytes=999999-", 416, "bytes */{n}", None),
        ("bytes=a-b", 200, None, slice(0, None)),
    ],
)
def test_ranges(server: HubServer, models: Path, asked: str, status: int, said: str | None, part: slice | None) -> None:
    data = (models / "acme" / "llama" / "config.json").read_bytes()
    reply = get(server, CONFIG_PATH, Range=asked)
    assert reply.status_code == status
    expected = said and said.format(n=len(data), last=len(data) - 1, n5=len(data) - 5)
    assert reply.headers.get("content-range") == expected
    assert reply.content == (b"" if part is None else data[part])


def test_storage_wants_a_signature_and_no_token(server: HubServer) -> None:
    url = get_session().head(f"{server.endpoint}/acme/llama/resolve/main/model.safetensors", follow_redirects=False)
    signed = url.headers["location"]
    assert get_session().get(signed, headers={"Range": "bytes=0-7"}).status_code == 206
    assert get_session().get(signed.partition("?")[0]).status_code == 403
    assert get_session().get(signed, headers={"Authorization": "Bearer x"}).status_code == 400


def test_a_script_of_faults(server: HubServer) -> None:
    server.script(
        Fault("*/config.json", status=429, headers={"Retry-After": "7"}, times=1),
        Fault("*/config.json", after=1, times=1, ignore_range=True),
        Fault("*/README.md", longer=3),
        Fault("*/tokenizer.json", body=b"{}"),
        Fault("*/nothing*", chance=0.0, status=500),
    )
    first = get(server, CONFIG_PATH, Range="bytes=0-1")
    assert (first.status_code, first.headers["retry-after"]) == (429, "7")
    assert get(server, CONFIG_PATH, Range="bytes=0-1").status_code == 206
    assert get(server, "/acme/llama/resolve/main/README.md", Range="bytes=0-1").content == b"---\nl"
    assert get(server, "/acme/llama/resolve/main/tokenizer.json").content == b"{}"
    assert get(server, "/acme/llama/resolve/main/nothing").status_code == 404


def test_a_cut_body_is_a_broken_connection(server: HubServer) -> None:
    server.script(Fault("*/config.json", cut_after=5))
    with pytest.raises(_library(get_session()).RemoteProtocolError):
        get(server, CONFIG_PATH)
    assert server.requests[-1].body_bytes == 5


def test_a_slow_body(server: HubServer) -> None:
    server.script(Fault("*/config.json", bytes_per_second=1_000_000, delay=0.01))
    assert get(server, CONFIG_PATH).status_code == 200


def test_an_endless_body_ends_when_the_reader_goes(server: HubServer) -> None:
    server.script(Fault("*/config.json", endless=True))
    with get_session().stream("GET", f"{server.endpoint}{CONFIG_PATH}", timeout=PATIENT) as reply:
        assert "content-length" not in reply.headers
        chunks = reply.iter_raw()
        assert sum(len(next(chunks)) for _ in range(50)) > 10_000


def test_requests_are_recorded(server: HubServer) -> None:
    get(server, CONFIG_PATH, Range="bytes=0-9", Authorization="Bearer hf_all")
    (request,) = (request for request in server.requests if request.path == CONFIG_PATH)
    assert (request.host, request.method, request.status, request.range) == ("hub", "GET", 206, "bytes=0-9")
    assert request.body_bytes == 10
    assert request.headers["authorization"] == "Bearer hf_all"
    server.clear()
    assert server.requests == []


def _recorded(spans: list[tuple[float, float]]) -> Iterator[Recorded]:
    for start, end in spans:
        yield Recorded("hub", "GET", "/", "", {}, start, end)


@pytest.mark.parametrize(
    ("spans", "depth"),
    [([], 0), ([(0, 1)], 1), ([(0, 1), (0.1, 1.1)], 1), ([(0, 1), (1, 2), (0.5, 1.4), (2, 3)], 3)],
)
def test_rounds(spans: list[tuple[float, float]], depth: int) -> None:
    assert rounds(_recorded(spans)) == depth


def test_files_that_changed_are_seen_after_forget(models: Path) -> None:
    with serve(models) as server:
        before = get(server, CONFIG_PATH).headers["etag"]
        (models / "acme" / "llama" / "config.json").write_text("{}")
        server.forget()
        assert get(server, CONFIG_PATH).headers["etag"] != before


def test_connections_made_while_it_stops_are_closed(tmp_path: Path) -> None:
    """Warnings are errors, those of sockets that nobody closed too."""
    write_llama(tmp_path / "o" / "m")
    for _ in range(5):
        with ExitStack() as clients:
            with serve(tmp_path) as server:
                address = ("127.0.0.1", int(server.endpoint.rpartition(":")[2]))
                for _ in range(40):
                    client = clients.enter_context(socket.create_connection(address, 5))
                    client.sendall(b"GET /api/models/o/m HTTP/1.1\r\nhost: h\r\n\r\n")
            gc.collect()
