"""L without names: which shape follows which, in the order of the file.

A writer may sort its tensors (safetensors does, by name), and blocks then repeat the same run of shapes: words are a
set, so that a run counts once however deep the model is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from truename.dara.features.structure import coarse, fine, hidden_size

_MOST = 4_000  # tensors that are read: what repeats has repeated by then

Shape = tuple[int, ...]


def order_features(shapes: Sequence[Shape]) -> Iterator[str]:
    """2-grams and 3-grams of ``shapes`` as relations to the hidden size, and the run at either end."""
    read = shapes[:_MOST]
    if not read:
        return
    hidden = hidden_size(read)
    said = {shape: ",".join([coarse(extent, hidden) for extent in shape]) for shape in set(read)}
    closer = {shape: ",".join([fine(extent, hidden) for extent in shape]) for shape in set(read)}
    words = [said[shape] for shape in read]
    finer = [closer[shape] for shape in read]
    yield from {f"l1:{word}" for word in finer}
    yield from {f"l2:{a}>{b}" for a, b in pairwise(words)}
    yield from {f"m2:{a}>{b}" for a, b in pairwise(finer)}
    yield from {f"l3:{a}>{b}>{c}" for a, b, c in zip(words, words[1:], words[2:], strict=False)}
    yield from {f"l5:{'>'.join(run)}" for run in zip(*(words[at:] for at in range(5)), strict=False)}
    yield f"la:{'>'.join(words[:4])}"
    yield f"lz:{'>'.join(words[-4:])}"
