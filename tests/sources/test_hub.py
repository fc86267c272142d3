"""HubSource against a real server: what it asks for, what it takes from disk, what it says when it is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hubs import CONFIG, Waits, hub_of, write_llama
from truename.errors import (
    AccessError,
    EmptyTargetError,
    FileError,
    TargetError,
    TargetNotFoundError,
    UnavailableError,
    UnsafePathError,
    UsageError,
)
from truename.evidence import Evidence, gather
from truename.sources import FolderSource, Source
from truename.sources.hub import HubSource
from truename.sources.listing import hub_listing
from truename.sources.transport import Retry
from truename.testing.hub_server import Fault, HubServer, RepoSettings

Start = Callable[..., HubServer]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    write_llama(folder / "acme" / "llama")
    write_llama(folder / "acme" / "sharded", shard_bytes=100_000)
    return folder


@pytest.fixture
def server(models: Path, hub_server: Start) -> HubServer:
    return hub_server(models)


def facts(evidence: Evidence) -> dict[str, object]:
    return {key: found[0].value for key, found in evidence.facts.items()}


@pytest.mark.parametrize("repo", ["acme/llama", "acme/sharded"])
def test_the_evidence_is_that_of_the_folder(repo: str, server: HubServer, models: Path, tmp_path: Path) -> None:
    source: Source = HubSource(repo, hub=hub_of(server, tmp_path))
    assert source.name == repo
    assert dict(source.files) == dict(FolderSource(models / repo).files)
    assert facts(gather(source)) == facts(gather(FolderSource(models / repo)))


def test_one_request_for_the_list_and_ranges_for_the_rest(server: HubServer, models: Path, tmp_path: Path) -> None:
    gather(HubSource("acme/sharded", hub=hub_of(server, tmp_path)))
    first, *rest = server.requests
    assert (first.path, first.query) == ("/api/models/acme/sharded", "blobs=true")
    assert all(request.range is not None for request in rest)
    shards = sorted((models / "acme" / "sharded").glob("*.safetensors"))
    assert {request.path.rpartition("/")[2] for request in rest if request.host == "storage"} == {
        shard.name for shard in shards
    }
    assert sum(request.body_bytes for request in rest) < 40_000


def test_files_come_at_once(models: Path, hub_server: Start, tmp_path: Path) -> None:
    """No answer before every file was asked for, no byte of a shard before every shard was."""
    shards = len(list((models / "acme" / "sharded").glob("*.safetensors")))
    documents = 5  # config, card, tokenizer and its configuration, index
    server = hub_server(
        models, [Fault("*/resolve/*", together=shards + documents), Fault(host="storage", together=shards)]
    )
    gather(HubSource("acme/sharded", hub=hub_of(server, tmp_path, workers=shards + documents)))
    assert [request.host for request in server.requests].count("storage") == shards


def test_every_shard_is_asked_for_once(models: Path, hub_server: Start, tmp_path: Path) -> None:
    """For a model of 118 shards huggingface_hub makes 240 requests of 100,000 bytes each, @huggingface/hub 714."""
    config = CONFIG | {"num_hidden_layers": 116}
    folder = write_llama(models / "acme" / "long", shard_bytes=110_000, config=config)
    shards = len(list(folder.glob("*.safetensors")))
    assert shards == 118
    server = hub_server(models)
    hub = hub_of(server, tmp_path)
    found = gather(HubSource("acme/long", hub=hub))
    assert len(server.requests) == hub.wire.transport.requests < 140
    assert hub.wire.transport.bytes_received < 118 * 100_000 / 4
    assert found.get("inferred_shards") is None
    assert facts(found) == facts(gather(FolderSource(folder)))


@pytest.mark.parametrize(
    "batch",
    [
        {"status": 404},
        {"status": 401},
        {"body": b"<html>"},
        {"body": b'{"objects":[]}'},
        {"body": b'{"objects":[{"oid":"x","actions":{"download":{"href":"http://127.0.0.1:9/x"}}}]}'},
        {"endless": True},
    ],
)
def test_where_nobody_says_where_files_lie_each_is_asked_for(
    batch: dict[str, Any], models: Path, hub_server: Start, tmp_path: Path
) -> None:
    folder = write_llama(models / "acme" / "long", shard_bytes=40_000, config=CONFIG | {"num_hidden_layers": 12})
    server = hub_server(models)
    server.script(Fault("*/info/lfs/objects/batch", **batch))
    found = gather(HubSource("acme/long", hub=hub_of(server, tmp_path, cache=False)))
    assert facts(found) == facts(gather(FolderSource(folder)))


@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:9/x", "{storage}/nothing", "ftp://x", "http://[::1", "{hub}/nothing"]
)
def test_a_place_where_nothing_lies_is_asked_no_more(
    place: str, models: Path, hub_server: Start, tmp_path: Path
) -> None:
    folder = write_llama(models / "acme" / "long", shard_bytes=40_000, config=CONFIG | {"num_hidden_layers": 12})
    server = hub_server(models)
    source = HubSource("acme/long", hub=hub_of(server, tmp_path, cache=False))
    where = place.format(storage=server.storage, hub=server.endpoint)
    objects = [{"oid": oid, "actions": {"download": {"href": where}}} for oid in source._large.values()]
    server.script(Fault("*/info/lfs/objects/batch", body=json.dumps({"objects": objects}).encode()))
    assert facts(gather(source)) == facts(gather(FolderSource(folder)))


def test_the_token_does_not_go_where_many_files_lie(models: Path, hub_server: Start, tmp_path: Path) -> None:
    write_llama(models / "acme" / "long", shard_bytes=40_000, config=CONFIG | {"num_hidden_layers": 12})
    server = hub_server(models, repos={"acme/long": RepoSettings(gated="auto")}, tokens={"hf_x": ["*"]})
    gather(HubSource("acme/long", hub=hub_of(server, tmp_path, token="hf_x")))
    assert any(request.path.endswith("/objects/batch") for request in server.requests)
    sent = {(request.host, request.headers.get("authorization")) for request in server.requests}
    assert sent == {("hub", "Bearer hf_x"), ("storage", None)}


def test_of_a_sample_only_some_shards_are_asked_for(models: Path, hub_server: Start, tmp_path: Path) -> None:
    folder = write_llama(models / "acme" / "long", shard_bytes=40_000, config=CONFIG | {"num_hidden_layers": 60})
    shards = len(list(folder.glob("*.safetensors")))
    assert shards > 100
    server = hub_server(models)
    found = gather(HubSource("acme/long", hub=hub_of(server, tmp_path)), sample=True)
    asked = {request.path for request in server.requests if request.host == "storage"}
    assert len(asked) < shards / 2
    assert len(found.value("inferred_shards")) == shards - len(asked)
    told, whole = facts(found), facts(gather(FolderSource(folder)))
    assert told.pop("inferred_shards")
    assert told.pop("bytes_read") < whole.pop("bytes_read") / 2
    assert told == whole


@pytest.mark.parametrize("settings", [{}, {"resolve_cache": True}, {"xet": True}])
def test_the_token_stays_with_the_hub(
    settings: dict[str, bool], models: Path, hub_server: Start, tmp_path: Path
) -> None:
    server = hub_server(models, repos={"acme/llama": RepoSettings(private=True)}, tokens={"hf_x": ["*"]}, **settings)
    gather(HubSource("acme/llama", hub=hub_of(server, tmp_path, token="hf_x")))
    sent = {
        host: [r.headers.get("authorization") for r in server.requests if r.host == host] for host in ("hub", "storage")
    }
    assert set(sent["hub"]) == {"Bearer hf_x"}
    assert set(sent["storage"]) == {None}
    assert all("hf_x" not in str(r.headers) + r.query for r in server.requests if r.host == "storage")


def test_a_second_read_of_a_shard_goes_straight_to_storage(server: HubServer, tmp_path: Path) -> None:
    source = HubSource("acme/llama", hub=hub_of(server, tmp_path))
    blob = source.open("model.safetensors")
    blob.read(0, 5_000)
    blob.read(50_000, 5_000)
    hosts = [request.host for request in server.requests]
    assert hosts == ["hub", "hub", "storage", "storage"]


# --- ranges on disk -------------------------------------------------------------------------------------------------


def test_ranges_are_kept_under_their_hash(server: HubServer, models: Path, tmp_path: Path) -> None:
    expected = facts(gather(HubSource("acme/llama", hub=hub_of(server, tmp_path))))
    server.clear()
    assert facts(gather(HubSource("acme/llama", hub=hub_of(server, tmp_path)))) == expected
    assert len(server.requests) == 1
    config = models / "acme" / "llama" / "config.json"
    config.write_text(config.read_text().replace("4096", "8192"))
    server.forget()
    server.clear()
    changed = facts(gather(HubSource("acme/llama", hub=hub_of(server, tmp_path))))
    assert changed["context_length"] == 8192
    assert [request.path.rpartition("/")[2] for request in server.requests] == ["llama", "config.json"]


def test_nothing_is_kept_without_a_cache(server: HubServer, tmp_path: Path) -> None:
    gather(HubSource("acme/llama", hub=hub_of(server, tmp_path, cache=False)))
    assert not (tmp_path / "ranges").exists()


# --- what the client has downloaded -----------------------------------------------------------------------------------


def download(tmp_path: Path, repo: str, commit: str, files: Path, *names: str) -> None:
    home = tmp_path / "downloads" / f"models--{repo.replace('/', '--')}"
    snapshot = home / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(commit)
    (home / "blobs").mkdir()
    for name in names:
        (home / "blobs" / name).write_bytes((files / name).read_bytes())
        (snapshot / name).symlink_to(f"../../blobs/{name}")


def test_a_snapshot_of_the_same_commit_is_read_first(server: HubServer, models: Path, tmp_path: Path) -> None:
    commit = HubSource("acme/llama", hub=hub_of(server, tmp_path)).commit
    files = models / "acme" / "llama"
    download(tmp_path, "acme/llama", commit, files, "model.safetensors", "config.json")
    server.clear()
    gather(HubSource("acme/llama", hub=hub_of(server, tmp_path)))
    asked = {request.path.rpartition("/")[2] for request in server.requests}
    assert asked == {"llama", "README.md", "tokenizer_config.json", "tokenizer.json"}


def test_a_snapshot_of_another_commit_is_not_read(server: HubServer, models: Path, tmp_path: Path) -> None:
    download(tmp_path, "acme/llama", "0" * 40, models / "acme" / "llama", "config.json")
    gather(HubSource("acme/llama", hub=hub_of(server, tmp_path)))
    assert any(request.path.endswith("config.json") for request in server.requests)


@pytest.mark.parametrize("revision", [None, "main", "0" * 40])
def test_offline(revision: str | None, server: HubServer, models: Path, tmp_path: Path) -> None:
    files = models / "acme" / "llama"
    download(tmp_path, "acme/llama", "0" * 40, files, "config.json", "README.md", "model.safetensors")
    source = HubSource("acme/llama", revision, hub=hub_of(server, tmp_path, offline=True))
    assert (source.name, source.commit) == ("acme/llama", "0" * 40)
    assert facts(gather(source))["model_type"] == "llama"
    assert server.requests == []


def test_offline_shards_of_a_broken_off_download_show_nothing(server: HubServer, models: Path, tmp_path: Path) -> None:
    files = models / "acme" / "sharded"
    shards = sorted(path.name for path in files.glob("*.safetensors"))
    names = ["config.json", "model.safetensors.index.json", *shards[:2]]
    download(tmp_path, "acme/sharded", "0" * 40, files, *names)
    source = HubSource("acme/sharded", hub=hub_of(server, tmp_path, offline=True))
    assert set(source.files) == {"config.json", "model.safetensors.index.json"}
    assert "index_missing_files" not in gather(source).facts


@pytest.mark.parametrize("revision", [None, "v2", "../../../models--acme--llama/snapshots/x", "f" * 40])
def test_offline_and_not_downloaded(revision: str | None, server: HubServer, tmp_path: Path) -> None:
    with pytest.raises(TargetNotFoundError, match="HF_HUB_OFFLINE is set; unset it, or download"):
        HubSource("acme/llama", revision, hub=hub_of(server, tmp_path, offline=True))


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("repo", "revision", "token", "error", "sentence"),
    [
        (
            "acme/nothing",
            None,
            False,
            TargetNotFoundError,
            "has no model 'acme/nothing', or it is private and you must",
        ),
        ("acme/nothing", None, "hf_none", TargetNotFoundError, "and your token may not read it"),
        ("acme/private", None, False, TargetNotFoundError, "hf auth login"),
        ("acme/llama", "v9", False, TargetNotFoundError, "acme/llama has no revision 'v9'"),
        ("acme/llama", None, "hf_wrong", AccessError, "does not know your token; log in again with 'hf auth login'"),
        ("acme/gated", None, False, AccessError, "is gated; ask for access at http"),
        ("acme/gated", None, "hf_none", AccessError, "is gated and your token may not read it; ask for access at"),
        ("acme/disabled", None, False, AccessError, "has disabled access"),
        ("acme/empty", None, False, EmptyTargetError, "holds no file that a model could consist of"),
    ],
)
def test_refusals_are_one_sentence(
    repo: str,
    revision: str | None,
    token: str | bool,
    error: type[TargetError],
    sentence: str,
    models: Path,
    hub_server: Start,
    tmp_path: Path,
) -> None:
    for name in ("private", "gated", "disabled"):
        write_llama(models / "acme" / name)
    (models / "acme" / "empty").mkdir()
    server = hub_server(
        models,
        repos={
            "acme/private": RepoSettings(private=True),
            "acme/gated": RepoSettings(gated="auto"),
            "acme/disabled": RepoSettings(disabled=True),
        },
        tokens={"hf_none": []},
    )
    with pytest.raises(error) as raised:
        gather(HubSource(repo, revision, hub=hub_of(server, tmp_path, token=token)))
    text = str(raised.value)
    assert sentence in text
    assert text.startswith(f"{repo}@{revision}: " if revision else f"{repo}: ")
    assert "\n" not in text


def test_a_renamed_repository_has_its_new_name(models: Path, hub_server: Start, tmp_path: Path) -> None:
    server = hub_server(models, repos={"acme/llama": RepoSettings(moved_from=("old", "acme/older"))})
    for old in ("old", "acme/older"):
        source = HubSource(old, hub=hub_of(server, tmp_path))
        assert (source.name, source.target) == ("acme/llama", old)
        assert facts(gather(source))["model_type"] == "llama"


def test_a_revision_with_a_slash(models: Path, hub_server: Start, tmp_path: Path) -> None:
    other = write_llama(tmp_path / "pr", config=CONFIG | {"num_hidden_layers": 3})
    server = hub_server(models, repos={"acme/llama": RepoSettings(revisions={"refs/pr/1": str(other)})})
    source = HubSource("acme/llama", "refs/pr/1", hub=hub_of(server, tmp_path))
    assert facts(gather(source))["layers"] == 3


@pytest.mark.parametrize("repo", ["", "a/b/c", "-x", "a b", "../x"])
def test_an_id_that_is_none(repo: str) -> None:
    with pytest.raises(UsageError):
        HubSource(repo)


def test_paths_that_are_not_there(server: HubServer, tmp_path: Path) -> None:
    source = HubSource("acme/llama", hub=hub_of(server, tmp_path))
    with pytest.raises(TargetNotFoundError, match=r"holds no file 'model\.gguf'"):
        source.open("model.gguf")
    with pytest.raises(UnsafePathError):
        source.open("../config.json")
    assert ".gitattributes" not in source.files


def test_a_file_that_the_hub_lists_and_does_not_have(server: HubServer, tmp_path: Path) -> None:
    server.script(Fault("*/config.json", status=404, headers={"X-Error-Code": "EntryNotFound"}))
    source = HubSource("acme/llama", hub=hub_of(server, tmp_path))
    with pytest.raises(FileError, match=r"config\.json: is in the list of files"):
        source.open("config.json").read(0, 10)


# --- failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        (Fault("*/config.json", status=429, headers={"Retry-After": "11"}, times=2), [11.0, 11.0]),
        (Fault("/api/*", status=429, headers={"RateLimit": '"api";r=0;t=42'}, times=1), [42.0]),
        (Fault("/api/*", status=503, headers={"Retry-After": "Thu, 01 Jan 2015 00:00:00 GMT"}, times=1), []),
    ],
)
def test_waits_as_long_as_the_server_asks(fault: Fault, waits: list[float], server: HubServer, tmp_path: Path) -> None:
    server.script(fault)
    waited = Waits()
    HubSource("acme/llama", hub=hub_of(server, tmp_path, waited)).open("config.json").read(0, 10)
    assert waited == pytest.approx(waits, abs=1.0)


def test_a_host_that_asks_to_wait_is_left_alone_by_everybody(server: HubServer, tmp_path: Path) -> None:
    waits = Waits()
    statuses: list[list[int]] = []

    def sleep(seconds: float) -> None:
        statuses.append([request.status for request in server.requests])
        if len(statuses) == 1:  # while one request waits, another is made
            assert transport.get("other", f"{server.endpoint}/api/models/acme/sharded", limit=10_000).status == 200
        waits.append(seconds)

    transport = hub_of(server, tmp_path, retry=Retry(sleep=sleep, clock=waits.clock)).wire.transport
    server.script(Fault(status=429, headers={"Retry-After": "30"}, times=1))
    assert transport.get("one", f"{server.endpoint}/api/models/acme/llama", limit=10_000).status == 200
    assert statuses == [[429], [429]]
    assert waits == pytest.approx([30.0, 30.0], abs=1.0)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500, times=4),
        Fault(status=503, times=4),
        Fault("*/resolve/*", cut_after=10, times=2),
        Fault(host="storage", cut_after=0, times=2),
        Fault(host="storage", cut_after=100, times=1),
        Fault("/api/*", cut_after=10, times=2),
    ],
)
def test_a_failure_that_passes_leaves_no_trace(fault: Fault, server: HubServer, models: Path, tmp_path: Path) -> None:
    server.script(fault)
    found = gather(HubSource("acme/llama", hub=hub_of(server, tmp_path, workers=1)))
    assert facts(found) == facts(gather(FolderSource(models / "acme" / "llama")))


def test_some_answers_failing_at_random_change_nothing(models: Path, hub_server: Start, tmp_path: Path) -> None:
    faults = [Fault(chance=0.05, status=429), Fault(chance=0.05, status=503), Fault(chance=0.1, cut_after=7)]
    server = hub_server(models, faults, seed=3)
    expected = facts(gather(FolderSource(models / "acme" / "sharded")))
    for _ in range(10):
        assert facts(gather(HubSource("acme/sharded", hub=hub_of(server, tmp_path, cache=False)))) == expected


def test_a_failure_that_stays_is_said_and_is_no_fault_of_the_model(server: HubServer, tmp_path: Path) -> None:
    server.script(Fault("*/config.json", status=503))
    source = HubSource("acme/llama", hub=hub_of(server, tmp_path))
    with pytest.raises(
        UnavailableError,
        match=r"^acme/llama: 127\.0\.0\.1:\d+ answers 503 Service Unavailable \(8 attempts\); try again later",
    ):
        gather(source)


def test_a_wait_that_is_too_long_is_not_waited_for(server: HubServer, tmp_path: Path) -> None:
    server.script(Fault("/api/*", status=429, headers={"Retry-After": "3600"}))
    waited = Waits()
    with pytest.raises(UnavailableError, match="try again in 3600 seconds") as raised:
        HubSource("acme/llama", hub=hub_of(server, tmp_path, waited))
    assert (raised.value.retry_after, waited, len(server.requests)) == (3600, [], 1)


def test_a_host_that_asked_for_hours_is_not_asked_again_before(server: HubServer, tmp_path: Path) -> None:
    server.script(Fault("/api/*", status=429, headers={"Retry-After": "3600"}, times=1))
    hub = hub_of(server, tmp_path)
    for _ in range(2):
        with pytest.raises(UnavailableError, match=r"try again in 3600 seconds|left alone; try again in [56]\d\d"):
            HubSource("acme/llama", hub=hub)
    assert len(server.requests) == 1


def test_a_hub_that_is_not_there(server: HubServer, tmp_path: Path) -> None:
    from truename.sources.hub import Hub

    hub = Hub(
        "http://127.0.0.1:9", False, cache=False, offline=False, retry=hub_of(server, tmp_path).wire.transport.retry
    )
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:9 cannot be reached \(4 attempts\)"):
        HubSource("acme/llama", hub=hub)


def test_a_mirror_that_leaves_sizes_out_is_asked_for_them(server: HubServer, models: Path, tmp_path: Path) -> None:
    names = ",".join(f'{{"rfilename":"{path.name}"}}' for path in (models / "acme" / "llama").iterdir())
    server.script(Fault("/api/models/acme/llama", body=f'{{"id":"acme/llama","siblings":[{names}]}}'.encode()))
    source = HubSource("acme/llama", hub=hub_of(server, tmp_path))
    assert source.commit == "main"
    assert facts(gather(source))["parameters"] == facts(gather(FolderSource(models / "acme" / "llama")))["parameters"]
    assert "/api/models/acme/llama/paths-info/main" in {request.path for request in server.requests}


# --- many at a time ---------------------------------------------------------------------------------------------------


def test_one_hub_serves_many_threads(server: HubServer, models: Path, tmp_path: Path) -> None:
    hub = hub_of(server, tmp_path, cache=False)
    expected = facts(gather(FolderSource(models / "acme" / "sharded")))
    found: list[dict[str, object]] = []
    threads = [
        threading.Thread(target=lambda: found.append(facts(gather(HubSource("acme/sharded", hub=hub)))))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [expected] * 12
    hub.close()


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, ["acme/llama", "acme/sharded"]),
        ({"owner": "acme", "limit": 1}, ["acme/llama"]),
        ({"search": "shard", "filter": ["llama"]}, ["acme/sharded"]),
        ({"owner": "nobody"}, []),
    ],
)
def test_listing(query: dict[str, object], ids: list[str], models: Path, hub_server: Start, tmp_path: Path) -> None:
    server = hub_server(models, page=1)
    assert list(hub_listing(**query, hub=hub_of(server, tmp_path))) == ids  # type: ignore[arg-type]


# --- the environment, in a process of its own -------------------------------------------------------------------------

_CHECK = "from truename.cli import main; import sys; sys.exit(main(sys.argv[1:]))"


def run(server: HubServer, tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {"HF_ENDPOINT": server.endpoint, "HF_HOME": str(tmp_path / "home"), **environment}
    return subprocess.run(
        [sys.executable, "-c", _CHECK, *arguments],
        env={**os.environ, **settings},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_environment_is_honoured(models: Path, hub_server: Start, tmp_path: Path) -> None:
    server = hub_server(models, repos={"acme/llama": RepoSettings(private=True)}, tokens={"hf_x": ["*"], "hf_y": ["*"]})
    done = run(server, tmp_path, "inspect", "acme/llama", HF_TOKEN="hf_x")
    assert "parameters" in done.stdout, done.stderr
    assert {r.headers.get("authorization") for r in server.requests if r.host == "hub"} == {"Bearer hf_x"}
    assert (tmp_path / "home" / "truename").is_dir()
    (tmp_path / "home" / "token").write_text("hf_y")
    server.clear()
    assert run(server, tmp_path, "inspect", "hf://acme/llama@main").returncode == 0
    assert {r.headers.get("authorization") for r in server.requests} == {"Bearer hf_y"}
    assert run(server, tmp_path, "inspect", "acme/llama", HF_HUB_DISABLE_IMPLICIT_TOKEN="1").returncode == 2
    server.clear()
    offline = run(server, tmp_path, "inspect", "acme/llama", TRANSFORMERS_OFFLINE="1")
    assert "HF_HUB_OFFLINE is set" in offline.stderr
    assert (offline.returncode, server.requests) == (2, [])


@pytest.mark.parametrize(
    ("variable", "path"), [("HF_HUB_ETAG_TIMEOUT", "/api/*"), ("HF_HUB_DOWNLOAD_TIMEOUT", "*/config.json")]
)
def test_a_timeout_of_the_environment(variable: str, path: str, server: HubServer, tmp_path: Path) -> None:
    server.script(Fault(path, together=99))
    code = (
        "from truename.sources.hub import Hub, HubSource\n"
        "from truename.sources.transport import Retry\n"
        "try: HubSource('acme/llama', hub=Hub(retry=Retry(attempts=1))).open('config.json').read(0, 10)\n"
        "except Exception as error: print(error)"
    )
    settings = {"HF_ENDPOINT": server.endpoint, "HF_HOME": str(tmp_path), "HF_HUB_ETAG_TIMEOUT": "600", variable: "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **settings}, capture_output=True, text=True, check=True
    )
    assert "does not answer within 1 seconds" in done.stdout
