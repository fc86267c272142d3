from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truename.lab.zoo.indices import count, fill, pack, split_name, unpack

PACKED = [
    ([()], ""),
    ([(0,), (1,), (2,)], "0-2"),
    ([(0,), (1,), (5,)], "0-1+5"),
    ([(i, j) for i in range(3) for j in (0, 1)], "0-2,0-1"),
    ([(0, 0), (0, 1), (1, 0)], "0,0-1;1,0"),
    ([(0, 0), (1, 0), (2, 0), (2, 1), (3, 0)], "0-1+3,0;2,0-1"),
]


@pytest.mark.parametrize(("tuples", "specification"), PACKED)
def test_numbers_are_written_short(tuples, specification):
    assert pack(tuples) == specification
    assert sorted(unpack(specification)) == sorted(tuples)
    assert count(specification) == len(tuples)


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 2)), min_size=1))
def test_every_set_of_numbers_comes_back(tuples):
    specification = pack(sorted(tuples))
    assert sorted(unpack(specification)) == sorted(tuples)
    assert count(specification) == len(tuples)


@pytest.mark.parametrize(
    ("name", "template", "numbers"),
    [
        ("model.layers.12.mlp.experts.3.w1.weight", "model.layers.#.mlp.experts.#.w1.weight", (12, 3)),
        ("block.1.expert_7.wi.weight", "block.#.expert_#.wi.weight", (1, 7)),
        ("conv2d_1.weight", "conv2d_1.weight", ()),
        ("blocks.007.weight", "blocks.007.weight", ()),
        ("3", "#", (3,)),
    ],
)
def test_names_are_split_and_written_again(name, template, numbers):
    assert split_name(name) == (template, numbers)
    assert fill(template, numbers) == name
