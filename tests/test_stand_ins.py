"""What lies in a file's place: pointers, pages, refusals, parts of downloads; on disk and in the evidence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pickles as p
from hubs import CONFIG, hub_of, write_llama
from truename.api import check, inspect
from truename.errors import EmptyTargetError, NotDownloadedError
from truename.evidence import gather
from truename.formats import read_file
from truename.sources import FileBlob, FileSource, FolderSource
from truename.sources.hub import HubSource
from truename.stand_ins import finished_name, pointer, stand_in
from truename.testing import layout_tensors, write_gguf, write_header_only
from truename.testing.hub_server import serve

LFS = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 2200119000\n"
)
INSTEAD = {
    "Git LFS": (LFS, "is a Git LFS pointer and not the file itself, which has 2,200,119,000 bytes; run `git lfs pull`"),
    "Git LFS of old": (LFS.replace(b"git-lfs", b"hawser"), "is a Git LFS pointer"),
    "Xet": (b"# xet version 0\nfilesize = 9\nhash = 'ab'\n", "is a Git Xet pointer"),
    "git-annex": (b"/annex/objects/SHA256E-s9--ab.safetensors\n", "run `git annex get`"),
    "git-annex by a link": (b"../.git/annex/objects/a/b/SHA256E-s9--ab\n", "run `git annex get`"),
    "a page": (b"\n<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>", "is a web page"),
    "a page without its kind": (b"<HTML><body>429</body>", "is a web page"),
    "a store's refusal": (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>',
        "refusal",
    ),
    "the Hub's refusal": (b"Entry not found", "is a server's refusal"),
    "the Hub's refusal of a gated model": (b"Access to model acme/x is restricted.", "is a server's refusal"),
    "a refusal as JSON": (b'{"error":"Repository not found"}', "is a server's refusal"),
    "nothing": (b"", "is empty"),
    "zeros": (bytes(4_096), "begins with 512 zeros"),
}
FILES = (
    "model.safetensors",
    "pytorch_model.bin",
    "model-Q4_K_M.gguf",
    "model.onnx",
    "tf_model.h5",
    "flax_model.msgpack",
)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(("data", "says"), INSTEAD.values(), ids=INSTEAD)
def test_weights_that_are_not_here_are_no_fault(data: bytes, says: str, file: str, tmp_path: Path) -> None:
    folder = tmp_path / "llama-7b"
    folder.mkdir()
    (folder / file).write_bytes(data)
    report = check(folder)
    assert not [finding.code for finding in report.findings if finding.code.startswith("FIL")]
    why = inspect(folder).missing["parameters"].text
    assert why.startswith(f"{file}: ")
    assert says in why
    assert not any(fact.key == "unreadable_files" for fact in report.facts)


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json", "modules.json", "README.md"])
def test_documents_that_are_pointers(file: str, tmp_path: Path) -> None:
    folder = write_llama(tmp_path / "llama")
    (folder / file).write_bytes(LFS)
    evidence = gather(FolderSource(folder))
    assert evidence.get("unreadable_files") is None
    assert evidence.value("parameters")
    keys = {"config.json": "model_type", "README.md": "languages", "tokenizer_config.json": "model_max_length"}
    if file in keys:
        assert f"{file}: is a Git LFS pointer" in evidence.why_missing(keys[file]).text


def test_a_page_in_the_place_of_a_configuration(tmp_path: Path) -> None:
    folder = write_llama(tmp_path / "llama")
    (folder / "config.json").write_bytes(INSTEAD["a page"][0])
    evidence = gather(FolderSource(folder))
    assert evidence.get("unreadable_files") is None
    assert "config.json: is a web page" in evidence.why_missing("model_type").text


def test_an_index_and_a_shard_that_are_pointers(tmp_path: Path) -> None:
    folder = write_llama(tmp_path / "llama", shard_bytes=100_000)
    shard = sorted(folder.glob("model-*"))[1]
    shard.write_bytes(LFS)
    evidence = gather(FolderSource(folder))
    assert evidence.get("tensors") is None
    assert f"{shard.name}: is a Git LFS pointer" in evidence.why_missing("tensors").text
    (folder / "model.safetensors.index.json").write_bytes(LFS)
    evidence = gather(FolderSource(folder))
    assert "index.json: is a Git LFS pointer" in evidence.why_missing("tensors").text
    assert evidence.get("unreadable_files") is None


def test_what_is_published_so_is_a_fault_of_the_model(tmp_path: Path) -> None:
    write_llama(tmp_path / "models" / "acme" / "llama")
    (tmp_path / "models" / "acme" / "llama" / "model.safetensors").write_bytes(INSTEAD["a page"][0])
    with serve(tmp_path / "models") as server:
        evidence = gather(HubSource("acme/llama", hub=hub_of(server, tmp_path)))
    assert "model.safetensors: is a web page" in evidence.value("unreadable_files", "")


def test_a_second_set_that_is_here_is_read(tmp_path: Path) -> None:
    folder = write_llama(tmp_path / "llama")
    (folder / "model.safetensors").rename(folder / "other.safetensors")
    (folder / "model.safetensors").write_bytes(LFS)
    assert gather(FolderSource(folder)).value("layers") == 6


@pytest.mark.parametrize("mark", ["model.safetensors.aria2", "model.safetensors.part"])
def test_weights_whose_download_has_not_ended(mark: str, tmp_path: Path) -> None:
    folder = write_llama(tmp_path / "llama")
    weights = folder / "model.safetensors"
    data = weights.read_bytes()
    weights.write_bytes(data[:9_000])
    assert gather(FolderSource(folder)).value("unreadable_files")
    (folder / mark).write_bytes(b"")
    evidence = gather(FolderSource(folder))
    assert evidence.get("unreadable_files") is None
    assert f"is a part of a download ({mark} lies beside it)" in evidence.why_missing("tensors").text


def test_a_mark_of_a_download_hides_no_pickle(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    hostile = p.stream(p.mapping({"a": p.call("os.system", p.text("true"))}))
    (tmp_path / "pytorch_model.bin").write_bytes(p.archive(hostile[:-1], {}))
    (tmp_path / "pytorch_model.bin.aria2").write_bytes(b"")
    evidence = gather(FolderSource(tmp_path))
    assert evidence.value("unsafe_globals")[0].name == "os.system"
    assert evidence.value("unreadable_files")


@pytest.mark.parametrize("end", [".incomplete", ".part", ".crdownload", ".download"])
def test_weights_that_are_not_yet_called_so(end: str, tmp_path: Path) -> None:
    (tmp_path / f"model.safetensors{end}").write_bytes(b"x")
    with pytest.raises(EmptyTargetError, match="is a part of a download; finish the download"):
        FolderSource(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    evidence = gather(FolderSource(tmp_path))
    assert f"model.safetensors{end}: is a part of a download" in evidence.why_missing("tensors").text


def test_a_pointer_that_is_named_alone(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(LFS)
    assert "run `git lfs pull`" in inspect(tmp_path / "model.safetensors").missing["parameters"].text
    (tmp_path / "weights.dat").write_bytes(LFS)
    with pytest.raises(EmptyTargetError, match="run `git lfs pull`"):
        gather(FileSource(tmp_path / "weights.dat"))


def test_real_weights_are_none_of_it(tmp_path: Path) -> None:
    tensors = layout_tensors(CONFIG, "F16")
    write_header_only(tmp_path / "model.safetensors", tensors)
    write_gguf(tmp_path / "model.gguf", {"a": ("F16", (8, 64))}, {"general.architecture": "llama"})
    (tmp_path / "pytorch_model.bin").write_bytes(p.SMALL)
    for path in tmp_path.iterdir():
        with FileBlob(path.name, str(path)) as blob:
            assert stand_in(blob.read(0, 512), blob.size) is None
            assert read_file(blob).tensors
    (tmp_path / "empty").touch()
    with pytest.raises(NotDownloadedError), FileBlob("x", str(tmp_path / "empty")) as blob:
        read_file(blob)


@pytest.mark.parametrize("text", [b"# A card\n", b"<div align=center>", b"---\nlicense: mit\n---\n", b"versions"])
def test_cards_are_no_pointers(text: bytes) -> None:
    assert pointer(text) is None


def test_names_of_downloads() -> None:
    assert finished_name("a/model.safetensors.incomplete") == "a/model.safetensors"
    assert finished_name("model.safetensors") is None
    assert finished_name(".part") is None
