"""A classifier written and read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_classifier import example, model
from truename.dara import identify_features
from truename.dara.store import PACKAGED, load, save
from truename.errors import DeclaredError


def test_what_is_written_is_read(tmp_path: Path) -> None:
    save(model(), tmp_path / "m.safetensors")
    again = load(tmp_path / "m.safetensors")
    for features in (example("bert", 640, 10).features, example("bert", 640, 10).nameless):
        assert identify_features(features, model=again) == identify_features(features, model=model())


def test_the_same_model_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(model(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_file_is_safetensors(tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors")
    save(model(), tmp_path / "m.safetensors")
    with safetensors.safe_open(tmp_path / "m.safetensors", framework="numpy") as opened:
        assert "names.words" in opened.keys()  # noqa: SIM118 - it is no mapping


@pytest.mark.parametrize("cut", [0, 4, 8, 100, -1])
def test_a_broken_file_is_one_sentence(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    save(model(), path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DeclaredError, match="no classifier"):
        load(path)


def test_the_packaged_classifier_is_small_and_of_this_version() -> None:
    assert PACKAGED.stat().st_size <= 8_000_000
    assert load().notes
