"""A class as a program from a few dimensions to a multiset of shapes, and the dimensions that make a model of it.

A program holds groups: so many tensors of one shape, the shape and the number as dimensions. To solve it for a model is
to find values with which it writes the model's very shapes, each in its very number: nothing is left over and nothing
is missing. Neither names nor the order of the tensors take part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from truename.dara.synthesis.shapes import Counted, Observed, Shape, plain

_MOST_STEPS = 4_000  # of one search: a program that does not fit is given up long before
_OUTSIDE = 3  # tensors of one shape that may stand outside the blocks
_VECTORS_OUTSIDE = 8  # the same of a vector of a width that blocks have: norms and biases of heads
_STACKED = 48  # blocks of another stack that are tried
_WIDTHS = 8  # extents that are tried for the width


class Group(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Tensors of one shape: its dimensions, the dimension that counts them, and how often the latter."""

    sides: tuple[int, ...]
    number: int
    times: int


class Multiple(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A dimension that is ``above / below`` of another, or the product of two."""

    base: int
    above: int = 1
    below: int = 1
    with_: int = -1  # the other factor


class Program(msgspec.Struct, frozen=True, eq=False, array_like=True):
    """What a class writes.

    Attributes:
        groups: of the blocks, in the order in which they are solved.
        dims: how many dimensions there are.
        width: the dimension that most tensors have: it is tried first.
        fixed: dimensions whose value never changes.
        of: dimensions that others give.
        roles: what dimensions are called, where a configuration says it.
    """

    groups: tuple[Group, ...]
    dims: int
    width: int
    fixed: Mapping[int, int] = {}
    of: Mapping[int, Multiple] = {}
    roles: Mapping[int, str] = {}

    def write(self, values: Sequence[int]) -> dict[Shape, int]:
        """The shapes for these dimensions, with their numbers."""
        found: dict[Shape, int] = {}
        for group in self.groups:
            shape = plain(tuple(values[side] for side in group.sides))
            found[shape] = found.get(shape, 0) + group.times * values[group.number]
        return found


class Solution(msgspec.Struct, frozen=True):
    """Dimensions with which a program writes a model's shapes.

    Attributes:
        values: of each dimension.
        left_over: shapes of the model that it does not write, with their numbers.
    """

    values: tuple[int, ...]
    left_over: Mapping[Shape, int]


def solve(program: Program, model: Observed, *, additions: bool = False) -> Solution | None:
    """The dimensions that make ``model``; None where there are none.

    Args:
        program: the blocks of a class. What stands outside of them, as heads and embeddings do, may be left over.
        model: its shapes.
        additions: whether anything may be left over.
    """
    search = _Search(program, model, additions)
    return search.solution() if search.from_width() else None


class _Search:
    """One depth-first search: groups in turn, each placed on a shape that has tensors left."""

    def __init__(self, program: Program, model: Observed, additions: bool) -> None:
        self._program = program
        self._model = model
        self._additions = additions
        self._left = dict(model.counts)
        self._steps = 0
        self._stacks = len({group.number for group in program.groups} - program.fixed.keys())
        self._values: list[int] = [0] * program.dims
        for dim, value in program.fixed.items():
            self._values[dim] = value

    def solution(self) -> Solution:
        """The values that were found, and what is left."""
        values = tuple(max(self._value(dim), 0) for dim in range(self._program.dims))
        return Solution(values, {shape: number for shape, number in self._left.items() if number})

    def from_width(self) -> bool:
        """Whether there are dimensions, the width being one of the extents that most tensors have."""
        if self._value(self._program.width):
            return self.run(0)
        for extent in self._model.sides[:_WIDTHS]:
            if (root := self._root(self._program.width, extent)) is not None:
                self._values[root[0]] = root[1]
                if self.run(0):
                    return True
                self._values[root[0]] = 0
        return False

    def run(self, at: int) -> bool:
        """Place the groups from ``at`` on; whether all found a place and nothing is left."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            return False
        if at == len(self._program.groups):
            return self._additions or self._only_outside()
        group = self._program.groups[at]
        for shape, assigned in self._places(group):
            left = self._left.get(shape, 0)
            if left < group.times:
                continue
            for dim, value in assigned:
                self._values[dim] = value
            for number in self._numbers(group, left):
                known = self._value(group.number)
                root = None if known else self._root(group.number, number)
                if not known and root is None:
                    continue
                if root is not None:
                    self._values[root[0]] = root[1]
                taken = group.times * number
                if self._value(group.number) == number and taken <= left:
                    self._left[shape] = left - taken
                    if self.run(at + 1):
                        return True
                    self._left[shape] = left
                if root is not None:
                    self._values[root[0]] = 0
            for dim, _ in assigned:
                self._values[dim] = 0
        return False

    def _only_outside(self) -> bool:
        """Whether no more of any shape is left than may stand outside the blocks."""
        return all(
            number <= _most_outside(shape, number < self._model.counts[shape]) for shape, number in self._left.items()
        )

    def _value(self, dim: int) -> int:
        """Its value; 0 while it is not known, below 0 where it cannot be."""
        known = self._values[dim]
        if known or (made := self._program.of.get(dim)) is None:
            return known
        base = self._value(made.base)
        if made.with_ >= 0:
            other = self._value(made.with_)
            return base * other if base > 0 and other > 0 else 0
        if base <= 0:
            return base
        return base * made.above // made.below if base * made.above % made.below == 0 else -1

    def _root(self, dim: int, value: int) -> tuple[int, int] | None:
        """The dimension to set so that ``dim`` has ``value``."""
        while (made := self._program.of.get(dim)) is not None:
            if made.with_ >= 0:
                base, other = self._value(made.base), self._value(made.with_)
                if base <= 0 and other <= 0:
                    break  # both factors are open: the product stands for itself
                dim, by = (made.with_, base) if base > 0 else (made.base, other)
                if value % by:
                    return None
                value //= by
                continue
            if value * made.below % made.above:
                return None
            dim, value = made.base, value * made.below // made.above
        return (dim, value) if value > 0 else None

    def _numbers(self, group: Group, left: int) -> Iterator[int]:
        known = self._value(group.number)
        if known:
            if known > 0:
                yield known
            return
        whole, rest = divmod(left, group.times)
        most = _VECTORS_OUTSIDE if len(group.sides) < 2 else _OUTSIDE
        first = []
        if rest <= most and whole > 1:
            first.append(whole)
            yield whole
        for depth in self._model.depths:
            if depth <= whole and depth not in first:
                first.append(depth)
                yield depth
        # a small model has as much outside its blocks as in one; the shapes of two stacks may be the same
        further = _STACKED if self._stacks > 1 else most // group.times
        for less in range(1, min(further, whole - 2) + 1):
            if whole - less not in first:
                yield whole - less

    def _places(self, group: Group) -> Iterator[tuple[Shape, list[tuple[int, int]]]]:
        """Shapes on which the group may lie, with the dimensions that this sets."""
        values = [self._value(side) for side in group.sides]
        if any(value < 0 for value in values):
            return
        if all(values):
            yield plain(tuple(values)), []
            return
        if len(values) == 2:
            yield from self._matrices(group.sides, values)
            return
        for shape in self._model.by_rank.get(len(values), ()):
            if (assigned := self._assigned(group.sides, values, shape)) is not None:
                yield shape, assigned

    def _matrices(self, sides: tuple[int, ...], values: list[int]) -> Iterator[tuple[Shape, list[tuple[int, int]]]]:
        if not any(values):
            for shape in self._model.by_rank.get(2, ()):
                for extents in {shape, shape[::-1]}:
                    if (assigned := self._assigned(sides, values, extents)) is not None:
                        yield shape, assigned
            return
        known = values[0] or values[1]
        for other, shape in self._model.by_side.get(known, ()):
            extents = (known, other) if values[0] else (other, known)
            if (assigned := self._assigned(sides, values, extents)) is not None:
                yield shape, assigned

    def _assigned(self, sides: tuple[int, ...], values: list[int], extents: Shape) -> list[tuple[int, int]] | None:
        found: dict[int, int] = {}
        for side, value, extent in zip(sides, values, extents, strict=True):
            if value:
                if value != extent:
                    return None
                continue
            root = self._root(side, extent)
            if root is None or found.setdefault(*root) != root[1]:
                return None
        return list(found.items())


def _most_outside(shape: Shape, also_inside: bool) -> int:
    return _VECTORS_OUTSIDE if also_inside and len(shape) < 2 else _OUTSIDE


def total(shapes: Counted) -> int:
    """How many tensors there are."""
    return sum(shapes.values())
