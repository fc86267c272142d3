"""S: relations between shapes that hold for every size of one class, and that need neither names nor an order.

They do not depend on which side of a matrix is stored first either. The hidden size is the extent that occurs most
often; every other extent is told by its relation to it, and by how many vectors, squares and matrices of a block have
it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

Shape = tuple[int, ...]
Shapes = Mapping[Shape, int]  # shape -> number of tensors

_SMALL = 4  # extents up to here are said as they are: kernel sides, pairs, classes
_TINY = 32
_TIMES = 8
_TABLE = 10  # times the hidden size: a vocabulary
_KINDS = 512  # distinct shapes that are read; real models have tens
_DEEPEST = 256
_ENOUGH = 0.9  # of what the best depth explains: a pair outside the blocks is no sign that blocks are two
_LEFT_OVER = 3  # tensors outside the blocks that may have a shape of the blocks


def structure_features(shapes: Shapes) -> Iterator[str]:
    """The relations of ``shapes`` as words. The same words for the same class in another size."""
    counted = _unordered(shapes)
    if not counted:
        return
    depth = shape_period(counted.values())
    hidden = _most_used(counted)
    yield from _by_shape(counted, hidden, depth)
    yield from _by_extent(counted, hidden, depth)


def shape_period(counts: Iterable[int]) -> int:
    """The number of blocks that explains most of ``counts``, the numbers of tensors of each shape; at least 1.

    A shape of the blocks occurs a multiple of the depth, and perhaps some times outside. Of the depths that explain
    (nearly) the most tensors the largest is taken, so that a block is the smallest part that repeats.
    """
    repeated = [count for count in counts if count > 1]
    if not repeated:
        return 1
    candidates = {count // part for count in repeated for part in (1, 2, 3, 4, 5, 6, 8, 9, 10, 12)}
    candidates |= {(count - over) // part for count in repeated for over in (1, 2, 3) for part in (1, 2, 4, 9)}
    explained = {depth: _explained(depth, repeated) for depth in candidates if 2 <= depth <= _DEEPEST}
    enough = _ENOUGH * max(explained.values(), default=0.0)
    return max((depth for depth, tensors in explained.items() if tensors >= enough), default=1)


def _explained(depth: int, repeated: list[int]) -> float:
    slack = min(_LEFT_OVER, max(1, depth // 3))
    return sum(math.sqrt(count) for count in repeated if count >= depth and count % depth <= slack)


def _unordered(shapes: Shapes) -> Counter[tuple[int, ...]]:
    """The most frequent shapes, without the order of a matrix's sides and without extents of 1 before and behind."""
    counted: Counter[tuple[int, ...]] = Counter()
    for shape, count in shapes.items():
        counted[_plain(shape)] += count
    return Counter(dict(counted.most_common(_KINDS)))


def _plain(shape: tuple[int, ...]) -> tuple[int, ...]:
    if len(shape) < 2:
        return shape
    kept = tuple(extent for extent in shape if extent != 1)
    if len(kept) <= 2:
        return tuple(sorted(kept, reverse=True))
    return (*sorted(kept[:2], reverse=True), *kept[2:5])


def _most_used(counted: Counter[tuple[int, ...]]) -> int:
    uses: Counter[int] = Counter()
    for shape, count in counted.items():
        for extent in set(shape[:2]):
            if extent > _SMALL:
                uses[extent] += count
    return max(uses, key=lambda extent: (uses[extent], extent), default=1)


def _by_shape(counted: Counter[tuple[int, ...]], hidden: int, depth: int) -> Iterator[str]:
    for shape, count in counted.items():
        rough = ",".join([coarse(extent, hidden) for extent in shape])
        close = ",".join([fine(extent, hidden) for extent in shape])
        times, rest = divmod(count, depth)
        yield f"s:{rough}"
        if times:
            yield f"sn:{rough}x{_number(times)}"
            yield f"fn:{close}x{_number(times)}"
        if rest:
            yield f"so:{rough}+{_number(rest)}"
        else:
            yield f"f:{close}"


def _by_extent(counted: Counter[tuple[int, ...]], hidden: int, depth: int) -> Iterator[str]:
    """How many vectors, squares, and matrices with it as the longer or shorter side, each extent has in a block."""
    vectors: Counter[int] = Counter()
    squares: Counter[int] = Counter()
    longer: Counter[int] = Counter()
    shorter: Counter[int] = Counter()
    higher: Counter[int] = Counter()
    for shape, count in counted.items():
        if len(shape) == 1:
            vectors[shape[0]] += count
        elif len(shape) == 2 and shape[0] == shape[1]:
            squares[shape[0]] += count
        elif len(shape) == 2:
            longer[shape[0]] += count
            shorter[shape[1]] += count
        else:
            for extent in shape[:2]:
                higher[extent] += count
    for extent in vectors.keys() | squares.keys() | longer.keys() | shorter.keys() | higher.keys():
        profile = [_number(c[extent] // depth) for c in (vectors, squares, longer, shorter, higher)]
        outside = [_number(c[extent] % depth) for c in (vectors, squares, longer, shorter, higher)]
        if any(number != "0" for number in profile):
            yield f"e:{'.'.join(profile)}"
            if extent == hidden:
                yield f"h:{'.'.join(profile)}"
                yield f"hv:{profile[0]}"
                yield f"hm:{'.'.join(profile[1:])}"
                yield f"ho:{'.'.join(outside)}"
        else:
            yield f"eo:{'.'.join(outside)}"


def coarse(extent: int, hidden: int) -> str:
    """The relation of ``extent`` to the hidden size that holds for every width: ``h``, bigger, smaller ..."""
    if extent == hidden:
        return "h"
    if extent <= _SMALL:
        return str(extent)
    if extent > _TABLE * hidden:
        return "V"
    if extent <= _TINY < hidden:
        return "t"
    return "b" if extent > hidden else "s"


def fine(extent: int, hidden: int) -> str:
    """``h``, ``4h``, ``h/2``, ``h*8/3``; where there is no simple ratio, as coarse."""
    if extent == hidden or extent <= _SMALL or extent > _TABLE * hidden:
        return coarse(extent, hidden)
    for divisor in (1, 2, 3, 4):
        times, rest = divmod(extent * divisor, hidden)
        if not rest and times <= _TIMES * divisor:
            return f"{times}h/{divisor}"
    if hidden % extent == 0 and hidden // extent <= 16:
        return f"h/{hidden // extent}"
    return coarse(extent, hidden)


def _number(count: int) -> str:
    """Up to 12 as it is, above in steps of about a third: depths and experts differ, their order of size does less."""
    if count <= 12:
        return str(count)
    step = 12
    while step * 4 // 3 <= count:
        step = step * 4 // 3
    return f"{step}+"
