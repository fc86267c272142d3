"""The main stack of an architecture: which repeated blocks are its layers, and how many there are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

import msgspec

from truename.architecture.abstract import AbstractArchitecture, Block, BlockVariant, Layer, Operation
from truename.architecture.parts import part_of
from truename.compiled_tables import table

_DIGITS = 4  # of a layer's number; the deepest models have a thousand layers
_EXPERT_PATHS = ("experts", "local_experts")


class Stacks(msgspec.Struct, frozen=True):
    """The blocks that make up the model proper; towers of a multimodal model and add-ons are left aside."""

    main: Block | None
    encoder: Block | None = None
    decoder: Block | None = None

    @property
    def sides(self) -> tuple[Block, ...]:
        """The main stack, or the encoder and the decoder where there are both."""
        sides = (self.main,) if self.encoder is None else (self.encoder, self.decoder)
        return tuple(side for side in sides if side is not None)


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(table("architecture/dimensions")[key])


def find_stacks(architecture: AbstractArchitecture) -> Stacks:
    """The main stack of ``architecture``, and its encoder and decoder where it has both."""
    language = [layer for layer in architecture.layers if layer.operation is Operation.EMBEDDING]
    parts = [part_of(f"{layer.name}.weight") for layer in language]
    if any(part.token_embedding and part.paired_text for part in parts) and _has_tower(architecture):
        return Stacks(None)  # text and images as equals: neither is the model
    blocks = [block for block in architecture.blocks if _is_stack(block)]
    if any(part.token_embedding for part in parts):
        blocks = [block for block in blocks if not part_of(f"{block.path}.#.weight").tower]
    if not blocks:
        return Stacks(None)
    encoder, decoder = _side(blocks, "encoder"), _side(blocks, "decoder")
    if encoder is not None and decoder is not None:
        return Stacks(encoder if depth(encoder) == depth(decoder) else None, encoder, decoder)
    return Stacks(max(blocks, key=_weight))


def depth(block: Block) -> int | None:
    """How many layers ``block`` stands for; None where its members are stages, or are run more than once."""
    if not _words("shared_blocks").isdisjoint(block.path.split(".")) or _nested(block, _words("shared_blocks")):
        return None
    counts = {inner.path: set[int]() for variant in block.variants for inner in variant.blocks}
    for variant in block.variants:
        for inner in variant.blocks:
            if inner.path.rpartition(".")[2] not in _EXPERT_PATHS:
                counts[inner.path].add(inner.count)
    width = widths(block)
    if len(width) > 1 or (not width and any(len(found) > 1 for found in counts.values())):
        return None
    return sum(variant.count for variant in block.variants if not _predicts(variant)) or None


def missing_numbers(names: Iterable[str], path: str) -> tuple[int, ...]:
    """The numbers between the first and the last member of the block at ``path`` that no tensor's name has."""
    start, found = f"{path}.", set[int]()
    for name in names:
        if name.startswith(start):
            number = name[len(start) :].partition(".")[0]
            if number.isdecimal() and len(number) <= _DIGITS:
                found.add(int(number))
    if not found:
        return ()
    return tuple(number for number in range(min(found), max(found)) if number not in found)


def widths(block: Block) -> frozenset[int]:
    """The widths that the norms of ``block`` show, one a variant; more than one where members are stages."""
    found = set()
    for variant in block.variants:
        sizes = Counter[int]()
        for layer in layers_of(variant):
            if not _words("bottlenecks").isdisjoint(layer.name.split(".")):
                return frozenset()
            shape = layer.parameters.get("weight")
            if shape is not None and len(shape) == 1 and _is_outer_norm(layer):
                sizes[shape[0]] += 1
        if sizes:
            found.add(max(sizes, key=lambda size: (sizes[size], size)))
    return frozenset(found)


def layers_of(variant: BlockVariant) -> Iterator[Layer]:
    """The layers of one member, those of its numbered parts included, but not the experts'."""
    yield from variant.layers
    for block in variant.blocks:
        if block.path.rpartition(".")[2] not in _EXPERT_PATHS:
            for inner in block.variants:
                yield from layers_of(inner)


def experts_of(block: Block) -> int | None:
    """Routed experts of each layer of ``block``; None where there are none or the layers differ."""
    found = set()
    for variant in block.variants:
        for inner in variant.blocks:
            if inner.path.rpartition(".")[2] in _EXPERT_PATHS and not _predicts(variant):
                found.add(inner.count)
        for layer in variant.layers:
            if ".experts" in f".{layer.name}" and "shared" not in layer.name:
                found |= {shape[0] for shape in layer.parameters.values() if shape is not None and len(shape) > 2}
    return found.pop() if len(found) == 1 else None


def _is_outer_norm(layer: Layer) -> bool:
    components = layer.name.split(".")
    if components[-1] in _words("inner_norms"):
        return False
    inner = len(components) > 1 and components[-2] in _words("inner_norm_parents")
    return layer.operation is Operation.NORM and not inner


def _is_stack(block: Block) -> bool:
    """Whether the members look like layers of a transformer or its kin: each has a norm or an attention layer."""
    if not _words("stacks_aside").isdisjoint(block.path.split(".")):
        return False
    found = [layer for variant in block.variants for layer in layers_of(variant)]
    return len(found) > 1 and any(layer.operation is Operation.NORM or "attn" in layer.name for layer in found)


def _side(blocks: list[Block], word: str) -> Block | None:
    found = [block for block in blocks if word in block.path.split(".") and _other(word) not in block.path.split(".")]
    decoders = [block for block in blocks if word in block.path.split(".")] if word == "decoder" else []
    return max(found or decoders, key=_weight, default=None)


def _other(word: str) -> str:
    return "decoder" if word == "encoder" else "encoder"


def _weight(block: Block) -> tuple[int, int]:
    """Parameters, then layers: what the larger of two stacks has more of."""
    parameters = layers = 0
    for variant in block.variants:
        for layer in layers_of(variant):
            layers += variant.count
            parameters += variant.count * sum(math.prod(s) for s in layer.parameters.values() if s is not None)
    return parameters, layers


def _predicts(variant: BlockVariant) -> bool:
    return any(layer.name in _words("prediction_layers") for layer in variant.layers)


def _nested(block: Block, words: frozenset[str]) -> bool:
    return any(
        not words.isdisjoint(inner.path.split(".")) or _nested(inner, words)
        for variant in block.variants
        for inner in variant.blocks
    )


def _has_tower(architecture: AbstractArchitecture) -> bool:
    return any(part_of(f"{block.path}.#.weight").tower for block in architecture.blocks)
