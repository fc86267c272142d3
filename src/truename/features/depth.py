"""How deep a model is, told by how often its shapes occur: what is left when names carry no block numbers."""

from __future__ import annotations

from collections.abc import Iterable

_DEEPEST = 256
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
    best, most = 1, 0.0
    for depth in sorted(candidate for candidate in candidates if 2 <= candidate <= _DEEPEST):
        slack = min(_LEFT_OVER, max(1, depth // 3))
        explained = sum(count**0.5 for count in repeated if count >= depth and count % depth <= slack)
        if explained >= most:
            best, most = depth, explained
    return best
