"""What a target leads to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hubs import hub_of, write_llama
from truename.errors import TargetNotFoundError, UnavailableError, UsageError
from truename.sources import FileSource, FolderSource, Source, open_source
from truename.sources import hub as hub_module
from truename.sources.http import HttpSource
from truename.sources.hub import HubSource
from truename.sources.modelscope import ModelScopeSource
from truename.testing.hub_server import Fault, HubServer

Start = Callable[..., HubServer]


@pytest.fixture
def server(hub_server: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HubServer:
    write_llama(tmp_path / "models" / "acme" / "llama")
    write_llama(tmp_path / "models" / "gpt")
    server = hub_server(tmp_path / "models")
    monkeypatch.setattr(hub_module, "_shared", [hub_of(server, tmp_path)])
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", server.endpoint)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"{server.endpoint}/acme")
    monkeypatch.chdir(tmp_path)
    return server


@pytest.mark.parametrize(
    ("target", "kind", "name"),
    [
        ("models/acme/llama", FolderSource, "llama"),
        ("models/acme/llama/model.safetensors", FileSource, "llama"),
        ("acme/llama", HubSource, "acme/llama"),
        ("acme/llama@main", HubSource, "acme/llama"),
        ("hf://acme/llama", HubSource, "acme/llama"),
        ("hf://acme/llama/", HubSource, "acme/llama"),
        ("HF://acme/llama", HubSource, "acme/llama"),
        ("gpt", HubSource, "gpt"),
        ("modelscope://acme/llama", ModelScopeSource, "acme/llama"),
        ("modelscope://acme/llama@master", ModelScopeSource, "acme/llama"),
        ("s3://llama/resolve/main", HttpSource, "main"),
        ("{endpoint}/acme/llama/resolve/main", HttpSource, "main"),
        ("{endpoint}/acme/llama/resolve/main/model.safetensors", HttpSource, "model"),
    ],
)
def test_targets(target: str, kind: type[Source], name: str, server: HubServer) -> None:
    target = target.replace("{endpoint}", server.endpoint)
    source = open_source(target)
    assert type(source) is kind
    assert source.name == name
    assert source.target == target


@pytest.mark.parametrize(
    ("file", "name"),
    [("Llama.tar", "Llama"), ("Llama.tar.gz", "Llama"), ("Llama.SAFETENSORS", "Llama"), ("3f2a91", "3f2a91")],
)
def test_a_file_is_a_file_whatever_its_suffix(file: str, name: str, tmp_path: Path) -> None:
    (tmp_path / file).write_bytes(b"")
    source = open_source(tmp_path / file)
    assert isinstance(source, FileSource)
    assert source.name == name


@pytest.mark.parametrize("page", ["/acme/llama", "/acme/llama/", "/acme/llama/tree/main", "/acme/llama?library=x"])
def test_the_page_of_a_model_is_the_model(page: str, server: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
    source = open_source(server.endpoint + page)
    assert isinstance(source, HubSource)
    assert source.name == "acme/llama"


def test_a_path_that_is_there_is_no_id(server: HubServer, tmp_path: Path) -> None:
    write_llama(tmp_path / "acme" / "llama")
    assert isinstance(open_source("acme/llama"), FolderSource)
    assert isinstance(open_source(Path("acme/llama")), FolderSource)
    assert server.requests == []


@pytest.mark.parametrize(
    "target",
    [
        "./acme/llama",
        "/acme/llama",
        "a/b/c",
        "acme\\llama",
        "acme/llama/",
        "nowhere/model.safetensors",
        "config.json",
        "no\0thing",
        "~/x",
    ],
)
def test_what_is_no_id_is_a_folder_that_is_not_there(target: str, server: HubServer) -> None:
    with pytest.raises(TargetNotFoundError, match="there is no such folder"):
        open_source(target)
    assert server.requests == []


def test_a_missing_path_object_is_not_looked_for_on_the_hub(server: HubServer) -> None:
    with pytest.raises(TargetNotFoundError, match=r"there is no such folder$"):
        open_source(Path("acme/nothing"))
    assert server.requests == []


def test_what_is_neither_folder_nor_model_says_both(server: HubServer) -> None:
    with pytest.raises(
        TargetNotFoundError, match=r"there is no such folder, and 127\.0\.0\.1:\d+ has no model 'acme/x'"
    ):
        open_source("acme/x")
    server.script(Fault(status=503))
    with pytest.raises(UnavailableError, match=r"there is no such folder, and 127\.0\.0\.1:\d+ answers 503"):
        open_source("acme/llama")


@pytest.mark.parametrize("target", ["", "  ", "ftp://host/x", "git+ssh://x/y"])
def test_targets_that_nobody_knows(target: str) -> None:
    with pytest.raises(UsageError):
        open_source(target)
