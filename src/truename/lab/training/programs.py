"""What a class writes, learned from its configurations: dimensions, and shapes as expressions in them.

The sides of all tensors of a class are followed over its configurations. Sides that are equal in each of them are one
dimension; one that is always the same multiple of another is written in it; the numbers of tensors are treated alike.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, islice
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from truename.dara.synthesis.program import Group, Multiple, Program
from truename.dara.synthesis.shapes import Shape

_MOST_ROWS = 500  # rows of one model that are followed
_MOST_TOGETHER = 40  # pairs of switches of one class
_MOSTLY = 0.3  # of the kinds of tensors that repeat in a class of blocks
_LEAST = 3  # groups of a program that says anything
_ENOUGH = 3  # values of a dimension over which a multiple must hold
_LARGEST_FACTOR = 16
_ROUNDS = 4
_REPEATED = 4  # tensors of a block weigh as many as so many outside
_FEW = 2  # tensors of a kind, up to which their number is one of the class
_KERNEL = 7  # side of a kernel up to which it is one of the class

Tensors = Sequence[tuple[str, Shape, int]]  # template, shape, number of tensors
_Key = tuple[str, int, int]  # template, rank, a running number
_Rows = Mapping[_Key, tuple[Shape, int]]


def rows_of_tensors(tensors: Tensors) -> dict[_Key, tuple[Shape, int]]:
    """Rows by template, rank and a running number for several shapes of one template."""
    seen: dict[tuple[str, int], dict[Shape, int]] = {}
    for template, shape, number in tensors:
        several = seen.setdefault((template, len(shape)), {})
        several[shape] = several.get(shape, 0) + number
    return {
        (template, rank, at): pair
        for (template, rank), several in seen.items()
        for at, pair in enumerate(several.items())
    }


def learn(models: Sequence[Tensors]) -> Iterator[Program]:
    """The programs of one class in one layout: of its sets of rows, and of what two switches make of them together."""
    tables = [rows for rows in map(rows_of_tensors, models) if 0 < len(rows) <= _MOST_ROWS]
    variants: dict[frozenset[_Key], list[_Rows]] = defaultdict(list)
    for rows in tables:
        variants[frozenset(rows)].append(rows)
    if not variants:
        return
    seen: set[frozenset[_Key]] = set()
    usual = max(variants, key=lambda keys: (len(variants[keys]), -len(keys)))
    for keys in (*variants, *islice(_together(usual, variants), _MOST_TOGETHER)):
        if keys in seen:
            continue
        seen.add(keys)
        alike = [rows for rows in tables if 2 * len(keys & rows.keys()) > len(keys)]
        if (program := _program(sorted(keys), alike)) is not None:
            yield program


def _together(usual: frozenset[_Key], variants: Iterable[frozenset[_Key]]) -> Iterator[frozenset[_Key]]:
    """What two changes of the usual rows make together, where neither undoes the other."""
    for one, other in combinations(sorted(variants, key=sorted), 2):
        if usual in (one, other):
            continue
        gone = (usual - one) | (usual - other)
        more = (one - usual) | (other - usual)
        if not gone & more:
            yield (usual - gone) | more


def _program(ordered: list[_Key], several: Sequence[_Rows]) -> Program | None:
    """The program of the blocks of one set of rows, by all configurations that have most of them."""
    columns = [(key, axis) for key in ordered for axis in (*range(key[1]), -1)]
    table = np.full((len(several), len(columns)), -1, dtype=np.int64)
    for at, rows in enumerate(several):
        for column, (key, axis) in enumerate(columns):
            if key in rows:
                shape, number = rows[key]
                table[at, column] = number if axis < 0 else shape[axis]
    counts = np.array([axis < 0 for _, axis in columns])
    dims = _dimensions(table, counts)
    first = {dim: column for column, dim in reversed(list(enumerate(dims)))}
    chosen = [first[dim] for dim in range(len(first))]
    values, kinds = table[:, chosen], counts[chosen]
    groups: Counter[tuple[tuple[int, ...], int]] = Counter()
    kernel: set[int] = set()
    at = 0
    for key in ordered:
        sides = tuple(dims[at : at + key[1]])
        kernel.update(sides[2:] if key[1] > 2 else ())
        matrix = key[1] == 2
        groups[tuple(sorted(sides)) if matrix else sides, dims[at + key[1]]] += 1
        at += key[1] + 1
    fixed = _fixed(values, kinds, kernel)
    of = _multiples(values, kinds, fixed)
    of |= _products(values, kinds, {*of, *fixed})
    blocks = [Group(sides, number, times) for (sides, number), times in groups.items() if number not in fixed]
    if sum(group.times for group in blocks) < _MOSTLY * sum(groups.values()):  # nothing repeats: all of it is the class
        blocks = [Group(sides, number, times) for (sides, number), times in groups.items()]
    if len(blocks) < _LEAST:
        return None
    return _renumbered(blocks, fixed, of)


def _renumbered(blocks: Sequence[Group], fixed: Mapping[int, int], of: Mapping[int, Multiple]) -> Program:
    """The program of some groups, with the dimensions that these need and no others."""
    width = _width(blocks, fixed, of)
    ordered = _ordered(blocks, width, fixed, of)
    numbers: dict[int, int] = {}

    def numbered(dim: int) -> int:
        if dim not in numbers:
            numbers[dim] = len(numbers)
            if dim in of:
                numbered(of[dim].base)
                if of[dim].with_ >= 0:
                    numbered(of[dim].with_)
        return numbers[dim]

    numbered(width)
    groups = tuple(Group(tuple(map(numbered, g.sides)), numbered(g.number), g.times) for g in ordered)
    made = {
        numbers[dim]: Multiple(numbers[m.base], m.above, m.below, numbers[m.with_] if m.with_ >= 0 else -1)
        for dim, m in of.items()
        if dim in numbers
    }
    return Program(
        groups, len(numbers), numbers[width], {numbers[d]: v for d, v in fixed.items() if d in numbers}, made
    )


def _fixed(values: NDArray[Any], counts: NDArray[Any], kernel: Collection[int]) -> dict[int, int]:
    """Dimensions that never change: one tensor of a kind, the sides of a kernel, extents of 1."""
    found: dict[int, int] = {}
    for dim in range(values.shape[1]):
        seen = set(values[values[:, dim] >= 0, dim].tolist())
        if len(seen) == 1:
            (value,) = seen
            if value <= (_FEW if counts[dim] else _KERNEL if dim in kernel else 1):
                found[dim] = value
    return found


def _width(groups: Sequence[Group], fixed: Collection[int], of: Mapping[int, Multiple]) -> int:
    """The dimension that most tensors of the blocks have."""
    uses: Counter[int] = Counter()
    for group in groups:
        for side in {_base(side, of) for side in group.sides} - set(fixed):
            uses[side] += group.times * (1 if group.number in fixed else _REPEATED)
    return max(uses, key=lambda dim: (uses[dim], -dim), default=groups[0].number)


def _ordered(
    groups: Sequence[Group], width: int, fixed: Collection[int], of: Mapping[int, Multiple]
) -> tuple[Group, ...]:
    """The order in which a search has the fewest ways to go: what is known first, then what blocks have most of."""
    known = {*fixed, width}
    left = sorted(groups, key=lambda group: (group.sides, group.number, group.times))
    found: list[Group] = []

    def cost(group: Group) -> tuple[int, int, int, int]:
        unknown = {_base(side, of) for side in group.sides} - known
        counted = _known_number(group.number, known, of)
        return (len(unknown), not counted if not unknown else group.number in fixed, len(group.sides), -group.times)

    while left:
        chosen = min(left, key=cost)
        found.append(chosen)
        left.remove(chosen)
        known |= {_base(side, of) for side in chosen.sides}
        if not _known_number(chosen.number, known, of):
            known |= {chosen.number, _base(chosen.number, of)}
    return tuple(found)


def _known_number(number: int, known: Collection[int], of: Mapping[int, Multiple]) -> bool:
    made = of.get(number)
    if number in known or made is None:
        return number in known
    return _known_number(made.base, known, of) and (made.with_ < 0 or _known_number(made.with_, known, of))


def _base(dim: int, of: Mapping[int, Multiple]) -> int:
    while (made := of.get(dim)) is not None and made.with_ < 0:
        dim = made.base
    return dim


def _dimensions(table: NDArray[Any], counts: NDArray[Any]) -> list[int]:
    """The number of the dimension of each column: that of the first column that is equal wherever both are known."""
    dims: list[int] = []
    representatives: list[int] = []
    for column in range(table.shape[1]):
        here = table[:, column]
        for dim, other in enumerate(representatives):
            if counts[other] != counts[column]:
                continue
            there = table[:, other]
            both = (here >= 0) & (there >= 0)
            if both.any() and bool(np.all((here == there) | ~both)):
                dims.append(dim)
                break
        else:
            dims.append(len(representatives))
            representatives.append(column)
    return dims


def _multiples(values: NDArray[Any], counts: NDArray[Any], fixed: Collection[int]) -> dict[int, Multiple]:
    """Of each dimension an earlier one that it is the same multiple of, over enough values."""
    found: dict[int, Multiple] = {}
    order = np.argsort([-len(set(values[:, dim].tolist())) for dim in range(values.shape[1])], kind="stable").tolist()
    order = [dim for dim in order if dim not in fixed]
    for at, dim in enumerate(order):
        for other in order[:at]:
            if other in found or counts[other] != counts[dim]:
                continue
            known = (values[:, dim] > 0) & (values[:, other] > 0)
            if not known.any() or len(set(values[known, other].tolist())) < _ENOUGH:
                continue
            factor = Fraction(int(values[known, dim][0]), int(values[known, other][0]))
            if max(factor.numerator, factor.denominator) > _LARGEST_FACTOR:
                continue
            if bool(np.all(values[known, dim] * factor.denominator == values[known, other] * factor.numerator)):
                found[dim] = Multiple(other, factor.numerator, factor.denominator)
                break
    return found


def _products(values: NDArray[Any], counts: NDArray[Any], without: Collection[int]) -> dict[int, Multiple]:
    """Numbers of tensors that are two others' product: experts times layers."""
    own = [dim for dim in range(values.shape[1]) if dim not in without]
    found: dict[int, Multiple] = {}
    for dim in own:
        if not counts[dim] or len(set(values[:, dim].tolist())) < _ENOUGH:
            continue
        for a in own:
            if not counts[a] or a == dim or a in found:
                continue
            for b in own:
                if b in (a, dim) or b in found:
                    continue
                known = (values[:, dim] > 0) & (values[:, a] > 1) & (values[:, b] > 1)
                if known.sum() >= _ENOUGH and bool(np.all((values[:, a] * values[:, b])[known] == values[known, dim])):
                    found[dim] = Multiple(a, with_=b)
                    break
            if dim in found:
                break
    return found


def structure_of(program: Program) -> int:
    """A number that programs share which differ in the numbers of their dimensions only."""
    colours = [1] * program.dims
    for dim, value in program.fixed.items():
        colours[dim] = _mixed(f"fixed {value}")
    for _ in range(_ROUNDS):
        new = [[colour] for colour in colours]
        for group in program.groups:
            sides = [colours[side] for side in group.sides]
            own = _mixed((group.times, colours[group.number], sorted(sides) if len(sides) == 2 else sides))
            new[group.number].append(own)
            for at, side in enumerate(group.sides):
                new[side].append(_mixed((own, 0 if len(sides) == 2 else at)))
        for dim, made in program.of.items():
            new[dim].append(_mixed((made.above, made.below, colours[made.base], made.with_ >= 0)))
            new[made.base].append(_mixed((made.below, made.above, colours[dim], made.with_ >= 0)))
        colours = [_mixed((several[0], sorted(several[1:]))) for several in new]
    return _mixed(sorted(colours))


def _mixed(value: object) -> int:
    return crc32(repr(value).encode())
