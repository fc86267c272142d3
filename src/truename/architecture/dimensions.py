"""Dimensions that shapes show: widths, heads, vocabulary, positions, patches. What they do not show is left out."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from functools import cache

import msgspec

from truename.architecture.abstract import Block, Layer
from truename.architecture.model_config import Settings
from truename.architecture.packing import Unpacked, Use
from truename.architecture.parts import part_of
from truename.architecture.stacks import layers_of
from truename.architecture.suffixes import ends_with
from truename.architecture.templates import TensorGroup
from truename.compiled_tables import table

_RESERVED_ROWS = 2  # RoBERTa, OPT, BART: positions start at padding index + 1
_SIZES = range(1, 1 << 20)


class Dimension(msgspec.Struct, frozen=True):
    """One dimension and where it was read."""

    key: str
    value: int
    detail: str
    declared: bool = False  # a number of the configuration takes part in it


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(table("architecture/dimensions")[key])


def stack_layers(block: Block) -> Iterator[Layer]:
    """The layers of every kind of member."""
    for variant in block.variants:
        yield from layers_of(variant)


def intermediate_size(block: Block) -> Dimension | None:
    """Outputs of the feed-forward layer; None where members differ."""
    sizes: dict[int, str] = {}
    for layer in stack_layers(block):
        shape = layer.parameters.get("weight")
        if shape is None or len(shape) != 2 or "expert" in layer.name:
            continue
        last = layer.name.rpartition(".")[2]
        if last in _words("feed_forward_in") or layer.name.endswith("intermediate.dense"):
            sizes[shape[0]] = layer.name
        elif last in _words("feed_forward_fused"):
            sizes[shape[0] // 2] = layer.name
    if len(sizes) != 1:
        return None
    size, name = sizes.popitem()
    return Dimension("intermediate_size", size, f"outputs of {block.path}.#.{name}")


def has_feed_forward(block: Block) -> bool:
    """Whether every kind of member of a stack has one feed-forward network, however its weights are packed."""
    return bool(block.variants) and all(any(map(_is_feed_forward, layers_of(v))) for v in block.variants)


def _is_feed_forward(layer: Layer) -> bool:
    """Whether a layer leads into a feed-forward network; tensors of three dimensions are of several networks."""
    last = layer.name.rpartition(".")[2]
    words = _words("feed_forward_in") | _words("feed_forward_fused") | _words("feed_forward_else")
    leads = last in words or layer.name.endswith("intermediate.dense")
    return leads and all(shape is None or len(shape) < 3 for shape in layer.parameters.values())


def heads(block: Block, settings: Settings, plain_rotary: bool) -> list[Dimension]:
    """Widths of the projections; heads, key-value heads and their width, where something else tells the width.

    Args:
        block: the stack.
        settings: the configuration; its ``head_dim`` is used where no tensor tells the width.
        plain_rotary: whether the family turns the whole head, so that a rotary table is half as long.
    """
    queries, keys, outputs = _side(block, "queries", 0), _side(block, "keys", 0), _side(block, "outputs", 1)
    latent = any(layer.name.rpartition(".")[2] in _words("latent") for layer in stack_layers(block))
    if queries != outputs or latent:  # a gate beside the queries, or latent attention: rows do not count heads
        return []
    size, source, found = _head_size(block, settings, queries, plain_rotary)
    for key, side in (("query_size", queries), ("key_size", keys)):
        if side:
            found.append(
                Dimension(key, side, f"outputs of the {key.removesuffix('_size')} projection of {block.path}.#")
            )
    if not size:
        return found
    declared = source.endswith(settings.file)
    if not declared and "bias" not in source:
        found.append(Dimension("head_size", size, source))
    if not queries or queries % size:
        return found
    if not any(d.key == "heads" for d in found):
        detail = f"outputs of the query projection by {size} ({source})"
        found.append(Dimension("heads", queries // size, detail, declared))
    if keys and keys % size == 0 and queries % keys == 0:
        detail = f"outputs of the key projection by {size} ({source})"
        found.append(Dimension("key_value_heads", keys // size, detail, declared))
    return [d for d in found if d.value > 0]


def output_rows(unpacking: Sequence[tuple[TensorGroup, Unpacked]]) -> Dimension | None:
    """Rows of the one matrix that projects onto the vocabulary; None where there is none or several."""
    found = [
        (u.shape[0], g.example)
        for g, u in unpacking
        if u.use is Use.WEIGHT and u.shape is not None and len(u.shape) == 2 and g.template in _words("output_rows")
    ]
    return Dimension("output_rows", found[0][0], f"rows of {found[0][1]}") if len(found) == 1 else None


def _head_size(
    block: Block, settings: Settings, queries: int | None, plain_rotary: bool
) -> tuple[int, str, list[Dimension]]:
    """The width of a head, where it comes from, and heads that a tensor counts by itself."""
    for layer in stack_layers(block):
        last = layer.name.rpartition(".")[2]
        shape = layer.parameters.get("weight")
        if last in _words("query_norms") and shape is not None and len(shape) == 1 and queries and shape[0] < queries:
            return shape[0], f"length of {block.path}.#.{layer.name}", []
        if last == "relative_attention_bias" and shape is not None and len(shape) == 2 and queries:
            counted = Dimension("heads", shape[1], f"columns of {block.path}.#.{layer.name}")
            return queries // shape[1] if shape[1] else 0, "heads of the relative bias", [counted]
        table_shape = layer.parameters.get("inv_freq")
        if plain_rotary and last == "rotary_emb" and table_shape is not None and len(table_shape) == 1:
            return 2 * table_shape[0], f"twice {block.path}.#.{layer.name}.inv_freq", []
    if (declared := settings.whole("head_dim")) is not None:
        return declared, f"head_dim of {settings.file}", []
    count = settings.whole("num_attention_heads", "n_head", "num_heads")
    if count and queries and queries % count == 0 and settings.whole("num_key_value_heads"):
        size = queries // count
        keys = _side(block, "keys", 0)
        source = f"num_attention_heads of {settings.file}"
        if keys and keys % size == 0:
            detail = f"outputs of the key projection by {size} ({source})"
            return 0, source, [Dimension("key_value_heads", keys // size, detail, declared=True)]
    return 0, "", []


def _side(block: Block, key: str, side: int) -> int | None:
    """Outputs (side 0) or inputs (side 1) of the projection named in ``key``; None where members differ."""
    found = set()
    for layer in stack_layers(block):
        shape = layer.parameters.get("weight")
        *path, last = layer.name.split(".")
        if shape is not None and len(shape) == 2 and last in _words(key) and _words("aside").isdisjoint(path):
            found.add(shape[side])
    return found.pop() if len(found) == 1 else None


def vocabulary_size(unpacking: Sequence[tuple[TensorGroup, Unpacked]]) -> Dimension | None:
    """Rows of the token embedding; the largest where there are several."""
    found = [
        (u.shape[0], g.example)
        for g, u in unpacking
        if u.use is Use.WEIGHT and u.shape is not None and len(u.shape) == 2 and part_of(g.template).token_embedding
    ]
    if not found:
        return None
    rows, example = max(found)
    return Dimension("vocabulary_size", rows, f"rows of {example}")


def context_length(groups: Sequence[TensorGroup]) -> Dimension | None:
    """Rows of a table of learned token positions, less the rows that some families reserve."""
    audio = any(g.template.endswith("encoder.conv1.weight") for g in groups)
    tokens = {_parent(g.template, 2) for g in groups if part_of(g.template).token_embedding}
    found = []
    for group in groups:
        shape = group.shape
        if shape is None or len(shape) != 2 or part_of(group.template).tower:
            continue
        parent = _parent(group.template, 1 if group.role == "positional_embedding" else 2)
        if parent not in tokens and _parent(parent, 1) not in tokens:  # positions of something else than tokens
            continue
        if audio and "encoder" in group.template.split("."):
            continue
        if ends_with(group.template, "dimensions", "token_positions"):
            found.append((shape[0], group.example))
    if not found:
        return None
    rows, example = max(found)
    if rows % 8 == _RESERVED_ROWS and rows > 8:
        return Dimension("context_length", rows - _RESERVED_ROWS, f"rows of {example}, less {_RESERVED_ROWS} reserved")
    return Dimension("context_length", rows, f"rows of {example}")


def _parent(path: str, levels: int) -> str:
    return ".".join(path.split(".")[:-levels])


def patch_and_image(groups: Sequence[TensorGroup], settings: Settings) -> list[Dimension]:
    """The side of a patch, and of the image where a table of positions gives a square grid of patches."""
    patches = {p: g for g in groups if ends_with(g.template, "dimensions", "patches") for p in _patch_side(g.shape)}
    if len(patches) != 1:
        return []
    side, group = patches.popitem()
    found = [Dimension("patch_size", side, f"kernel of {group.example}")]
    tables = [g for g in groups if ends_with(g.template, "dimensions", "image_positions") and _same_tower(g, group)]
    video = group.shape is not None and len(group.shape) == 5 and group.shape[2] > 1
    free = video or any(word in g.template for g in tables for word in _words("any_resolution"))
    if len(tables) != 1 or free:
        return found
    grid = _grid(tables[0].shape, _class_tokens(groups, group))
    if not grid:
        return found
    declared = _declared_image(settings)
    value = declared if declared and declared // side == grid else grid * side
    detail = f"{grid} x {grid} patches of {side} pixels in {tables[0].example}"
    return [*found, Dimension("image_size", value, detail)]


def _patch_side(shape: tuple[int, ...] | None) -> Collection[int]:
    """The kernel's side; none where it is not square. A linear patch layer over 3 colours counts too."""
    if shape is None:
        return ()
    if len(shape) in (4, 5) and shape[-1] == shape[-2] and shape[1] in (1, 3, 4):
        return (shape[-1],)
    if len(shape) == 2 and shape[1] % 3 == 0 and (side := math.isqrt(shape[1] // 3)) ** 2 * 3 == shape[1]:
        return (side,)
    return ()


def _grid(shape: tuple[int, ...] | None, extra: int) -> int | None:
    """Patches along one side of the image."""
    if shape is None:
        return None
    if len(shape) == 4 and shape[1] == shape[2]:
        return shape[1]
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[0] != 1):
        return None
    patches = shape[-2] - extra
    side = math.isqrt(patches) if patches > 0 else 0
    return side if side > 1 and side * side == patches else None


def _class_tokens(groups: Sequence[TensorGroup], patch: TensorGroup) -> int:
    return sum(1 for g in groups if g.role in _words("class_tokens") and _same_tower(g, patch))


def _same_tower(one: TensorGroup, other: TensorGroup) -> bool:
    return one.template.split(".")[:1] == other.template.split(".")[:1] or "." not in one.template


def _declared_image(settings: Settings) -> int | None:
    vision = settings.top.get("vision_config")
    value = vision.get("image_size") if isinstance(vision, dict) else settings.top.get("image_size")
    return value if isinstance(value, int) and value in _SIZES else None
