"""Classifiers of layer sequences, and what the sequences leave to be known."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from truename.errors import DeclaredError
from truename.lab.evaluation.sequences import most_right, sequence_scores, twins_agree

pytest.importorskip("sklearn", reason="scikit-learn is not installed: it comes with the extra train")


def walk(start: str, steps: str, depth: int, chance: random.Random) -> str:
    """A walk through a made-up graph whose blocks it passes or skips."""
    blocks = (steps if chance.random() < 0.5 else "add layernorm" for _ in range(depth))
    return " ".join(("input", start, "dropout", *blocks, "output"))


def write(path: Path) -> Path:
    chance = random.Random(1)
    rows = [
        {"layers": walk(start, steps, depth, chance), "model_type": kind, "arch": f"{kind}Model", "task": task}
        for kind, start, steps, task in (
            ("bert", "embedding", "linear view softmax linear", "fill-mask"),
            ("vit", "conv2d flatten", "linear gelu linear", "image-classification"),
            ("roberta", "ne cumsum embedding", "linear view softmax linear", "fill-mask"),
        )
        for depth in (4, 6, 8, 10, 12, 14)
    ]
    path.write_bytes(gzip.compress(json.dumps(rows).encode()))
    return path


def test_both_tell_apart_what_can_be_told(tmp_path: Path) -> None:
    plain, ours, bound, _ = sequence_scores(write(tmp_path / "s.json.gz"), lambda _: None, seeds=1)
    assert [mean for mean, _ in ours.scores] == [100, 100, 100]
    assert plain.gains == () == bound.gains
    assert [gain for gain, _ in ours.gains] == [100 - mean for mean, _ in plain.scores]


def test_the_bound_counts_twins_and_labels_of_one() -> None:
    texts = ["a", "a", "a", "b", "c"]
    assert most_right(texts, ["x", "x", "y", "y", "z"]) == 0.6  # one y is a twin of x, and nobody else is a z
    assert twins_agree(texts, ["x", "x", "y", "y", "z"]) == pytest.approx((0.5 + 0.5 + 0) / 3)
    assert twins_agree(["a", "b"], ["x", "y"]) == 0


def test_the_share_of_trees_is_chosen_from_the_training_alone() -> None:
    from truename.lab.evaluation.sequence_models import LeastSquares, WalkVoting

    np = pytest.importorskip("numpy")
    chance = random.Random(2)
    texts = [walk(start, "linear gelu linear", 5, chance) for start in ("conv2d", "embedding") for _ in range(8)]
    labels = ["vit"] * 8 + ["bert"] * 8
    machine = LeastSquares(2).fit(texts, np.eye(2)[[0] * 8 + [1] * 8])
    assert machine.left_out_.argmax(axis=1).tolist() == [0] * 8 + [1] * 8
    voting = WalkVoting(trees=20).fit(texts, labels)
    assert voting.share_ in (0, 0.25, 0.5)
    assert voting.predict(texts).tolist() == labels
    assert voting.predict_proba(texts).sum(axis=1) == pytest.approx(np.ones(16))


@pytest.mark.parametrize("content", [b"", b"no gzip", gzip.compress(b"[{}]"), gzip.compress(b"7"), gzip.compress(b"{")])
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "s.json.gz"
    path.write_bytes(content)
    with pytest.raises(DeclaredError, match="holds no layer sequences"):
        sequence_scores(path, lambda _: None, seeds=1)


def test_the_command_stores_what_it_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from truename.cli import main

    path, out = write(tmp_path / "s.json.gz"), tmp_path / "out"
    assert main(["dara", "sequences", str(path), "--out", str(out), "--seeds", "1"]) == 0
    printed = capsys.readouterr().out
    assert printed == (tmp_path / "out" / "sequences.md").read_text(encoding="utf-8")
    assert "| TF-IDF and linear SVM |" in printed
