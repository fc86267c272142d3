"""The learned part: a linear model of an element's kind over its traits, thirteen weights packed into one integer.

Weights are whole numbers, one field of an integer for each kind, so that adding the integers of all traits adds all
thirteen scores at once; what belongs to a word is added once and kept. ``tools/train_names.py`` writes the weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import repeat
from pathlib import Path
from struct import Struct

import msgspec

from truename._lazy import once
from truename.names import traits
from truename.names.elements import Element, Kind, Role

FILE = Path(__file__).with_name("learned.msgpack")
KINDS = tuple(Kind)
BIT = {kind: 1 << i for i, kind in enumerate(KINDS)}
LIMIT = 2048  # units, forty in log odds, that a word adds at most, a power of two: four of them fit into a field
_FIELD = 16  # bits of one score
_ROW = len(KINDS)  # bytes of one trait's weights in the file
_HALF = 1 << (_FIELD - 1)
_SIGNS = sum(_HALF << (_FIELD * i) for i in range(len(KINDS)))  # added, it also keeps every field positive
_FIELD_MASK = (1 << _FIELD) - 1
_LIMITS = sum(LIMIT << (_FIELD * i) for i in range(len(KINDS)))
_BEYOND = sum((_FIELD_MASK ^ (2 * LIMIT - 1)) << (_FIELD * i) for i in range(len(KINDS)))  # set if one is above LIMIT
_SHIFT = 128  # that a byte of the file is above its weight
_SHIFTS = sum(_SHIFT << (_FIELD * i) for i in range(len(KINDS)))
_KEPT = 1 << 16  # words that are kept before the store is emptied


class Table(msgspec.Struct, frozen=True):
    """The weights of some traits: their texts, a line each, and thirteen bytes for each, every one 128 too high."""

    traits: str
    rows: bytes


class Weights(msgspec.Struct, frozen=True):
    """The file of weights.

    Attributes:
        kinds: the letters of the kinds, in the order of a row.
        scale: one unit of a weight, in log odds.
        bias: where the scores begin; the thresholds of the decision are in it.
        tables: the weights, by the tables of ``truename.names.traits``.
        trained_on: which names the weights were learned from.
    """

    kinds: str
    scale: float
    bias: tuple[int, ...]
    tables: Mapping[str, Table]
    trained_on: str


fields = Struct(f"<{len(KINDS)}H").unpack  # of the bytes of a packed integer whose fields are all positive
WIDE = _FIELD // 8 * _ROW  # bytes of one packed integer


@cache
def members(bits: int) -> tuple[int, ...]:
    """The places of the kinds that some bits are of."""
    return tuple([k for k in range(len(KINDS)) if bits >> k & 1])


def packed(weights: Sequence[int]) -> int:
    """One integer of thirteen scores."""
    return sum(weight << (_FIELD * i) for i, weight in enumerate(weights))


def unpacked(total: int) -> tuple[int, ...]:
    """The thirteen scores of an integer."""
    shifted = total + _SIGNS
    return tuple([((shifted >> at) & _FIELD_MASK) - _HALF for at in range(0, _FIELD * len(KINDS), _FIELD)])


def make_table(weights: Mapping[str, Sequence[int]]) -> Table:
    """A table of weights, each between -127 and 127."""
    rows = bytes(weight + _SHIFT for text in sorted(weights) for weight in weights[text])
    return Table("\n".join(sorted(weights)), rows)


def read_table(table: Table) -> dict[str, int]:
    """Trait -> its weights, packed."""
    wide = bytearray(2 * len(table.rows))
    wide[::2] = table.rows
    read = int.from_bytes
    rows = [read(wide[at : at + WIDE], "little") - _SHIFTS for at in range(0, len(wide), WIDE)]
    return dict(zip(table.traits.split("\n"), rows, strict=True)) if rows else {}


class _Words(dict[tuple[str, Role], int]):
    """Text and role -> what a word adds by itself, every field positive; made when it is first asked for."""

    def __init__(self, table: Mapping[str, int], traits_of: Callable[[str, str], Iterable[str]], start: int) -> None:
        self._table, self._traits_of, self._start = table, traits_of, start

    def __missing__(self, key: tuple[str, Role]) -> int:
        if len(self) >= _KEPT:
            self.clear()
        total = sum(map(self._table.get, self._traits_of(*key), repeat(0)))
        if (total + _LIMITS) & _BEYOND:
            total = packed([min(max(score, -LIMIT), LIMIT - 1) for score in unpacked(total)])
        found = self[key] = total + self._start
        return found


class _Names(dict[tuple[int, int, int], int]):
    """The kinds of a name as bits, its elements and how many of them are open -> what the name adds."""

    def __init__(self, table: Mapping[str, int]) -> None:
        self._table = table

    def __missing__(self, key: tuple[int, int, int]) -> int:
        if len(self) >= _KEPT:
            self.clear()
        letters = [KINDS[k] for k in members(key[0])]
        found = self[key] = sum(map(self._table.get, traits.of_name(letters, *key[1:]), repeat(0)))
        return found


class Model:
    """Weights ready to be added up."""

    def __init__(self, weights: Weights) -> None:
        words, before, after, names = (read_table(weights.tables[name]) for name in traits.TABLES)
        self._words = _Words(words, traits.of_word, packed(weights.bias) + _SIGNS)
        self._before, self._after = _Words(before, traits.of_neighbour, 0), _Words(after, traits.of_neighbour, 0)
        self._names = _Names(names)
        self._first, self._last = before.get(traits.NO_NEIGHBOUR, 0), after.get(traits.NO_NEIGHBOUR, 0)

    def totals(self, elements: Sequence[Element], open_: Sequence[int], kinds: int) -> list[int]:
        """The packed scores of each open element, every field positive.

        Args:
            elements: what the grammar read.
            open_: the places of the elements whose kind is open.
            kinds: the kinds of all of them, as bits.
        """
        last = len(elements) - 1
        words, before, after = self._words, self._before, self._after
        of_name = self._names[kinds, last + 1, len(open_)]
        totals = []
        for i in open_:
            one = elements[i]
            total = words[one.text, one.role] + of_name
            if i:
                beside = elements[i - 1]
                total += before[beside.text, beside.role]
            else:
                total += self._first
            if i < last:
                beside = elements[i + 1]
                total += after[beside.text, beside.role]
            else:
                total += self._last
            totals.append(total)
        return totals

    def scores(self, elements: Sequence[Element], open_: Sequence[int], kinds: int) -> list[tuple[int, ...]]:
        """How much speaks for each kind of each open element; see ``totals``."""
        return [unpacked(total - _SIGNS) for total in self.totals(elements, open_, kinds)]


_model: list[Model] = []  # other weights than those that ship


def read_weights(path: Path = FILE) -> Weights:
    """The weights of a file."""
    return msgspec.msgpack.decode(path.read_bytes(), type=Weights)


def model() -> Model:
    """The model in use, loaded once."""
    return _model[0] if _model else _shipped()


@once
def _shipped() -> Model:
    return Model(read_weights())


def use(weights: Weights) -> None:
    """Read names with other weights from now on: for training and for measuring."""
    _model[:] = [Model(weights)]
