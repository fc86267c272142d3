"""How deep a model is, told by how often its shapes occur: what is left when names carry no block numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable

_DEEPEST = 256
_ENOUGH = 0.9  # of what the best depth explains: a pair outside the blocks is no sign that blocks are two
_LEFT_OVER = 3  # tensors outside the blocks that may have a shape of the blocks


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
