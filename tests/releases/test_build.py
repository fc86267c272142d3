"""Tables of a registry's own releases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from truename.cli import main
from truename.errors import UsageError
from truename.releases import with_releases_of
from truename.releases.build import releases_of
from truename.rules.shared.release_names import reading

CONFIG = {
    "model_type": "llama", "hidden_size": 640, "num_hidden_layers": 9, "vocab_size": 777, "num_attention_heads": 10,
    "intermediate_size": 1700, "rope_theta": 10_000.0, "tie_word_embeddings": True,
}  # fmt: skip


def snapshot(path: Path, *lines: object) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_a_snapshot_gives_its_models_with_a_structure(tmp_path: Path) -> None:
    file = snapshot(tmp_path / "s.jsonl", {"id": "acme/Foo-2-7B-Instruct", "config": CONFIG}, {"id": "acme/none"})
    (release,) = releases_of(file, reading).releases
    assert (release.id, release.key, release.model_type) == ("acme/Foo-2-7B-Instruct", "foo 2 7b", "llama")
    assert (release.layers, release.hidden_size, release.vocabulary_size, release.tied) == (9, 640, 777, True)
    assert release.rope_scaling == "none"


def test_hostile_values_are_left_out(tmp_path: Path) -> None:
    odd = {**CONFIG, "vocab_size": "777", "num_attention_heads": -3, "intermediate_size": True, "model_type": 7}
    (release,) = releases_of(snapshot(tmp_path / "s.jsonl", {"id": "a/b", "config": odd}), reading).releases
    assert (release.vocabulary_size, release.heads, release.intermediate_size, release.model_type) == (None,) * 4


@pytest.mark.parametrize(
    ("name", "lines"),
    [("s.jsonl", [{"id": "a/b"}]), ("s.jsonl", []), ("s.jsonl", [[1]]), ("s.csv", []), ("s.parquet", [])],
)
def test_what_is_no_snapshot_is_said(tmp_path: Path, name: str, lines: list[object]) -> None:
    with pytest.raises(UsageError, match=r"s\."):
        releases_of(snapshot(tmp_path / name, *lines), reading)


def test_the_command_writes_a_table_that_a_check_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = snapshot(tmp_path / "s.jsonl", {"id": "acme/Foo-2-7B", "config": CONFIG})
    out = tmp_path / "own.json"
    assert main(["releases", "build", str(file), "--out", str(out)]) == 0
    assert "1 releases" in capsys.readouterr().out
    assert with_releases_of(out).releases[0].id == "acme/Foo-2-7B"
    model = tmp_path / "Zorvik"
    model.mkdir()
    (model / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    assert main(["check", str(model), "--releases", str(out), "--format", "json"]) == 0
    assert "the structure is exactly that of acme/Foo-2-7B" in capsys.readouterr().out


def test_a_broken_table_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "t.json"
    broken.write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match="not a table of releases"):
        with_releases_of(broken)
    with pytest.raises(UsageError, match="cannot be read"):
        with_releases_of(tmp_path / "none.json")
