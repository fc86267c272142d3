"""The learned part: a linear model of an element's kind over its traits, thirteen weights packed into one integer.

Weights are whole numbers, one field of an integer for each kind, so that adding the integers of all traits adds all
thirteen scores at once; what belongs to a word is added once and kept. ``tools/train_names.py`` writes the weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import repeat
from pathlib import Path

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
_WIDE = _FIELD // 8 * _ROW  # bytes of one packed integer
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
    rows = [read(wide[at : at + _WIDE], "little") - _SHIFTS for at in range(0, len(wide), _WIDE)]
    return dict(zip(table.traits.split("\n"), rows, strict=True)) if rows else {}


class Model:
    """Weights ready to be added up."""

    def __init__(self, weights: Weights) -> None:
        tables = {name: read_table(table) for name, table in weights.tables.items()}
        self._start = packed(weights.bias) + _SIGNS
        self._words, self._before, self._after, self._names = (tables[name] for name in traits.TABLES)
        self._borders = self._before.get(traits.NO_NEIGHBOUR, 0), self._after.get(traits.NO_NEIGHBOUR, 0)
        self._of_words: dict[tuple[str, Kind, Role], int] = {}
        self._of_before: dict[tuple[str, Kind, Role], int] = {}
        self._of_after: dict[tuple[str, Kind, Role], int] = {}
        self._of_names = cache(self._sum_name)

    def scores(self, elements: Sequence[Element], i: int, kinds: int, open_: int) -> tuple[int, ...]:
        """How much speaks for each kind of element ``i``.

        Args:
            elements: what the grammar read.
            i: the element.
            kinds: the kinds of all of them, as bits.
            open_: of how many of them the kind is open.
        """
        return unpacked(self._total(elements, i, kinds, open_) - _SIGNS)

    def best(self, elements: Sequence[Element], i: int, kinds: int, open_: int, possible: tuple[int, ...]) -> Kind:
        """The kind of element ``i`` for which most speaks among the possible ones; see ``scores``."""
        total = self._total(elements, i, kinds, open_)
        return KINDS[max(possible, key=lambda k: (total >> (_FIELD * k)) & _FIELD_MASK)]

    def _total(self, elements: Sequence[Element], i: int, kinds: int, open_: int) -> int:
        """The scores, every field positive."""
        one = elements[i]
        key = (one.text, one.kind, one.role)
        total = self._of_words.get(key)
        if total is None:
            total = self._sum(self._of_words, key, self._words, traits.of_word(one.text, traits.code_of(one)))
        if i:
            total += self._beside(self._of_before, elements[i - 1], self._before)
        else:
            total += self._borders[0]
        if i + 1 < len(elements):
            total += self._beside(self._of_after, elements[i + 1], self._after)
        else:
            total += self._borders[1]
        return total + self._of_names(kinds, min(len(elements), traits.MOST_ELEMENTS), min(open_, traits.MOST_OPEN))

    def _beside(self, store: dict[tuple[str, Kind, Role], int], element: Element, table: dict[str, int]) -> int:
        key = (element.text, element.kind, element.role)
        found = store.get(key)
        if found is None:
            return self._sum(store, key, table, traits.of_neighbour(element.text, traits.code_of(element)))
        return found

    def _sum(
        self, store: dict[tuple[str, Kind, Role], int], key: tuple[str, Kind, Role], table: dict[str, int],
        found: Iterable[str],
    ) -> int:  # fmt: skip
        """What some traits add, kept in the store."""
        if len(store) >= _KEPT:
            store.clear()
        total = sum(map(table.get, found, repeat(0)))
        if (total + _LIMITS) & _BEYOND:
            total = packed([min(max(score, -LIMIT), LIMIT - 1) for score in unpacked(total)])
        store[key] = total
        return total

    def _sum_name(self, kinds: int, elements: int, open_: int) -> int:
        """Where the scores begin, and what the name as a whole adds."""
        letters = [KINDS[k] for k in members(kinds)]
        return sum(map(self._names.get, traits.of_name(letters, elements, open_), repeat(0)), self._start)


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
