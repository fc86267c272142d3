"""A Hub, or a host behind it, that means harm or is broken: bounded, one sentence, and nothing held against a model."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hubs import hub_of, write_llama
from truename.errors import EmptyTargetError, TargetError, UnavailableError
from truename.evidence import Evidence, gather
from truename.sources import FolderSource
from truename.sources import hub as hub_module
from truename.sources import hub_answers as answers_module
from truename.sources.hub import Hub, HubSource
from truename.testing.hub_server import Fault, HubServer

Start = Callable[..., HubServer]
WEIGHTS = "*model.safetensors"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    write_llama(tmp_path / "models" / "acme" / "llama")
    return tmp_path / "models"


@pytest.fixture
def server(models: Path, hub_server: Start) -> HubServer:
    return hub_server(models)


@pytest.fixture
def hub(server: HubServer, tmp_path: Path) -> Hub:
    return hub_of(server, tmp_path, cache=False)


def facts(evidence: Evidence) -> dict[str, object]:
    return {key: found[0].value for key, found in evidence.facts.items()}


def says(server: HubServer, **said: Any) -> None:
    """Let the server say this of the model."""
    server.script(Fault("/api/models/acme/llama", body=json.dumps({"id": "acme/llama", **said}).encode()))


# --- lists ------------------------------------------------------------------------------------------------------------


def test_a_list_of_fifty_thousand_files(server: HubServer, hub: Hub) -> None:
    files = [{"rfilename": f"data/part-{number:06}.txt", "size": 1} for number in range(50_000)]
    says(server, sha="a" * 40, siblings=[*files, {"rfilename": "config.json", "size": 2}])
    source = HubSource("acme/llama", hub=hub)
    assert len(source.files) == 50_001


def test_a_list_that_is_longer_than_any(server: HubServer, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "MAX_FILES", 1_000)
    says(server, siblings=[{"rfilename": f"{number}.json", "size": 1} for number in range(1_001)])
    with pytest.raises(TargetError, match="holds 1,001 files; at most 1,000 are listed"):
        HubSource("acme/llama", hub=hub)


def test_metadata_without_end(server: HubServer, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers_module, "MAX_INFO_BYTES", 1_000_000)
    server.script(Fault("/api/*", endless=True))
    with pytest.raises(UnavailableError, match="sends more than 1,000,000 bytes where a document is expected"):
        HubSource("acme/llama", hub=hub)


def test_metadata_that_is_packed_a_thousandfold(server: HubServer, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers_module, "MAX_INFO_BYTES", 1_000_000)
    packed = gzip.compress(b" " * 200_000_000)
    server.script(Fault("/api/*", body=packed, headers={"content-encoding": "gzip"}))
    with pytest.raises(UnavailableError, match="more than 1,000,000 bytes"):
        HubSource("acme/llama", hub=hub)


BAD_METADATA = [
    b"",
    b"<html>log in to the network</html>",
    b"[]",
    b"null",
    b"{",
    b'{"siblings": 7}',
    b'{"siblings": [7]}',
    b'{"siblings": [{"rfilename": 7}]}',
    b'{"siblings": [{"rfilename": "x", "size": "7"}]}',
    b'{"siblings": [{"rfilename": "x", "size": 1e400}]}',
    b'{"id": "\xff"}',
    b"[" * 100_000,
    b'{"siblings":' * 50_000,
]


@pytest.mark.parametrize("body", BAD_METADATA, ids=lambda body: repr(body[:30]))
def test_metadata_that_is_none(body: bytes, server: HubServer, hub: Hub) -> None:
    server.script(Fault("/api/*", body=body))
    with pytest.raises(UnavailableError, match="something else than a model's metadata") as raised:
        HubSource("acme/llama", hub=hub)
    assert len(str(raised.value)) < 400


BAD_PATHS = [
    "",
    "../x.json",
    "/etc/passwd",
    "a/../../b.json",
    "a\\b.json",
    "C:x.json",
    "x\0.json",
    "a//b.json",
    "\ud800",
]


@pytest.mark.parametrize("path", BAD_PATHS, ids=lambda path: repr(path))
def test_paths_that_lead_out_are_no_files(path: str, server: HubServer, hub: Hub) -> None:
    says(server, siblings=[{"rfilename": "config.json", "size": 2}])
    server.script(
        Fault(
            "/api/*",
            body=b'{"siblings": [{"rfilename": "config.json", "size": 2}, {"rfilename": %s, "size": 1}]}'
            % json.dumps(path).encode(),
        )
    )
    try:
        source = HubSource("acme/llama", hub=hub)
    except UnavailableError:  # a lone surrogate is no JSON
        assert path == "\ud800"
        return
    assert list(source.files) == ["config.json"]
    assert list(source.refused) == [path]


@pytest.mark.parametrize("size", [-1, 2**62])
def test_sizes_that_cannot_be(size: int, server: HubServer, hub: Hub) -> None:
    says(server, siblings=[{"rfilename": "config.json", "size": 2}, {"rfilename": "model.safetensors", "size": size}])
    source = HubSource("acme/llama", hub=hub)
    evidence = gather(source)
    assert "parameters" not in evidence.facts
    assert ("model.safetensors" in source.files) == (size == 2**62)


def test_nothing_but_files_without_sizes(server: HubServer, hub: Hub) -> None:
    server.script(
        Fault("/api/*/paths-info/*", status=404),
        Fault("/api/*", body=b'{"siblings": [{"rfilename": "config.json"}]}'),
    )
    with pytest.raises(EmptyTargetError, match=r"\(config\.json has no size in the list of files\)"):
        HubSource("acme/llama", hub=hub)


@pytest.mark.parametrize(
    ("said", "name"),
    [("../../etc", "acme/llama"), ("evil\u202e/x", "acme/llama"), (None, "acme/llama"), ("x/y", "x/y")],
)
def test_an_id_that_the_server_makes_up(said: str | None, name: str, server: HubServer, hub: Hub) -> None:
    says(server, id=said, siblings=[{"rfilename": "config.json", "size": 2}])
    assert HubSource("acme/llama", hub=hub).name == name


@pytest.mark.parametrize("sha", ["../../x", "", "main?x=1", "A" * 40, 7])
def test_a_commit_that_the_server_makes_up(sha: object, server: HubServer, hub: Hub) -> None:
    says(server, sha=sha, siblings=[{"rfilename": "config.json", "size": 2}])
    if isinstance(sha, int):
        with pytest.raises(UnavailableError):
            HubSource("acme/llama", hub=hub)
    else:
        assert HubSource("acme/llama", hub=hub).commit == "main"


# --- bodies -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        Fault("*/resolve/*.json", longer=10_000_000),
        Fault(WEIGHTS, host="storage", longer=10_000_000),
        Fault("*/resolve/*.json", ignore_range=True),
        Fault(WEIGHTS, host="storage", ignore_range=True),
        Fault("*/resolve/*.json", endless=True),
        Fault(WEIGHTS, host="storage", endless=True),
    ],
    ids=["more", "more weights", "whole", "whole weights", "endless", "endless weights"],
)
def test_more_than_was_asked_for_is_not_taken(fault: Fault, server: HubServer, hub: Hub, models: Path) -> None:
    server.script(fault)
    found = gather(HubSource("acme/llama", hub=hub))
    assert facts(found) == facts(gather(FolderSource(models / "acme" / "llama")))
    assert hub.wire.transport.bytes_received < 60_000


def test_a_range_far_into_a_file_whose_server_knows_no_ranges(server: HubServer, hub: Hub) -> None:
    says(server, siblings=[{"rfilename": "model.gguf", "size": 2**40}])
    source = HubSource("acme/llama", hub=hub)
    server.script(Fault("*/model.gguf", status=200, body=b"GGUF"))
    with pytest.raises(UnavailableError, match="does not answer ranges of bytes, and the file is too large"):
        source.open("model.gguf").read(2**39, 100)


def test_a_header_that_lies_about_its_length(models: Path, hub_server: Start, tmp_path: Path) -> None:
    weights = models / "acme" / "llama" / "model.safetensors"
    for length in (2**63, 99_999_999, weights.stat().st_size):
        data = bytearray(weights.read_bytes())
        data[:8] = length.to_bytes(8, "little")
        weights.write_bytes(data)
        server = hub_server(models)
        hub = hub_of(server, tmp_path, cache=False)
        evidence = gather(HubSource("acme/llama", hub=hub))
        assert "unreadable_files" in evidence.facts
        assert hub.wire.transport.bytes_received < 60_000


def test_a_file_that_is_shorter_than_the_list_says(server: HubServer, hub: Hub, models: Path) -> None:
    data = (models / "acme" / "llama" / "config.json").read_bytes()
    says(server, siblings=[{"rfilename": "config.json", "size": 1_000_000}])
    blob = HubSource("acme/llama", hub=hub).open("config.json")
    assert blob.read(0, 1_000_000) == data
    assert blob.read(500_000, 10_000) == b""


def test_another_range_than_was_asked_for(server: HubServer, hub: Hub) -> None:
    source = HubSource("acme/llama", hub=hub)
    server.script(Fault("*/config.json", headers={"content-range": "bytes 5-14/300"}))
    with pytest.raises(UnavailableError, match="sends another range than was asked for"):
        source.open("config.json").read(0, 10)


def test_a_compressed_range(server: HubServer, hub: Hub) -> None:
    source = HubSource("acme/llama", hub=hub)
    server.script(Fault("*/config.json", headers={"content-encoding": "gzip"}))
    with pytest.raises(UnavailableError, match="compresses ranges"):
        source.open("config.json").read(0, 10)


def test_a_body_that_drips_for_ever(server: HubServer, tmp_path: Path) -> None:
    hub = hub_of(server, tmp_path, cache=False)
    source = HubSource("acme/llama", hub=hub)
    hub.wire.transport._patience = 0.2
    server.script(Fault("*/config.json", bytes_per_second=20))
    with pytest.raises(UnavailableError, match=r"did not end its answer within 0\.2 seconds; try again"):
        source.open("config.json").read(0, 200)


def test_a_connection_that_is_cut_every_time(server: HubServer, hub: Hub) -> None:
    source = HubSource("acme/llama", hub=hub)
    server.script(Fault("*/config.json", cut_after=5))
    with pytest.raises(UnavailableError, match=r"broke off .*\(8 attempts\)"):
        source.open("config.json").read(0, 200)


# --- redirects --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("file:///etc/passwd", "which is not followed"),
        ("ftp://host/x", "which is not followed"),
        ("javascript:alert(1)", "which is not followed"),
        ("/acme/llama/resolve/main/config.json", "redirects more than 8 times"),
        ("//[", "which is not followed"),
        ("http://x" + "a" * 70_000, "is not an address|cannot be reached|broke off"),
    ],
)
def test_redirects_that_are_not_followed(where: str, problem: str, server: HubServer, hub: Hub) -> None:
    source = HubSource("acme/llama", hub=hub)
    server.script(Fault("*/config.json", status=302, headers={"location": where}))
    with pytest.raises(UnavailableError, match=problem):
        source.open("config.json").read(0, 10)


def test_a_token_does_not_come_back_after_a_detour(
    server: HubServer, models: Path, hub_server: Start, tmp_path: Path
) -> None:
    """From the Hub to another host and back to the Hub: the other host chose where it ends, so no token goes there."""
    home = hub_server(models, tokens={"hf_x": ["*"]})
    source = HubSource("acme/llama", hub=hub_of(home, tmp_path, token="hf_x", cache=False))
    home.script(
        Fault("*/config.json", status=302, headers={"location": f"{server.endpoint}/acme/llama/resolve/main/a"})
    )
    back = f"{home.endpoint}/acme/llama/resolve/main/README.md"
    server.script(Fault(status=302, headers={"location": back}))
    home.clear()
    source.open("config.json").read(0, 10)
    assert [r.headers.get("authorization") for r in server.requests] == [None]
    assert [r.headers.get("authorization") for r in home.requests] == ["Bearer hf_x", None]


# --- ranges on disk that somebody changed -----------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"x", b"x" * 10_000])
def test_ranges_on_disk_that_are_not_whole(content: bytes, server: HubServer, models: Path, tmp_path: Path) -> None:
    expected = facts(gather(FolderSource(models / "acme" / "llama")))
    gather(HubSource("acme/llama", hub=hub_of(server, tmp_path)))
    kept = [path for path in (tmp_path / "ranges").rglob("*") if path.is_file()]
    assert len(kept) == 5
    for path in kept:
        path.write_bytes(content)
    (kept[0].parent / "0-99999999999999999999").write_bytes(b"x")
    (kept[0].parent / "nonsense").write_bytes(b"x")
    assert facts(gather(HubSource("acme/llama", hub=hub_of(server, tmp_path)))) == expected


def test_a_cache_that_cannot_be_written(server: HubServer, models: Path, tmp_path: Path) -> None:
    (tmp_path / "ranges").write_text("a file is in the way")
    found = gather(HubSource("acme/llama", hub=hub_of(server, tmp_path)))
    assert facts(found) == facts(gather(FolderSource(models / "acme" / "llama")))
