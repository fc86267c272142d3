"""L and P, as the study counts them."""

from __future__ import annotations

from truename.architecture.abstract import AbstractArchitecture, Block, BlockVariant, Layer, Operation
from truename.dara.features import connections, layer_parameters

NORM = Layer("norm", Operation.NORM, {"weight": (64,), "bias": (64,)})
LINEAR = Layer("up", Operation.LINEAR, {"weight": (256, 64)})
STACK = AbstractArchitecture((), (Block("h", 3, (BlockVariant(3, (NORM, LINEAR)),)),))


def test_a_block_counts_as_often_as_it_is_repeated() -> None:
    assert connections(STACK) == {"norm>linear": 3}
    assert layer_parameters(STACK) == {"norm[64 bias]": 3, "linear[256x64]": 3}


def test_a_graph_says_what_is_connected() -> None:
    graph = AbstractArchitecture((NORM, LINEAR), (), (("up", "norm"), ("up", "gone")))
    assert connections(graph) == {"linear>norm": 1}
