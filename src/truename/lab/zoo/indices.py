"""The numbers in tensor names, written short: ``0-31,0-7`` stands for 256 tensors of one template.

A specification is ``;``-separated products; a product has one axis for each ``#`` of the template, separated by ``,``;
an axis is ``+``-separated ranges (``0-3+5``).
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence

_NUMBER = re.compile(r"(?<![^.])(expert_)?(\d+)(?![^.])")


def split_name(name: str) -> tuple[str, tuple[int, ...]]:
    """A tensor's name as template and numbers: ``h.3.attn`` is ``h.#.attn`` and ``(3,)``; ``expert_3`` keeps its word.

    A number with leading zeros stays in the template: it could not be written again.
    """
    numbers: list[int] = []

    def number(match: re.Match[str]) -> str:
        digits = match.group(2)
        if digits != str(int(digits)) or len(digits) > 9:
            return match.group(0)
        numbers.append(int(digits))
        return f"{match.group(1) or ''}#"

    return _NUMBER.sub(number, name), tuple(numbers)


def pack(tuples: Sequence[tuple[int, ...]]) -> str:
    """The specification of ``tuples``, all of one length; empty for tuples without a number."""
    if not tuples or not tuples[0]:
        return ""
    axes = [sorted(set(axis)) for axis in zip(*tuples, strict=True)]
    if math.prod(map(len, axes)) == len(set(tuples)):
        return ",".join(map(_pack_axis, axes))
    rests: dict[int, list[tuple[int, ...]]] = {}
    for first, *rest in tuples:
        rests.setdefault(first, []).append(tuple(rest))
    firsts: dict[str, list[int]] = {}
    for first, several in rests.items():
        for product in pack(several).split(";"):
            firsts.setdefault(product, []).append(first)
    return ";".join(f"{_pack_axis(sorted(first))},{rest}" for rest, first in firsts.items())


def unpack(specification: str) -> Iterator[tuple[int, ...]]:
    """The tuples of numbers that ``specification`` stands for."""
    for product in specification.split(";"):
        axes = [list(_unpack_axis(axis)) for axis in product.split(",")] if product else []
        yield from itertools.product(*axes)


def count(specification: str) -> int:
    """How many tensors ``specification`` stands for, without writing them out."""
    return sum(
        math.prod(sum(high - low + 1 for low, high in _ranges(axis)) for axis in product.split(",")) if product else 1
        for product in specification.split(";")
    )


def fill(template: str, numbers: Iterable[int]) -> str:
    """The name that ``template`` makes with ``numbers``."""
    parts = template.split("#")
    return "".join(itertools.chain.from_iterable(itertools.zip_longest(parts, map(str, numbers), fillvalue="")))


def _pack_axis(numbers: Sequence[int]) -> str:
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return "+".join(str(low) if low == high else f"{low}-{high}" for low, high in ranges)


def _ranges(axis: str) -> Iterator[tuple[int, int]]:
    for part in axis.split("+"):
        low, _, high = part.partition("-")
        yield int(low), int(high or low)


def _unpack_axis(axis: str) -> Iterator[int]:
    for low, high in _ranges(axis):
        yield from range(low, high + 1)
