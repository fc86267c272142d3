"""An abstract architecture as kinds of tensors: path template, role, shape, and how many there are."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from truename.architecture.abstract import AbstractArchitecture, Block, Layer, Operation

_MOST = 20_000  # kinds; a real model has tens or hundreds, and more are noise that need not be read to its end


class Kind(msgspec.Struct, frozen=True, gc=False):
    """Tensors of one template and shape."""

    path: str  # the layer's, every block number written #
    role: str  # weight, bias ...
    operation: Operation
    shape: tuple[int, ...] | None  # outputs first; None where not known
    count: int


def kinds_of(architecture: AbstractArchitecture, most: int = _MOST) -> tuple[Kind, ...]:
    """The first ``most`` kinds of tensors, those outside blocks first. Variants of a block are kinds of their own."""
    found: list[Kind] = []
    for kind in _kinds("", architecture.layers, architecture.blocks, 1):
        found.append(kind)
        if len(found) >= most:
            break
    return tuple(found)


def _kinds(path: str, layers: tuple[Layer, ...], blocks: tuple[Block, ...], times: int) -> Iterator[Kind]:
    for layer in layers:
        name = f"{path}{layer.name}"
        for role, shape in layer.parameters.items():
            yield Kind(name, role, layer.operation, shape, times)
    for block in blocks:
        inside = f"{path}{block.path}.#." if block.path else f"{path}#."
        for variant in block.variants:
            yield from _kinds(inside, variant.layers, variant.blocks, times * variant.count)
