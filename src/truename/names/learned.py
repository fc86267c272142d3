"""The learned part: a linear model of a name's kinds over its traits, thirteen weights a trait packed into one integer.

Weights are whole numbers, one field of an integer for each kind, so that adding the integers of all traits adds all
thirteen scores at once; what belongs to a chunk is added once and kept. ``tools/train_names.py`` writes the weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise, repeat
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec

from truename._lazy import once
from truename.names import traits
from truename.names.chunks import CHUNKS
from truename.names.elements import Element, Kind
from truename.names.lexicon import Chunk

FILE = Path(__file__).with_name("learned.msgpack")
KINDS = tuple(Kind)
BIT = {kind: 1 << i for i, kind in enumerate(KINDS)}
MOST_CHUNKS = 24  # of one name that are looked at, and elements: more could overflow the fields
LIMIT = 512  # units, ten in log odds, that a chunk adds at most, a power of two
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
_KEPT = 1 << 16  # chunks that are kept before the store is emptied, and sequences
_kind, _role = attrgetter("kind"), attrgetter("role")
Sort = tuple[str, str]  # kind and role of an element, or a border of the name


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


class _Steps(dict[tuple[Sort, Sort], int]):
    """Two neighbours -> the scores that the second adds, by itself and after the first."""

    def __init__(self, elements: Mapping[str, int], steps: Mapping[str, int]) -> None:
        self._elements, self._steps = elements, steps

    def __missing__(self, pair: tuple[Sort, Sort]) -> int:
        before, after = traits.code(*pair[0]), traits.code(*pair[1])
        found = self[pair] = self._elements.get(after, 0) + self._steps.get(f"{before} {after}", 0)
        return found


class Model:
    """Weights ready to be added up."""

    def __init__(self, weights: Weights) -> None:
        tables = {name: read_table(table) for name, table in weights.tables.items()}
        self._start = packed(weights.bias) + _SIGNS
        self._of_chunks = tables["chunks"].get
        self._steps = _Steps(tables["elements"], tables["steps"])
        self._of_sets = tables["sets"].get
        self._of_kinds, self._of_counts = cache(self._sum_kinds), cache(self._sum_counts)
        self._sequences: dict[tuple[Any, ...], tuple[int, int]] = {}
        self._others: dict[str, int] = {}
        self._masks: dict[int, int] = {}
        self._bests: dict[tuple[str, int], Kind] = {}

    def score(self, text: str, k: int) -> int:
        """What a text adds to kind ``k``."""
        return ((self._score_of(text) >> (_FIELD * k)) & _FIELD_MASK) - _HALF

    def scores_of(self, text: str) -> tuple[int, ...]:
        """What a text adds to each kind."""
        return unpacked(self._score_of(text) - _SIGNS)

    def _score_of(self, text: str) -> int:
        """The scores of a chunk, or of more or less than one; every field positive."""
        chunk = CHUNKS.get(text)
        if chunk is not None:
            return (self._add_score(chunk) if chunk.score is None else chunk.score) + _SIGNS
        found = self._others.get(text)
        if found is None:
            if len(self._others) >= _KEPT:
                self._others.clear()
            found = self._others[text] = self._sum(text) + _SIGNS
        return found

    def _add_score(self, chunk: Chunk) -> int:
        found = chunk.score = self._sum(chunk.text)
        return found

    def _sum(self, text: str) -> int:
        """What a chunk adds, whatever stands beside it."""
        found = sum(map(self._of_chunks, traits.of_chunk(text), repeat(0)))
        if (found + _LIMITS) & _BEYOND:
            return packed([min(max(score, -LIMIT), LIMIT - 1) for score in unpacked(found)])
        return found

    def best(self, text: str, target: int) -> Kind:
        """The kind in ``target`` that a chunk speaks for most."""
        found = self._bests.get((text, target))
        if found is None:
            if len(self._bests) >= _KEPT:
                self._bests.clear()
            scores = self.scores_of(text)
            k = max(members(target), key=lambda k: (scores[k], k))
            found = self._bests[text, target] = KINDS[k]
        return found

    def decide(self, chunks: Sequence[Chunk], elements: Sequence[Element]) -> tuple[int, int]:
        """The kinds of a name and those that its elements have already, as bits.

        Args:
            chunks: the chunks of the name.
            elements: what the grammar read.
        """
        if len(chunks) > MOST_CHUNKS or len(elements) > MOST_CHUNKS:
            chunks, elements = chunks[:MOST_CHUNKS], elements[:MOST_CHUNKS]
        sequence = (len(chunks), *map(_kind, elements), *map(_role, elements))
        have, total = self._sequences.get(sequence) or self._add_sequence(sequence)
        for chunk in chunks:
            total += self._add_score(chunk) if chunk.score is None else chunk.score
        return self._masks.get(total & _SIGNS) or self._kinds(total), have

    def _add_sequence(self, sequence: tuple[Any, ...]) -> tuple[int, int]:
        """The kinds of a sequence of elements, as bits, and the scores that they and every name add."""
        if len(self._sequences) >= _KEPT:
            self._sequences.clear()
        chunks, half = sequence[0], len(sequence) // 2 + 1
        sorts = [traits.BEGIN, *zip(sequence[1:half], sequence[half:], strict=True), traits.END]
        have = 0
        for kind in sequence[1:half]:
            have |= BIT[kind]
        score = self._of_kinds(have) + self._of_counts(chunks, sorts.count(traits.UNKNOWN))
        found = self._sequences[sequence] = (have, sum(map(self._steps.__getitem__, pairwise(sorts)), score))
        return found

    def _sum_kinds(self, bits: int) -> int:
        """Where the scores begin, and what the kinds of a name add."""
        kinds = [KINDS[k] for k in members(bits)]
        return sum(map(self._of_sets, traits.of_kinds(kinds), repeat(0)), self._start)

    def _sum_counts(self, chunks: int, strange: int) -> int:
        """What the numbers of chunks and of unknown elements add."""
        return sum(map(self._of_sets, traits.of_counts(chunks, strange), repeat(0)))

    def _kinds(self, total: int) -> int:
        """The kinds whose score is not negative, as bits; the best one where all are."""
        signs = total & _SIGNS
        found = self._masks[signs] = sum(1 << i for i in range(len(KINDS)) if signs >> (_FIELD * (i + 1) - 1) & 1)
        if not found:
            scores = unpacked(total - _SIGNS)
            return 1 << scores.index(max(scores))
        return found


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
    CHUNKS.forget()
    _model[:] = [Model(weights)]
