"""What people do to names, as trials."""

from __future__ import annotations

import pytest

from small_classifier import header
from truename.lab.evaluation.renamed import MORE, RANDOM, RENAMINGS, SOME, WORDS, renamed

BERT = header("bert", 64, 4)


def shapes(names: dict[str, object]) -> list[object]:
    return sorted((t.shape for t in names.values()), key=repr)  # type: ignore[attr-defined]


@pytest.mark.parametrize("trial", [RANDOM, WORDS, SOME])
def test_names_change_and_shapes_do_not(trial: str) -> None:
    found = renamed(BERT, trial, "s")
    assert found is not None
    assert shapes(dict(found.tensors)) == shapes(dict(BERT.tensors))
    assert set(found.tensors) != set(BERT.tensors)


@pytest.mark.parametrize("trial", sorted(RENAMINGS))
def test_the_same_text_gives_the_same_names(trial: str) -> None:
    one, other = (renamed(BERT, trial, "s") for _ in range(2))
    assert one is not None
    assert other is not None
    assert list(one.tensors) == list(other.tensors)


def test_a_random_order_is_another_order() -> None:
    found = renamed(BERT, RANDOM, "s")
    assert found is not None
    assert [t.shape for t in found.tensors.values()] != [t.shape for _, t in sorted(BERT.tensors.items())]


def test_every_word_is_another_and_the_last_stays() -> None:
    found = renamed(BERT, WORDS, "s")
    assert found is not None
    kept = {word for name in found.tensors for word in name.split(".")} & {
        w for n in BERT.tensors for w in n.split(".")
    }
    assert {word for word in kept if not word.isdigit()} <= {"weight", "bias"}


def test_some_words_stay() -> None:
    found = renamed(BERT, SOME, "s")
    assert found is not None
    kept = {word for name in found.tensors for word in name.split(".")}
    assert len(kept & {"encoder", "embeddings", "attention", "self", "query", "output", "dense", "bert", "layer"}) >= 2


def test_every_block_has_one_tensor_more() -> None:
    found = renamed(BERT, MORE, "s")
    assert found is not None
    added = set(found.tensors) - set(BERT.tensors)
    assert len(added) == 4
    assert renamed(header("bert", 64, 1), MORE, "s") is None
