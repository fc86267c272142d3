"""The learned part: a linear model of a name's kinds over its traits, thirteen weights a trait packed into one integer.

Weights are whole numbers, one field of an integer for each kind, so that adding the integers of all traits adds all
thirteen scores at once; what belongs to a chunk is added once and kept. ``tools/train_names.py`` writes the weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from truename.names import traits
from truename.names.elements import Element, Kind, Role
from truename.once import once

FILE = Path(__file__).with_name("learned.msgpack")
KINDS = tuple(Kind)
BIT = {kind: 1 << i for i, kind in enumerate(KINDS)}
MOST_CHUNKS = 64  # of one name that are looked at: more would overflow the fields, and no name has as many
_FIELD = 16  # bits of one score
ROW = _FIELD // 8 * len(KINDS) + 1  # bytes of one packed integer
_HALF = 1 << (_FIELD - 1)
_SIGNS = sum(_HALF << (_FIELD * i) for i in range(len(KINDS)))  # added, it also keeps every field positive
_FIELD_MASK = (1 << _FIELD) - 1
_KEPT = 1 << 16  # chunks that are kept before the store is emptied

# what the grammar reads as these keeps its kind, whatever the learned part says
FIXED = frozenset((
    Role.FAMILY, Role.SIZE_WORD, Role.PARAMETERS, Role.MIXTURE, Role.ACTIVE_PARAMETERS, Role.EXPERTS, Role.LAYERS,
    Role.HIDDEN_SIZE, Role.HEADS, Role.CASE, Role.QUANTISATION, Role.BITS, Role.PRECISION, Role.PACKAGING,
    Role.LANGUAGE, Role.LANGUAGE_PAIR,
))  # fmt: skip


class Weights(msgspec.Struct, frozen=True):
    """The file of weights.

    Attributes:
        kinds: the letters of the kinds, in the order of the fields.
        scale: one unit of a weight, in log odds.
        bias: where the scores begin, packed; the threshold of the decision is in it.
        tables: table -> trait -> its weights, packed into a signed little-endian integer.
        trained_on: which names the weights were learned from.
    """

    kinds: str
    scale: float
    bias: bytes
    tables: Mapping[str, Mapping[str, bytes]]
    trained_on: str


def packed(weights: Sequence[int]) -> int:
    """One integer of thirteen scores."""
    return sum(weight << (_FIELD * i) for i, weight in enumerate(weights))


def to_bytes(weights: Sequence[int]) -> bytes:
    """A packed integer as the file keeps it."""
    return packed(weights).to_bytes(ROW, "little", signed=True)


def unpacked(total: int) -> tuple[int, ...]:
    """The thirteen scores of an integer."""
    shifted = total + _SIGNS
    return tuple([((shifted >> at) & _FIELD_MASK) - _HALF for at in range(0, _FIELD * len(KINDS), _FIELD)])


# one sort of element: its number among the sorts, its weight, its kind's bit (and that bit _FIXED_AT higher, if its
# kind is not to be changed); the topmost field of the weight counts the elements that the grammar knows nothing of
Entry = tuple[int, int, int]
_FIXED_AT = len(KINDS)
_ALL = (1 << len(KINDS)) - 1
_STRANGE_AT = _FIELD * len(KINDS)


class Model:
    """Weights ready to be added up."""

    def __init__(self, weights: Weights) -> None:
        read = int.from_bytes
        self._tables = {
            name: {trait: read(row, "little", signed=True) for trait, row in table.items()}
            for name, table in weights.tables.items()
        }
        self._of_chunk = [self._tables[name] for name in traits.OF_CHUNK]
        self._bias = read(weights.bias, "little", signed=True)
        self._chunks: dict[str, int] = {}
        self._sets: dict[int, int] = {}
        self._masks: dict[int, int] = {}
        codes = [(k, r, claims) for k in Kind for r in Role for claims in (False, True)]
        self.entries: dict[tuple[Kind, Role, bool], Entry] = {one: self._entry(i, *one) for i, one in enumerate(codes)}
        numbers = {traits.code(*one): entry[0] for one, entry in self.entries.items()}
        numbers[traits.BEGIN] = numbers[traits.END] = 0
        self._steps: dict[int, int] = {}
        for pair, weight in self._tables["steps"].items():
            before, after = pair.split(" ")
            self._steps[numbers[before] << 16 | numbers[after]] = weight

    def _entry(self, i: int, kind: Kind, role: Role, claims: bool) -> Entry:
        bits = BIT[kind] | (BIT[kind] << _FIXED_AT if claims and role in FIXED else 0)
        weight = self._tables["elements"].get(traits.code(kind, role, claims), 0)
        return i + 1, weight + (int(traits.is_unknown(kind, role)) << _STRANGE_AT), bits

    def of_chunk(self, text: str) -> int:
        """The scores that a chunk adds, whatever stands beside it."""
        found = self._chunks.get(text)
        if found is None:
            if len(self._chunks) >= _KEPT:
                self._chunks.clear()
            found = 0
            for table, texts in zip(self._of_chunk, traits.of_chunk(text), strict=True):
                for one in texts:
                    if one in table:
                        found += table[one]
            self._chunks[text] = found
        return found

    def score(self, text: str, k: int) -> int:
        """What a chunk adds to kind ``k``."""
        return (((self.of_chunk(text) + _SIGNS) >> (_FIELD * k)) & _FIELD_MASK) - _HALF

    def decide(self, texts: Sequence[str], elements: Sequence[Element]) -> tuple[int, int, int]:
        """The kinds of a name, those that its elements have already, and those that may not change, as bits."""
        total = self._bias
        chunks = self._chunks
        for text in texts if len(texts) <= MOST_CHUNKS else texts[:MOST_CHUNKS]:
            found = chunks.get(text)
            total += self.of_chunk(text) if found is None else found
        bits = before = 0
        entries, steps = self.entries, self._steps
        for element in elements if len(elements) <= MOST_CHUNKS else elements[:MOST_CHUNKS]:
            after, weight, bit = entries[element.kind, element.role, element.value is not None]
            bits |= bit
            total += weight
            if found := steps.get(before << 16 | after):
                total += found
            before = after
        if found := steps.get(before << 16):
            total += found
        strange = (total + _SIGNS) >> _STRANGE_AT
        have = bits & _ALL
        key = (have << 7 | min(len(texts), traits.MOST_CHUNKS)) << 7 | strange
        found = self._sets.get(key)
        if found is None:
            found = self._sets[key] = self._of_set(have, len(texts), strange) - (strange << _STRANGE_AT)
        total += found
        kinds = self._masks.get((total + _SIGNS) & _SIGNS)
        return kinds or self._kinds(total), have, bits >> _FIXED_AT

    def _of_set(self, mask: int, chunks: int, strange: int) -> int:
        """The scores that the kinds found by the grammar and the counts add."""
        table = self._tables["sets"]
        kinds = [str(kind) for kind in KINDS if mask & BIT[kind]]
        return sum(table.get(trait, 0) for trait in traits.of_set(kinds, chunks, strange))

    def _kinds(self, total: int) -> int:
        """The kinds whose score is not negative, as bits; the best one where all are."""
        signs = (total + _SIGNS) & _SIGNS
        found = self._masks.get(signs)
        if found is None:
            found = self._masks[signs] = sum(1 << i for i in range(len(KINDS)) if signs >> (_FIELD * (i + 1) - 1) & 1)
        if not found:
            scores = unpacked(total)
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
    _model[:] = [Model(weights)]
