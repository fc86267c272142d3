"""Relations between shapes: the same for every size of one class, different between classes."""

from __future__ import annotations

from collections import Counter

import pytest

from truename.dara.features.structure import shape_period, structure_features
from truename.testing.family_tensors import layout_tensors

LLAMA = {"model_type": "llama", "vocab_size": 128256, "num_attention_heads": 32, "num_key_value_heads": 8}
SMALL = {**LLAMA, "hidden_size": 2048, "intermediate_size": 5632, "num_hidden_layers": 22}
LARGE = {**LLAMA, "hidden_size": 4096, "intermediate_size": 11264, "num_hidden_layers": 32}
GPT2 = {"model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "vocab_size": 50257, "n_positions": 1024}


def words(config: dict[str, object]) -> frozenset[str]:
    return frozenset(structure_features(Counter(shape for _, shape in layout_tensors(config).values())))


def test_another_size_of_one_class_has_the_same_relations() -> None:
    assert words(SMALL) == words(LARGE)


def test_another_class_has_others() -> None:
    ours, theirs = words(SMALL), words(GPT2)
    assert len(ours & theirs) < len(ours | theirs) / 3


def test_neither_order_nor_the_side_that_is_stored_first_matters() -> None:
    shapes = [shape for _, shape in layout_tensors(GPT2).values()]
    turned = [tuple(reversed(shape)) if len(shape) == 2 else shape for shape in reversed(shapes)]
    assert set(structure_features(Counter(shapes))) == set(structure_features(Counter(turned)))


def test_no_shapes_give_no_words() -> None:
    assert not list(structure_features({}))


@pytest.mark.parametrize("shape", [(), (0,), (1,), (1, 1, 1), (2**40, 3), (7, 5, 3, 2, 1, 1)])
def test_any_shape_gives_words(shape: tuple[int, ...]) -> None:
    assert list(structure_features({shape: 3}))


@pytest.mark.parametrize(
    ("counts", "depth"),
    [
        ([49, 24, 111, 12, 1], 12),  # BERT: one matrix and three vectors outside the blocks
        ([64, 64, 64, 32, 65], 32),  # Llama
        ([1, 1, 1], 1),
        ([], 1),
    ],
)
def test_depth_from_how_often_shapes_occur(counts: list[int], depth: int) -> None:
    assert shape_period(counts) == depth
