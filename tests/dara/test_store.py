"""A classifier written and read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_classifier import example, model
from truename.dara import identify_features
from truename.dara.store import PACKAGED, load, save
from truename.errors import DeclaredError
from truename.lab.evaluation.record import read_record


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


@pytest.mark.parametrize("header", [b'{"__metadata__": {"truename.dara": "\xff"}}', b"[" * 100_000, b"{}", b"[]"])
def test_a_header_of_another_kind_is_one_sentence(header: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(DeclaredError, match="no classifier"):
        load(tmp_path / "m.safetensors")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"models": "\xff"}', b"[" * 100_000])
def test_an_evaluation_that_cannot_be_read_is_one_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "dara.json").write_bytes(content)
    with pytest.raises(DeclaredError, match="no stored evaluation"):
        read_record(tmp_path / "dara.json")


def test_the_packaged_classifier_is_small_and_of_this_version() -> None:
    assert PACKAGED.stat().st_size <= 8_000_000
    assert load().notes
