from __future__ import annotations

import os
from pathlib import Path

import pytest

from truename.errors import UsageError
from truename.findings import Severity
from truename.settings import FAIL_ON, MAX_BYTES, Config, Settings, load_settings


def load_config(start: Path) -> Config:
    return load_settings(start=start).config


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_no_file_means_defaults(tmp_path: Path) -> None:
    assert load_config(tmp_path) == Config(select=(), ignore=(), fail_on="warning")


def test_the_table_is_read(tmp_path: Path) -> None:
    write(tmp_path, '[tool.truename]\nselect = ["SIZ"]\nignore = ["SIZ002"]\nfail-on = "error"\n')
    assert load_config(tmp_path) == Config(("SIZ",), ("SIZ002",), fail_on="error")


def test_the_nearest_file_with_the_table_wins(tmp_path: Path) -> None:
    write(tmp_path, '[tool.truename]\nfail-on = "never"\n')
    inner = write(tmp_path / "a", "[tool.ruff]\nline-length = 99\n")
    deepest = tmp_path / "a" / "b" / "c"
    deepest.mkdir(parents=True)
    assert load_config(deepest).fail_on == "never"
    write(inner, '[tool.truename]\nfail-on = "note"\n')
    assert load_config(deepest).fail_on == "note"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[tool.truename\n", "not valid TOML"),
        ('[tool.truename]\nselect = "SIZ"\n', "Expected `array`"),
        ("[tool.truename]\nselect = [1]\n", "Expected `str`"),
        ("[tool.truename]\nselekt = []\n", "selekt is not a setting; did you mean select"),
        ('[tool.truename]\nfail-on = "always"\n', "must be one of error, warning, note, never"),
        ("[tool]\ntruename = 3\n", "Expected `object`"),
        ("x = " + "[" * 5000 + '"truename"', "not valid TOML"),
        ("#" * (MAX_BYTES + 1), "too large"),
    ],
)
def test_a_wrong_table_is_one_clear_sentence(tmp_path: Path, text: str, problem: str) -> None:
    write(tmp_path, text)
    with pytest.raises(UsageError, match=r"pyproject\.toml") as caught:
        load_config(tmp_path)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"truename = '\xff'")
    with pytest.raises(UsageError, match="not UTF-8"):
        load_config(tmp_path)


def test_the_levels_are_the_severities_and_never() -> None:
    assert (*Severity, "never") == FAIL_ON


NEVER = '[tool.truename]\nfail-on = "never"\n'


def test_the_file_is_named(tmp_path: Path) -> None:
    assert load_settings(start=tmp_path) == Settings(Config(), None)
    write(tmp_path, NEVER)
    assert load_settings(start=tmp_path) == Settings(Config(fail_on="never"), str(tmp_path / "pyproject.toml"))


@pytest.mark.parametrize("inside", ["", "unet", "a/b"])
@pytest.mark.parametrize("target", ["model", "model/model.safetensors", "model/unet", "model/onnx/model.onnx"])
def test_no_settings_are_found_in_a_model(
    target: str, inside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write(tmp_path / "model", NEVER)
    (model / "config.json").write_text("{}")
    for file in ("model.safetensors", "unet/model.safetensors", "onnx/model.onnx", "a/b/x"):
        (model / file).parent.mkdir(parents=True, exist_ok=True)
        (model / file).touch()
    monkeypatch.chdir(model / inside)
    path = str(tmp_path / target)
    assert load_settings().config.fail_on == "never"
    assert load_settings(targets=[path]) == Settings()
    assert load_settings(targets=[os.path.relpath(path)]) == Settings()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / target)
    if "onnx" not in target and "." not in target:
        assert load_settings(targets=[str(link)]) == Settings()
    write(tmp_path, '[tool.truename]\nfail-on = "note"\n')
    assert load_settings(targets=[path]).config.fail_on == "note"
    assert load_settings(targets=["acme/llama", "no\0thing", path]).config.fail_on == "note"
    assert load_settings(model / "pyproject.toml", targets=[path]).config.fail_on == "never"


def test_no_settings_are_found_below_a_folder_of_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, '[tool.truename]\nfail-on = "note"\n')
    model = write(tmp_path / "models" / "llama", NEVER)
    monkeypatch.chdir(model)
    assert load_settings(folders=[".."]).config.fail_on == "note"
    write(tmp_path / "models", '[tool.truename]\nfail-on = "error"\n')
    assert load_settings(folders=[str(tmp_path / "models")]).config.fail_on == "error"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("truename.toml", 'fail-on = "never"\nstrict = true\n'),
        ("x.toml", '[tool.truename]\nfail-on = "never"\nstrict = true\n'),
        ("pyproject.toml", '[tool.truename]\nfail-on = "never"\nstrict = true\n'),
    ],
)
def test_a_file_that_is_named(file: str, text: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(text)
    assert load_settings(tmp_path / file) == Settings(Config(fail_on="never", strict=True), str(tmp_path / file))


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("no.toml", None, "there is no such file of settings"),
        ("pyproject.toml", "[tool.ruff]\n", r"has no table \[tool.truename\]"),
        ("truename.toml", "selekt = []\n", "truename.toml:1: selekt is not a setting; did you mean select"),
        ("truename.toml", 'fail-on = "always"\n', "the top level fail-on is 'always'"),
        ("truename.toml", "[", "not valid TOML"),
    ],
)
def test_a_file_that_is_named_and_wrong(file: str, text: str | None, problem: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / file).write_text(text)
    with pytest.raises(UsageError, match=problem):
        load_settings(tmp_path / file)
