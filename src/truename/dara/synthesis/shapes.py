"""The shapes of a model as a multiset: what is left where names are lost and the order says nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

Shape = tuple[int, ...]
Counted = Mapping[Shape, int]  # shape -> number of tensors

MOST_SHAPES = 1_500  # distinct shapes that are looked at; real models have tens, convolutional networks hundreds
_PARTS = (1, 2, 3, 4, 6)  # how often a block may have a shape
_DEPTHS = 8  # numbers of blocks that are tried


def plain(shape: Shape) -> Shape:
    """A shape without the order of a matrix's sides: files of some formats store them the other way round."""
    return (shape[1], shape[0]) if len(shape) == 2 and shape[0] < shape[1] else shape


def counted(shapes: Counted) -> dict[Shape, int]:
    """How many tensors have each shape, matrices with their longer side first."""
    found: dict[Shape, int] = {}
    for shape, number in shapes.items():
        key = plain(shape)
        found[key] = found.get(key, 0) + number
    return found


def counted_list(shapes: Iterable[Shape]) -> dict[Shape, int]:
    """``counted`` of a list of shapes."""
    return counted(Counter(shapes))


class Observed(msgspec.Struct, frozen=True, eq=False):
    """A model's shapes, as a program looks things up in them.

    Attributes:
        counts: of shapes that ``counted`` made.
        by_rank: shapes by their number of sides, the most frequent first.
        by_side: for each extent the matrices with it, as the other side and the shape.
        sides: extents by how many tensors have them, the most frequent first.
        depths: numbers of blocks that explain most numbers of tensors, the likeliest first.
    """

    counts: dict[Shape, int]
    by_rank: dict[int, list[Shape]]
    by_side: dict[int, list[tuple[int, Shape]]]
    sides: list[int]
    depths: list[int]


def observe(counts: Counted) -> Observed | None:
    """Look-ups of shapes that ``counted`` made; None of none or of too many."""
    if not counts or len(counts) > MOST_SHAPES:
        return None
    by_rank: dict[int, list[Shape]] = {}
    by_side: dict[int, list[tuple[int, Shape]]] = {}
    uses: Counter[int] = Counter()
    for shape in sorted(counts, key=lambda shape: (-counts[shape], shape)):
        by_rank.setdefault(len(shape), []).append(shape)
        if len(shape) == 2:
            by_side.setdefault(shape[0], []).append((shape[1], shape))
            if shape[0] != shape[1]:
                by_side.setdefault(shape[1], []).append((shape[0], shape))
        for extent in set(shape):
            uses[extent] += counts[shape]
    sides = [extent for extent, _ in uses.most_common() if extent > 1]
    return Observed(dict(counts), by_rank, by_side, sides, _depths(counts.values()))


def _depths(numbers: Iterable[int]) -> list[int]:
    """Numbers of blocks by how many shapes they explain."""
    votes: Counter[int] = Counter()
    for number in numbers:
        for part in _PARTS:
            depth, rest = divmod(number, part)
            if depth > 1:
                votes[depth] += 1 if rest else 2
            votes.update({(number - more) // part for more in (1, 2) if number > more and not (number - more) % part})
    del votes[1]
    return [depth for depth, _ in sorted(votes.items(), key=lambda pair: (-pair[1], -pair[0]))[:_DEPTHS]]
