"""Pieces: what one chunk of a name can be, read by itself and kept, so that the same chunk is read once.

A chunk is a run of letters and digits between separators, with the decimal points inside numbers
(``Llama-3.2-1B`` has the chunks ``Llama``, ``3.2``, ``1B``). Its pieces are words of the vocabulary, numbers and
quantities; what they mean beside their neighbours is decided in ``truename.names.readings``.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import msgspec

from truename.names.elements import Kind, Role
from truename.vocabulary import Reading, Vocabulary, squeeze, vocabulary

LONGEST_WORD = 64  # characters; what is longer is no word and is not searched


class Tag:
    """What a piece is before its neighbours are looked at: whole numbers, for members of an Enum are slow to reach."""

    FINAL: Final = 0  # nothing to decide
    UNKNOWN: Final = 1
    FAMILY: Final = 2  # a family that its neighbours may undo or change
    BRAND: Final = 3
    SIZE: Final = 4
    LANGUAGE: Final = 5  # the code of a language
    NUMBER: Final = 6  # digits only
    DECIMAL: Final = 7  # 1.5, 3.2.1
    QUANTITY: Final = 8  # a number with a unit b, m, k, t
    ACTIVE: Final = 9  # A22B
    GGUF_TYPE: Final = 10  # Q4, IQ3: the beginning of Q4_K_M
    LETTER: Final = 11
    VERSION: Final = 12
    BITS: Final = 13  # the word bit or bits
    UNIT: Final = 14  # layers, experts, heads: a number stands before
    DIMENSION: Final = 15  # L12, H384, p16, b32: a letter and a number
    PATCH: Final = 16
    WINDOW: Final = 17
    EXPERTS: Final = 18  # 128E
    WORD: Final = 19  # a word whose claim other words of the name may undo
    CODE: Final = 20  # an unknown word that is also the code of a language
    LABEL: Final = 21  # step, seed, epoch: a number stands beside
    IN_QUANTISED: Final = 22  # what it says it says beside a quantisation only: 128g, i1
    OF_ADAPTER: Final = 23  # r16: a rank beside an adapter only
    WIDTH: Final = 24  # 768d
    DRAFT: Final = 25  # eagle, medusa
    UD: Final = 26  # the word UD, a data set or a way to quantise
    LAST: Final = 26


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A part of a chunk; ``start`` and ``end`` count from the start of the chunk."""

    tag: int  # of Tag
    kind: Kind
    role: Role
    start: int
    end: int
    value: Any  # normalised value if the piece is what it seems
    word: str  # lower case
    claims: bool = True


class Chunk(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A chunk with all that is known of it by itself."""

    text: str
    word: str  # lower case, without decimal points
    begins: str  # the word again where a word of several chunks may begin, else empty
    pieces: tuple[Piece, ...]  # empty: the text is no chunk, or several
    width: int  # characters with the separator behind it


class Lexicon(msgspec.Struct, frozen=True):
    """The vocabulary as the reader needs it: every word a piece."""

    readings: dict[str, tuple[int, Kind, Role, Any, bool]]
    prefixes: frozenset[str]
    continues: frozenset[str]  # prefixes, and whole words of several parts
    modal: dict[str, int]  # family of a modality -> characters of the modality at its end: 2 of qwen2vl
    networks: frozenset[str]  # brands of networks for images
    words: Vocabulary


_TAGS: dict[str, int] = {
    Role.BRAND: Tag.BRAND, Role.SIZE_WORD: Tag.SIZE, Role.ADAPTER: Tag.WORD, Role.DRAFT: Tag.DRAFT,
}  # fmt: skip
_NAMES = (Role.FAMILY, Role.BRAND)
LONGEST_CODE = 3  # characters of the code of a language
UNIT_WORDS = {"layer": Role.LAYERS, "layers": Role.LAYERS, "experts": Role.EXPERTS, "expert": Role.EXPERTS}
_HEAD_WORDS = {"heads": Role.HEADS, "head": Role.HEADS}
# words that say what the number beside them counts, and the kind that it has
LABELS = {
    **dict.fromkeys(("step", "steps", "checkpoint", "checkpoints", "ckpt", "iter", "iters", "iterations"), Role.STEPS),
    **dict.fromkeys(("epoch", "epochs", "ep"), Role.EPOCHS),
    "seed": Role.SEED,
    **dict.fromkeys(("run", "trial"), Role.RUN),
    "rank": Role.RANK,
    **dict.fromkeys(("dim", "dims", "dimensional", "dimension", "dimensions"), Role.EMBEDDING_SIZE),
    **dict.fromkeys(("ctx", "context", "contextlength"), Role.CONTEXT),
}
LABEL_KINDS = {Role.RANK: Kind.REUSE, Role.EMBEDDING_SIZE: Kind.HIDDEN}


def make_lexicon(words: Vocabulary) -> Lexicon:
    """The vocabulary, with its strings turned into kinds and roles."""
    kinds, roles = {str(k): k for k in Kind}, {str(r): r for r in Role}
    readings = {
        word: (_tag(word, r, words), kinds[r.kind], roles[r.role], r.value, r.claims)
        for word, r in words.readings.items()
    }
    for word in ("bit", "bits", "bpw"):
        readings[word] = (Tag.BITS, Kind.OTHER, Role.OTHER, None, True)
    for word, role in (UNIT_WORDS | _HEAD_WORDS).items():
        readings[word] = (Tag.UNIT, Kind.OTHER, role, None, True)
    modalities = [word for word, reading in readings.items() if reading[2] is Role.MODALITY]
    names = {word for word, reading in readings.items() if reading[2] in _NAMES}
    ending = [word for word in names if word.endswith(tuple(modalities))]
    modal = {
        word: len(end)
        for end in sorted(modalities, key=len)  # of vl and vlm the longer
        for word in ending
        if word.endswith(end) and word[: -len(end)] in names
    }
    brands = [family for family in words.families.values() if family.brand and family.modality == "vision"]
    networks = frozenset(squeeze(alias) for family in brands for alias in family.aliases)
    return Lexicon(readings, words.prefixes, words.prefixes | words.compounds, modal, networks, words)


def _tag(word: str, reading: Reading, words: Vocabulary) -> int:
    if reading.role == Role.FAMILY:
        return Tag.FAMILY if not reading.claims or words.families[reading.value].variants else Tag.FINAL
    if word == "ud":
        return Tag.UD
    if reading.role == Role.LANGUAGE:
        return Tag.LANGUAGE if len(word) <= LONGEST_CODE else Tag.FINAL
    return _TAGS.get(reading.role, Tag.FINAL)


@cache
def lexicon() -> Lexicon:
    """The lexicon, made once."""
    return make_lexicon(vocabulary())


def known(word: str, start: int, end: int) -> Piece | None:
    """The piece of a word of the vocabulary."""
    found = lexicon().readings.get(word)
    if found is None:
        return None
    tag, kind, role, value, claims = found
    return Piece(tag, kind, role, start, end, value, word, claims)


def split_modality(piece: Piece) -> tuple[Piece, ...]:
    """A family that ends in its modality as two pieces, both of what they say: ``Qwen2VL``, ``deepseek-vl``."""
    tail = lexicon().modal.get(piece.word)
    if tail is None:
        return (piece,)
    border = piece.end - tail
    rest = known(piece.word[-tail:], border, piece.end)
    if rest is None:
        return (piece,)
    family = Piece(piece.tag, piece.kind, piece.role, piece.start, border, piece.value, piece.word, piece.claims)
    return (family, rest)


def is_depth(network: Piece, digits: str) -> bool:
    """Whether a number behind a network for images is of its layers, its size: ``resnet34``, and not ``sam2``."""
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (2, 3) or digits[0] == "0":
        return False
    if network.role is Role.BRAND:
        return network.word != "yolo" and (network.word.endswith("net") or network.word in lexicon().networks)
    family = lexicon().words.families.get(str(network.value))
    return family is not None and family.modality == "vision"


def unknown(word: str, start: int, end: int) -> Piece:
    """A piece that says nothing we know."""
    return Piece(Tag.UNKNOWN, Kind.OTHER, Role.OTHER, start, end, None, word)


def lower(text: str) -> str:
    """Lower case with as many characters as ``text`` (``İ`` alone would become two)."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


__all__ = [
    "LONGEST_WORD",
    "Chunk",
    "Lexicon",
    "Piece",
    "Tag",
    "is_depth",
    "known",
    "lexicon",
    "lower",
    "split_modality",
    "squeeze",
    "unknown",
]
