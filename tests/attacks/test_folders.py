"""Folders that mean harm: links out, odd paths, pipes, and more entries than a model has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from faults import raises_fault
from truename.errors import ChangedError, EmptyTargetError, TargetError, TargetNotFoundError, UnsafePathError
from truename.formats import find_checkpoints, read_checkpoint
from truename.formats.index import IndexFault
from truename.sources import FileSource, FolderSource
from truename.sources import folder as folder_module


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model"
    path.mkdir()
    (path / "config.json").write_text("{}")
    (tmp_path / "secret.safetensors").write_text("secret")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "key.json").write_text("secret")
    return path


BAD_PATHS = [
    "",
    ".",
    "..",
    "../secret.safetensors",
    "../../x",
    "a/../../secret.safetensors",
    "./config.json",
    "a//b",
    "/etc/passwd",
    "C:config.json",
    "c:\\windows\\system.ini",
    "..\\secret.safetensors",
    "config.json\0.txt",
    "config.json/",
    "a" * 5000,
    "\ud800.json",
]


@pytest.mark.parametrize("path", BAD_PATHS, ids=lambda path: repr(path[:30]))
def test_paths_out_of_the_model_are_refused(model: Path, path: str) -> None:
    for source in (FolderSource(model), FileSource(model / "config.json")):
        with pytest.raises(UnsafePathError):
            source.open(path)


@pytest.mark.parametrize("target", ["../secret.safetensors", "../secrets/key.json", "/etc/passwd", "/dev/zero", "/dev"])
def test_a_link_out_of_the_folder_is_not_followed(model: Path, target: str) -> None:
    (model / "model.safetensors").symlink_to(target)
    source = FolderSource(model)
    assert list(source.files) == ["config.json"]
    assert "model.safetensors" in source.refused
    with pytest.raises(UnsafePathError):
        source.open("model.safetensors")


def test_a_folder_that_is_a_link_is_not_entered(model: Path) -> None:
    (model / "weights").symlink_to("../secrets", target_is_directory=True)
    (model / "self").symlink_to(".", target_is_directory=True)
    assert list(FolderSource(model).files) == ["config.json"]


def test_a_link_that_stays_inside_is_followed(model: Path) -> None:
    (model / "copy.json").symlink_to("config.json")
    source = FolderSource(model)
    assert dict(source.files) == {"config.json": 2, "copy.json": 2}
    with source.open("copy.json") as blob:
        assert blob.read(0, 2) == b"{}"


def test_a_neighbour_whose_name_starts_alike_is_outside(model: Path) -> None:
    neighbour = model.with_name("model-secret")
    neighbour.mkdir()
    (neighbour / "x.json").write_text("secret")
    (model / "x.json").symlink_to("../model-secret/x.json")
    assert list(FolderSource(model).files) == ["config.json"]


def test_links_in_a_circle(model: Path) -> None:
    (model / "a.json").symlink_to("b.json")
    (model / "b.json").symlink_to("a.json")
    assert list(FolderSource(model).files) == ["config.json"]


def test_a_file_that_becomes_a_link_after_the_listing(model: Path) -> None:
    (model / "model.safetensors").write_text("x")
    source = FolderSource(model)
    (model / "model.safetensors").unlink()
    (model / "model.safetensors").symlink_to("../secret.safetensors")
    with pytest.raises(UnsafePathError):
        source.open("model.safetensors")


def test_a_folder_that_becomes_a_link_after_the_listing(model: Path) -> None:
    (model / "deep").mkdir()
    (model / "deep" / "key.json").write_text("x")
    source = FolderSource(model)
    (model / "deep").rename(model / "old")
    (model / "deep").symlink_to("../secrets", target_is_directory=True)
    with pytest.raises(UnsafePathError):
        source.open("deep/key.json")


def test_a_shard_of_an_index_that_is_a_link_out(model: Path) -> None:
    (model / "x.safetensors").symlink_to("../secret.safetensors")
    (model / "model.safetensors.index.json").write_text('{"weight_map":{"a":"x.safetensors"}}')
    source = FolderSource(model)
    (checkpoint,) = find_checkpoints(source.files)
    header = read_checkpoint(checkpoint, source.open)
    assert header.files == ("model.safetensors.index.json",)


def test_a_pipe_does_not_hang(model: Path) -> None:
    os.mkfifo(model / "model.safetensors")
    source = FolderSource(model)
    assert list(source.files) == ["config.json"]
    with pytest.raises(UnsafePathError, match="no regular file"):
        source.open("model.safetensors")


def test_a_file_that_becomes_a_pipe_does_not_hang(model: Path) -> None:
    source = FolderSource(model)
    (model / "config.json").unlink()
    os.mkfifo(model / "config.json")
    with pytest.raises(ChangedError, match=r"config\.json changed while it was read"):
        source.open("config.json")


def test_nothing_but_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.safetensors")
    with pytest.raises(EmptyTargetError, match="no regular file"):
        FolderSource(tmp_path)


def test_a_pipe_is_no_weights_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.gguf")
    with pytest.raises(TargetNotFoundError):
        FileSource(tmp_path / "model.gguf")


def test_a_file_that_is_gone_after_the_listing(model: Path) -> None:
    source = FolderSource(model)
    (model / "config.json").unlink()
    with pytest.raises(ChangedError, match=r"config\.json changed while it was read"):
        source.open("config.json")


def test_a_file_that_was_written_after_the_listing(model: Path) -> None:
    source = FolderSource(model)
    (model / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(ChangedError, match="check again when nothing writes to it"):
        source.open("config.json")


def test_a_file_that_is_written_while_it_is_open(model: Path) -> None:
    source = FolderSource(model)
    blob = source.open("config.json")
    blob.read(0, 1)
    os.utime(model / "config.json", ns=(1, 1))
    with pytest.raises(ChangedError):
        blob.close()


def test_a_lone_file_that_is_cut_after_the_listing(model: Path) -> None:
    weights = model / "weights.safetensors"
    weights.write_bytes(b"\2\0\0\0\0\0\0\0{}")
    source = FileSource(weights)
    os.truncate(weights, 4)
    with pytest.raises(ChangedError):
        source.open("weights.safetensors")


def test_the_hub_cache(tmp_path: Path) -> None:
    repository = tmp_path / "models--owner--bert-base"
    snapshot = repository / "snapshots" / "0123abc"
    snapshot.mkdir(parents=True)
    (repository / "blobs").mkdir()
    (repository / "blobs" / "f00").write_text("{}")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0123abc")
    other = tmp_path / "models--owner--other" / "blobs"
    other.mkdir(parents=True)
    (other / "f00").write_text("secret")
    (snapshot / "config.json").symlink_to("../../blobs/f00")
    (snapshot / "other.json").symlink_to("../../../models--owner--other/blobs/f00")
    (snapshot / "main.json").symlink_to("../../refs/main")
    source = FolderSource(snapshot)
    assert source.name == "owner/bert-base"
    assert dict(source.files) == {"config.json": 2}
    assert set(source.refused) == {"main.json", "other.json"}


def test_only_a_cache_may_link_to_blobs(tmp_path: Path) -> None:
    snapshot = tmp_path / "mine" / "snapshots" / "1"
    snapshot.mkdir(parents=True)
    (tmp_path / "mine" / "blobs").mkdir()
    (tmp_path / "mine" / "blobs" / "f00").write_text("{}")
    (snapshot / "config.json").symlink_to("../../blobs/f00")
    with pytest.raises(EmptyTargetError, match="link out"):
        FolderSource(snapshot)


def test_more_files_than_a_model_has(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "MAX_FILES", 10)
    for number in range(20):
        (model / f"{number}.json").write_text("")
    with pytest.raises(TargetError, match="more than 10 files"):
        FolderSource(model)


def test_hidden_entries_count_as_looked_at(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "MAX_ENTRIES", 10)
    for number in range(20):
        (model / f".{number}").write_text("")
    with pytest.raises(TargetError, match="give the folder of one model"):
        FolderSource(model)


def test_folders_nested_too_deep(model: Path) -> None:
    deep = model
    for _ in range(20):
        deep = deep / "d"
        deep.mkdir()
    with pytest.raises(TargetError, match="deep"):
        FolderSource(model)


def test_a_name_that_is_no_utf8(model: Path) -> None:
    with open(os.fsencode(model) + b"/\xff.json", "wb") as file:
        file.write(b"{}")
    source = FolderSource(model)
    assert list(source.files) == ["config.json"]
    assert list(source.refused.values()) == ["is not valid UTF-8"]


@pytest.mark.parametrize("target", ["", "no\0thing", "x" * 10_000])
def test_targets_that_are_no_paths(target: str) -> None:
    for source in (FolderSource, FileSource):
        with pytest.raises(TargetNotFoundError):
            source(target)


@pytest.mark.parametrize(
    "shard", ["../../x", "../secret.safetensors", "/etc/passwd", "C:x", "a\\b", "", "a//b", "x\\u0000"]
)
def test_an_index_cannot_lead_out(model: Path, shard: str) -> None:
    text = shard.replace("\\b", "\\\\b")
    (model / "model.safetensors.index.json").write_text(f'{{"weight_map":{{"a":"{text}"}}}}')
    source = FolderSource(model)
    (checkpoint,) = find_checkpoints(source.files)
    with raises_fault(IndexFault.SHARD_PATH, match="which is no file of the model"):
        read_checkpoint(checkpoint, source.open)
