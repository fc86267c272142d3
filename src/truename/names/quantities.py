"""Numbers with their letters: ``7b``, ``8x7B``, ``A22B``, ``4.0bpw``, ``w4a16``, ``patch16``, ``v1.5``, ``Q4``."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from truename.names.elements import Kind, Role
from truename.names.lexicon import UNIT_WORDS, Piece, Tag, known
from truename.units import UNITS, parse_count

_NUMBER = r"\d{1,9}(?:\.\d{1,6})?"
# a number and letters; the letters decide
_COUNTED = re.compile(rf"({_NUMBER})([a-z]{{1,16}})")
_MIXTURE = re.compile(rf"(\d{{1,3}})x({_NUMBER})([bmt])([a-z]{{0,12}})")
_INFIX = re.compile(r"(\d{1,2})b(\d)")  # 1b7 is 1.7 billion
_ACTIVE = re.compile(rf"a({_NUMBER})([bm])")
_EFFECTIVE = re.compile(rf"e({_NUMBER})b")  # Gemma 3n's E4B: the memory it takes, not the parameters it has
_VERSION = re.compile(r"(?:v|ver|version)(\d{1,4}(?:\.\d{1,4}){0,3})([a-z]?)")
_BITS = re.compile(r"w(\d{1,2})a(\d{1,2})(?:g\d+)?")
_INT = re.compile(r"u?int([1-9]\d?)")
_GGUF = re.compile(r"(?:i|t)?q[1-8]")
_DIMENSION = re.compile(r"([a-z])(\d{1,5})")
_PATCH = re.compile(r"patch(\d{1,3})")
_WINDOW = re.compile(r"(?:window|win)(\d{1,3})(?:to\d{1,3})?")
_HASH = re.compile(r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}")

TRAINED_ON = 100 * 10**9  # from here on, beside another size, a count is of training tokens
FEW = 2  # so few layers are as often layers that were added, dropped or frozen as all that there are
_PLAUSIBLE_BITS = (1.0, 16.0)


def is_hash(word: str) -> bool:
    """Whether a lower-case chunk looks like a piece of a digest: seven or more hexadecimal digits of both sorts."""
    if len(word) < 7 or not _HASH.fullmatch(word):
        return False
    return sum(a.isdigit() != b.isdigit() for a, b in pairwise(word)) > 1


def quantity(text: str, word: str) -> tuple[Piece, ...] | None:
    """The pieces of a chunk of letters and digits that is a quantity; None if it is none.

    Args:
        text: the chunk as written.
        word: the chunk in lower case.
    """
    for read in _READERS_OF_DIGIT if word[0].isdigit() else _READERS_OF_LETTER.get(word[0], (dimension,)):
        if (pieces := read(text, word)) is not None:
            return pieces
    return None


def one(tag: int, kind: Kind, role: Role, word: str, value: object, *, claims: bool = True) -> tuple[Piece, ...]:
    """A quantity that fills its chunk."""
    return (Piece(tag, kind, role, 0, len(word), value, word, claims),)


def counted(text: str, word: str) -> tuple[Piece, ...] | None:
    """``7b``, ``128k``, ``4bit``, ``29layers``, ``1.5brm``."""
    found = _COUNTED.fullmatch(word)
    if found is None:
        return None
    number, letters = found[1], found[2]
    if letters in UNITS:
        if number[0] == "0" and "." not in number:
            return one(Tag.FINAL, Kind.OTHER, Role.OTHER, word, None)
        return one(Tag.QUANTITY, Kind.PARAMETERS, Role.PARAMETERS, word, parse_count(number, letters))
    if letters in ("bit", "bits", "bpw"):  # 32bit is no quantisation, and no 32b either: of an optimiser's states
        plausible = _PLAUSIBLE_BITS[0] <= float(number) <= _PLAUSIBLE_BITS[1]
        return one(Tag.FINAL, Kind.OTHER, Role.BITS, word, float(number) if plausible else None)
    if letters in UNIT_WORDS and number.isdigit():
        kind = Kind.LAYERS if UNIT_WORDS[letters] is Role.LAYERS else Kind.OTHER
        return one(Tag.FINAL, kind, UNIT_WORDS[letters], word, int(number), claims=int(number) > FEW)
    if letters == "e" and text[-1] == "E" and number.isdigit():
        return one(Tag.EXPERTS, Kind.OTHER, Role.EXPERTS, word, int(number))
    if letters in ("px", "pix") and number.isdigit():
        return one(Tag.FINAL, Kind.CHARACTERISTIC, Role.IMAGE_SIZE, word, int(number))
    if letters[0] in "bm" and len(letters) > 2 and (rest := known(letters[1:], len(number) + 1, len(word))):
        value = parse_count(number, letters[0])
        size = Piece(Tag.QUANTITY, Kind.PARAMETERS, Role.PARAMETERS, 0, len(number) + 1, value, word[: len(number) + 1])
        return (size, rest)
    if letters[0] == "b" and letters[1:] in ("rm", "it", "hf"):
        end = len(number) + 1
        size = Piece(Tag.QUANTITY, Kind.PARAMETERS, Role.PARAMETERS, 0, end, parse_count(number, "b"), word[:end])
        return (size, Piece(Tag.FINAL, Kind.OTHER, Role.OTHER, end, len(word), None, letters[1:]))
    return None


def mixture(text: str, word: str) -> tuple[Piece, ...] | None:
    """``8x7B``: eight experts of seven billion."""
    found = _MIXTURE.fullmatch(word)
    if found is None or int(found[1]) < 2:
        return None
    end = found.end(3)
    value = (int(found[1]), parse_count(found[2], found[3]))
    size = Piece(Tag.FINAL, Kind.PARAMETERS, Role.MIXTURE, 0, end, value, word[:end])
    if not found[4]:
        return (size,)
    rest = known(found[4], end, len(word))
    return (size, rest) if rest else None


def infix(text: str, word: str) -> tuple[Piece, ...] | None:
    """``1b7`` as BLOOM's releases write 1.7 billion."""
    found = _INFIX.fullmatch(word)
    if found is None:
        return None
    return one(Tag.QUANTITY, Kind.PARAMETERS, Role.PARAMETERS, word, parse_count(f"{found[1]}.{found[2]}", "b"))


def active(text: str, word: str) -> tuple[Piece, ...] | None:
    """``A22B``: 22 billion parameters are active."""
    found = _ACTIVE.fullmatch(word)
    if found is None:
        return None
    written = text[0] == "A" and text[-1] == found[2].upper()
    value = parse_count(found[1], found[2])
    return one(Tag.ACTIVE, Kind.PARAMETERS, Role.ACTIVE_PARAMETERS, word, value, claims=written and found[2] == "b")


def effective(text: str, word: str) -> tuple[Piece, ...] | None:
    """``E4B``: said, not checked."""
    return one(Tag.FINAL, Kind.PARAMETERS, Role.OTHER, word, None) if _EFFECTIVE.fullmatch(word) else None


def version(text: str, word: str) -> tuple[Piece, ...] | None:
    """``v1.5``, ``v2b``."""
    found = _VERSION.fullmatch(word)
    return one(Tag.VERSION, Kind.VERSION, Role.VERSION, word, found[1] + found[2]) if found else None


def bits(text: str, word: str) -> tuple[Piece, ...] | None:
    """``w4a16`` (the weight's bits) and ``int4``."""
    found = _BITS.fullmatch(word) or _INT.fullmatch(word)
    if found is None or not 1 <= int(found[1]) <= 16:
        return None
    return one(Tag.FINAL, Kind.OTHER, Role.BITS, word, float(found[1]))


def gguf_type(text: str, word: str) -> tuple[Piece, ...] | None:
    """``Q4`` of ``Q4_K_M``."""
    return one(Tag.GGUF_TYPE, Kind.OTHER, Role.QUANTISATION, word, None) if _GGUF.fullmatch(word) else None


def dimension(text: str, word: str) -> tuple[Piece, ...] | None:
    """``L12``, ``H384``, ``p16``: a letter and a number, decided by the neighbours."""
    found = _DIMENSION.fullmatch(word)
    return one(Tag.DIMENSION, Kind.OTHER, Role.OTHER, word, int(found[2])) if found else None


def patch(text: str, word: str) -> tuple[Piece, ...] | None:
    """``patch16``."""
    found = _PATCH.fullmatch(word)
    return one(Tag.PATCH, Kind.CHARACTERISTIC, Role.PATCH_SIZE, word, int(found[1])) if found else None


def window(text: str, word: str) -> tuple[Piece, ...] | None:
    """``window7``: said, not checked."""
    found = _WINDOW.fullmatch(word)
    return one(Tag.WINDOW, Kind.CHARACTERISTIC, Role.CHARACTERISTIC, word, None) if found else None


_Reader = Callable[[str, str], tuple[Piece, ...] | None]
_READERS_OF_DIGIT: tuple[_Reader, ...] = (counted, mixture, infix)
_READERS_OF_LETTER: dict[str, tuple[_Reader, ...]] = {
    "a": (active, dimension),
    "e": (effective, dimension),
    "v": (version, dimension),
    "w": (bits, dimension, window),
    "i": (bits, gguf_type, dimension),
    "u": (bits, dimension),
    "q": (gguf_type, dimension),
    "t": (gguf_type, dimension),
    "p": (dimension, patch),
}
