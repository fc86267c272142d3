"""L and P: the study's features, 2-grams of connected layers and 1-grams of layer parameters.

Jiang et al. 2025, section on DARA: a model is the counts of its pairs of connected layers and of its layers with
their parameters. Where a graph shows connections they are read; in a header, a layer is connected with the next one
of its part, in the order in which they are listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from truename.architecture.abstract import AbstractArchitecture, Block, Layer
from truename.architecture.templates import template_of
from truename.dara.features.kinds import kinds_of

_MOST = 20_000  # layers that are read


def connections(architecture: AbstractArchitecture) -> Counter[str]:
    """L: how often an operation is followed by another."""
    counted: Counter[str] = Counter()
    if architecture.connections:
        operations = {kind.path.rstrip("."): str(kind.operation) for kind in kinds_of(architecture)} | dict(
            architecture.operators
        )
        for pair in architecture.connections:
            found = [operations.get(name) or operations.get(template_of(name)) for name in pair]
            if None not in found:
                counted[f"{found[0]}>{found[1]}"] += 1
        return counted
    for layers, times in _parts(architecture.layers, architecture.blocks, 1):
        for one, following in pairwise(layers[:_MOST]):
            counted[f"{one.operation}>{following.operation}"] += times
    return counted


def layer_parameters(architecture: AbstractArchitecture) -> Counter[str]:
    """P: how often there is a layer of an operation with these parameters, extents as they are."""
    counted: Counter[str] = Counter()
    for layers, times in _parts(architecture.layers, architecture.blocks, 1):
        for layer in layers[:_MOST]:
            counted[f"{layer.operation}[{_parameters(layer.parameters)}]"] += times
    return counted


def _parameters(shapes: Mapping[str, tuple[int, ...] | None]) -> str:
    """The weight's extents and whether there is a bias; the sizes of all tensors where there is no weight."""
    weight = shapes.get("weight")
    if weight is not None:
        return f"{'x'.join(map(str, weight))}{' bias' if 'bias' in shapes else ''}"
    return " ".join(sorted("?" if s is None else "x".join(map(str, s)) for s in shapes.values()))


def _parts(layers: tuple[Layer, ...], blocks: tuple[Block, ...], times: int) -> Iterator[tuple[tuple[Layer, ...], int]]:
    yield layers, times
    for block in blocks:
        for variant in block.variants:
            yield from _parts(variant.layers, variant.blocks, times * variant.count)
