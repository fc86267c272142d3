"""N: templates of tensor names, without numbers and without what stands before them. The separable part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from truename.dara.features.kinds import Kind

# Tables and statistics that some versions of a library write and others leave out.
# fmt: off
_BUFFERS = frozenset({
    "inv_freq", "masked_bias", "position_ids", "num_batches_tracked", "relative_position_index", "token_type_ids",
    "cos_cached", "sin_cached", "relative_coords_table", "attention_bias_idxs",
})
# fmt: on
_LONGEST = 120  # characters of a path that are read; real ones are shorter
_NO_NAME = re.compile(r"(?:onnx::)?(?:[A-Za-z]+_)?\d+")  # a value of a graph: numbered, not named
_WRAPPERS = 8  # words before every name that are taken away at most


def named(kinds: Iterable[Kind]) -> tuple[Kind, ...]:
    """``kinds`` without the tensors whose names an exporter lost (``onnx::MatMul_123``): no name is no other name."""
    return tuple(kind for kind in kinds if kind.path or _NO_NAME.fullmatch(kind.role) is None)


def without_wrappers(kinds: Sequence[Kind]) -> tuple[tuple[str, ...], tuple[Kind, ...]]:
    """The words that stand before every name, and ``kinds`` without them.

    A word stays where a number or, for all of them, nothing but the role would follow it: then it is the layer's own.
    """
    taken: list[str] = []
    paths = [kind.path for kind in kinds]
    for _ in range(_WRAPPERS):
        word = paths[0].partition(".")[0] if paths else ""
        start = f"{word}."
        inside = [path for path in paths if path.startswith(start)]
        if not word or not inside or len(inside) + paths.count(word) < len(paths):
            break
        if any(path.startswith("#", len(start)) for path in inside):
            break
        taken.append(word)
        paths = [
            path[len(start) :] for path in paths
        ]  # nothing is left of the path of a parameter of the wrapper's own
    if not taken:
        return (), tuple(kinds)
    return tuple(taken), tuple(
        msgspec.structs.replace(kind, path=path) for kind, path in zip(kinds, paths, strict=True)
    )


def name_features(kinds: Iterable[Kind]) -> Iterator[str]:
    """Words for the names of ``kinds``: the path inside a block, the block's own name, ends of paths elsewhere."""
    for kind in kinds:
        if kind.role == "bias" or kind.role in _BUFFERS:
            continue
        path = f"{kind.path[-_LONGEST:]}.{kind.role[-_LONGEST:]}" if kind.path else kind.role[-_LONGEST:]
        outside, block, inside = path.partition("#.")
        if not block:
            parts = path.split(".")
            yield f"o1:{'.'.join(parts[-2:])}"
            if len(parts) > 2:
                yield f"o2:{'.'.join(parts[-3:])}"
            continue
        outer = outside.rstrip(".").split(".")
        yield f"i:{inside}"
        yield f"b:{outer[-1]}.#.{inside}"
        if "#." in inside:
            yield f"n:{inside.rpartition('#.')[2]}"


def bare_matrices(kinds: Sequence[Kind]) -> Iterator[Kind]:
    """The matrices of blocks that have no bias: an exporter that names no nodes leaves nothing to name them by."""
    biased = {kind.path for kind in kinds if kind.role == "bias"}
    for kind in kinds:
        matrix = kind.role == "weight" and kind.shape is not None and len(kind.shape) == 2
        if matrix and "#" in kind.path and kind.path not in biased:
            yield kind


def bias_features(kinds: Iterable[Kind]) -> Iterator[str]:
    """Words for layers with a bias: an option of a configuration rather than a sign of a class."""
    for kind in kinds:
        if kind.role == "bias":
            yield f"a:{'.'.join(kind.path[-_LONGEST:].rpartition('#.')[2].split('.')[-2:])}"


def frame_features(kinds: Iterable[Kind], wrappers: Iterable[str] = ()) -> Iterator[str]:
    """Words for what stands around the blocks: a prefix that wrappers and heads' classes put before everything."""
    yield from (f"w:{word[-_LONGEST:]}" for word in wrappers)
    for kind in kinds:
        outside, block, _ = kind.path.partition("#.")
        parts = outside.rstrip(".").split(".") if block else kind.path.split(".")
        if block:
            yield f"c:{'.'.join(parts[-2:])}"
        if len(parts) > 1:
            yield f"p:{parts[0]}"
