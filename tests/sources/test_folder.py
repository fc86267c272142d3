"""FolderSource and FileSource: what they list, how they name it, and what they refuse at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from truename.errors import EmptyTargetError, TargetNotFoundError
from truename.sources import FileSource, FolderSource, Source


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_files_with_their_sizes_in_order(tmp_path: Path) -> None:
    write(tmp_path, config_dot_json="{}", b__a_dot_txt="xyz", README_dot_md="hello")
    source: Source = FolderSource(tmp_path)
    assert list(source.files.items()) == [("README.md", 5), ("b/a.txt", 3), ("config.json", 2)]
    assert source.target == str(tmp_path)
    assert source.name == tmp_path.name


def test_a_given_name_comes_first(tmp_path: Path) -> None:
    write(tmp_path, config_dot_json="{}")
    assert FolderSource(tmp_path, name="owner/name").name == "owner/name"
    assert FolderSource(tmp_path, name="").name == ""


def test_the_name_of_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "bert-base", config_dot_json="{}")
    monkeypatch.chdir(tmp_path / "bert-base")
    assert FolderSource(".").name == "bert-base"
    assert FolderSource("../bert-base/").name == "bert-base"


def test_hidden_entries_are_no_part_of_the_model(tmp_path: Path) -> None:
    write(tmp_path, config_dot_json="{}")
    write(tmp_path / ".git", config="x", model_dot_safetensors="x")
    write(tmp_path / ".cache", config_dot_json="x")
    (tmp_path / "._model.safetensors").write_text("x")
    assert list(FolderSource(tmp_path).files) == ["config.json"]


def test_ranges_of_bytes(tmp_path: Path) -> None:
    write(tmp_path, config_dot_json="0123456789")
    with FolderSource(tmp_path).open("config.json") as blob:
        assert (blob.path, blob.size) == ("config.json", 10)
        assert blob.read(3, 4) == b"3456"
        assert blob.read(8, 100) == b"89"
        assert blob.read(20, 1) == b""
        assert blob.bytes_read == 6
    blob.close()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    write(tmp_path, config_dot_json="{}")
    with pytest.raises(TargetNotFoundError, match=r"model\.safetensors"):
        FolderSource(tmp_path).open("model.safetensors")


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(TargetNotFoundError, match="there is no such folder"):
        FolderSource(tmp_path / "nothing")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    write(tmp_path, config_dot_json="{}")
    with pytest.raises(TargetNotFoundError, match="not a folder"):
        FolderSource(tmp_path / "config.json")


@pytest.mark.parametrize("files", [{}, {"notes_dot_txt": "x", "main_dot_py": "x"}, {"README_dot_md": "# hello"}])
def test_a_folder_without_a_model(tmp_path: Path, files: dict[str, str]) -> None:
    write(tmp_path, **files)
    with pytest.raises(EmptyTargetError, match="give"):
        FolderSource(tmp_path)


@pytest.mark.parametrize(
    "file",
    ["model.safetensors", "x.Q4_K_M.gguf", "config.json", "unet/config.json", "model.safetensors.index.fp16.json"],
)
def test_one_file_is_enough(tmp_path: Path, file: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text("x")
    assert list(FolderSource(tmp_path).files) == [file]


def test_one_weights_file(tmp_path: Path) -> None:
    write(tmp_path, model_dot_gguf="GGUF")
    source: Source = FileSource(tmp_path / "model.gguf")
    assert (source.name, dict(source.files)) == (tmp_path.name, {"model.gguf": 4})
    with source.open("model.gguf") as blob:
        assert blob.read(0, 4) == b"GGUF"
    with pytest.raises(TargetNotFoundError, match="one file"):
        source.open("config.json")
    assert FileSource(tmp_path / "model.gguf", name="x").name == "x"


def test_a_missing_weights_file(tmp_path: Path) -> None:
    with pytest.raises(TargetNotFoundError):
        FileSource(tmp_path / "x.gguf")
    with pytest.raises(TargetNotFoundError):
        FileSource(tmp_path)
