"""What people do to the names of a model: other words, no words, some other words, and something more in every block.

Numbers of blocks and the last word of a name (``weight``, ``bias``) stay where a trial says so: code that loads a model
needs them. Each trial turns the header of a saved model into another one, and gives the same for the same model.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterable, Mapping

from truename.formats.header import Tensor, WeightsHeader

RANDOM, WORDS, SOME, MORE = "order and names random", "path words renamed", "30 to 50 % renamed", "additions"
Renaming = Callable[[WeightsHeader, random.Random], WeightsHeader | None]
_LETTERS = 7  # of an invented word


def _random_order(header: WeightsHeader, noise: random.Random) -> WeightsHeader:
    tensors = list(header.tensors.values())
    noise.shuffle(tensors)
    return _with(header, {f"t{number:05}": tensor for number, tensor in enumerate(tensors)})


def _other_words(header: WeightsHeader, noise: random.Random) -> WeightsHeader:
    return _renamed(header, _words(header), noise)


def _some_other_words(header: WeightsHeader, noise: random.Random) -> WeightsHeader | None:
    words = sorted(_words(header))
    if len(words) < 4:
        return None
    share = noise.uniform(0.3, 0.5)
    return _renamed(header, noise.sample(words, round(share * len(words))), noise)


def _one_more(header: WeightsHeader, noise: random.Random) -> WeightsHeader | None:
    """A router beside a tensor that every block of the longest stack has."""
    blocks: dict[str, list[tuple[str, Tensor]]] = {}
    for name, tensor in header.tensors.items():
        parts = name.split(".")
        at = next((at for at, part in enumerate(parts) if part.isdigit()), None)
        if at is not None and tensor.shape and len(tensor.shape) == 2:
            template = ".".join([*parts[:at], "#", *parts[at + 1 :]])
            blocks.setdefault(template, []).append((".".join(parts[: at + 1]), tensor))
    several = max(blocks.values(), key=len, default=[])
    if len(several) < 2:
        return None
    word = _word(noise)
    added = {f"{block}.{word}_router.weight": Tensor("F32", (1, (t.shape or (1,))[-1]), None) for block, t in several}
    return _with(header, {**header.tensors, **added})


RENAMINGS: Mapping[str, Renaming] = {
    RANDOM: _random_order,
    WORDS: _other_words,
    SOME: _some_other_words,
    MORE: _one_more,
}


def renamed(header: WeightsHeader, trial: str, seed: str) -> WeightsHeader | None:
    """``header`` after a trial of ``RENAMINGS``; None where it means nothing for it."""
    return RENAMINGS[trial](header, random.Random(f"{trial}/{seed}"))


def _words(header: WeightsHeader) -> set[str]:
    return {word for name in header.tensors for word in _path(name) if not word.isdigit()}


def _path(name: str) -> list[str]:
    return name.split(".")[:-1]


def _renamed(header: WeightsHeader, chosen: Iterable[str], noise: random.Random) -> WeightsHeader:
    others = {word: _word(noise) for word in sorted(chosen)}
    tensors = {
        ".".join([*(others.get(word, word) for word in _path(name)), name.rpartition(".")[2]]): tensor
        for name, tensor in header.tensors.items()
    }
    return _with(header, dict(sorted(tensors.items())))


def _word(noise: random.Random) -> str:
    return "".join(noise.choices(string.ascii_lowercase, k=_LETTERS))


def _with(header: WeightsHeader, tensors: Mapping[str, Tensor]) -> WeightsHeader:
    return WeightsHeader(header.format, header.files, tensors, {}, {})
