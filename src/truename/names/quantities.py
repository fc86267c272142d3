"""Numbers with their letters: ``7b``, ``8x7B``, ``A22B``, ``4.0bpw``, ``w4a16``, ``patch16``, ``v1.5``, ``Q4``."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from truename._lazy import pattern
from truename.names.elements import Kind, Role
from truename.names.lexicon import LABEL_KINDS, LABELS, UNIT_WORDS, Piece, Tag, known
from truename.units import UNITS, parse_count

_NUMBER = r"\d{1,9}(?:\.\d{1,6})?"
# a number and letters; the letters decide
_COUNTED = pattern(rf"({_NUMBER})([a-z]{{1,16}})")
_MIXTURE = pattern(rf"(\d{{1,3}})x({_NUMBER})([bmt])([a-z]{{0,12}})")
_TWO_SIZES = pattern(rf"({_NUMBER})b(?:x(\d{{1,3}})e?|a({_NUMBER})b)")  # 7Bx4, 17Bx16E; 30BA3B
_INFIX = pattern(r"(\d{1,2})b(\d)")  # 1b7 is 1.7 billion
_ACTIVE = pattern(rf"a({_NUMBER})([bm])")
_EFFECTIVE = pattern(rf"e({_NUMBER})b")  # Gemma 3n's E4B: the memory it takes, not the parameters it has
_VERSION = pattern(r"(?:v|ver|version)(\d{1,4}(?:\.\d{1,4}){0,3})([a-z]?)")
_BITS = pattern(r"w(\d{1,2})a(?:\d{1,2}|fp8|bf16|fp16)(?:g\d+)?")
_ACTIVATIONS_FIRST = pattern(r"a\d{1,2}w(\d{1,2})(?:g\d+)?")
_INT = pattern(r"u?int([1-9]\d?)(?:wo)?")
_BPW = pattern(r"bpw(\d{1,2}(?:\.\d{1,4})?)")
_WEIGHT = pattern(r"w([1-8])")
_GGUF = pattern(r"(?:i|t)?q[1-8]")
_GGUF_WHOLE = pattern(r"((?:i|t)?q[1-8])(k?)(xxs|xs|nl|xl|s|m|l)?")  # Q4KM, iq4xs
_MLC = pattern(r"q([1-8])f(?:16|32)")  # MLC's q4f16_1: four bits, computed with in sixteen
_DIMENSION = pattern(r"([a-z])(\d{1,5})")
_PATCH = pattern(r"patch(\d{1,3})")
_WINDOW = pattern(r"(?:window|win)(\d{1,3})(?:to\d{1,3})?")
_PLAIN = pattern(_NUMBER, re.ASCII)
_LABELLED = pattern(rf"([a-z]{{1,13}})({_NUMBER})([kmb]?)")
_HASH = pattern(r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}")

MANY_EXPERTS = 8  # from here on a number with an E is of experts, and hardly of epochs
TRAINED_ON = 100 * 10**9  # from here on, beside another size, a count is of training tokens
FEW = 2  # so few layers are as often layers that were added, dropped or frozen as all that there are
_PLAUSIBLE_BITS = (1.0, 16.0)
_LEAST_SCALE = 4  # that an adapter is multiplied with
LEAST_WIDTH, _MOST_WIDTH = 16, 1 << 16
_FEWEST_TOKENS = 256  # of a context length that is written out


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
    if letters == "e" and number.isdigit():
        return one(Tag.EXPERTS, Kind.OTHER, Role.EXPERTS, word, int(number))
    if letters in ("block", "blocks") and number.isdigit():  # 128-block is of scales
        return one(
            Tag.FINAL, Kind.LAYERS, Role.LAYERS, word, int(number), claims=letters == "blocks" and _is_depth(number)
        )
    if letters in ("heads", "head") and number.isdigit():
        return one(Tag.FINAL, Kind.HIDDEN, Role.HEADS, word, int(number), claims=int(number) > FEW)
    if letters == "l" and number.isdigit():
        return one(Tag.DIMENSION, Kind.LAYERS, Role.LAYERS, word, int(number), claims=text[-1] == "L")
    if letters in ("d", "dim", "dims", "dimensional") and number.isdigit():
        return one(Tag.WIDTH, Kind.HIDDEN, Role.EMBEDDING_SIZE, word, int(number), claims=letters != "d")
    if letters == "g" and number.isdigit():
        return one(Tag.IN_QUANTISED, Kind.OTHER, Role.QUANTISATION_DETAIL, word, f"group-size-{number}")
    if letters == "kctx":
        return one(Tag.FINAL, Kind.OTHER, Role.CONTEXT, word, thousands_of_tokens(number))
    if letters in LABELS:
        return _labelled(word, LABELS[letters], number, "")
    if letters in ("bt", "tt"):  # 600bt: billions of tokens
        return one(Tag.FINAL, Kind.CHARACTERISTIC, Role.DATA_COUNT, word, parse_count(number, letters[0]))
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


def _is_depth(number: str) -> bool:
    """Whether a number of blocks may be of layers, and not of the values that share a scale."""
    return FEW < int(number) < 200 and int(number) not in (16, 32, 64, 128)


def labelled(text: str, word: str) -> tuple[Piece, ...] | None:
    """``step1000``, ``seed42``, ``epoch3``, ``r16``, ``gs64``, ``i1``, ``ctx32k``: a word and its number in one."""
    found = _LABELLED.fullmatch(word)
    if found is None:
        return None
    letters, number, unit = found.groups("")
    if letters in ("gs", "g") and not unit and number.isdigit():
        return one(Tag.IN_QUANTISED, Kind.OTHER, Role.QUANTISATION_DETAIL, word, f"group-size-{number}")
    if word == "i1":
        return one(Tag.IN_QUANTISED, Kind.OTHER, Role.IMATRIX, word, "imatrix")
    if letters == "alpha" and not unit and number.isdigit() and int(number) >= _LEAST_SCALE:
        return one(Tag.FINAL, Kind.OTHER, Role.OTHER, word, None)  # of an adapter; alpha2 is the second alpha
    if letters in _VECTORS and not unit and number.isdigit() and int(number) >= _LEAST_VECTOR and int(number) % 4 == 0:
        return one(Tag.WIDTH, Kind.HIDDEN, Role.EMBEDDING_SIZE, word, int(number))
    if letters in _UNITS_BEFORE and not unit and number.isdigit() and FEW < int(number) < 1000:
        kind, role = _UNITS_BEFORE[letters]
        return one(Tag.FINAL, kind, role, word, int(number))
    if letters == "r" and not unit and number.isdigit():
        return one(Tag.OF_ADAPTER, Kind.REUSE, Role.RANK, word, int(number))
    return _labelled(word, LABELS[letters], number, unit) if letters in LABELS else None


def _labelled(word: str, role: Role, number: str, unit: str) -> tuple[Piece, ...] | None:
    value = labelled_value(role, number, unit)
    if value is None:
        return None
    tag = {Role.RANK: Tag.OF_ADAPTER, Role.EMBEDDING_SIZE: Tag.WIDTH}.get(role, Tag.FINAL)
    return one(tag, LABEL_KINDS.get(role, Kind.OTHER), role, word, value)


def labelled_value(role: Role, number: str, unit: str = "") -> int | float | None:
    """What a number beside a label says: ``50`` and ``k`` of steps are 50,000; None if no such thing is counted so."""
    if not _PLAIN.fullmatch(number):
        return None  # 3.2.0, 1b7
    if role is Role.CONTEXT:
        if unit:
            return thousands_of_tokens(number) if unit == "k" else parse_count(number, unit)
        return int(number) if number.isdigit() and int(number) >= _FEWEST_TOKENS else None
    if role is Role.EPOCHS:
        return None if unit else float(number)
    if role is Role.EMBEDDING_SIZE and (unit or not number.isdigit() or not LEAST_WIDTH <= int(number) <= _MOST_WIDTH):
        return None  # 3-dimensional
    if not unit:
        return int(number) if number.isdigit() else None
    return parse_count(number, unit) if role is Role.STEPS and unit in "km" else None


def thousands_of_tokens(number: str) -> int:
    """``32`` thousand tokens are 32,768, and so are 262 thousand 262,144: people mean the next power of two."""
    count = parse_count(number, "k")
    whole = count // 1000
    if count % 1000 == 0 and whole and whole & (whole - 1) == 0:
        return whole * 1024
    power = 1 << count.bit_length()
    return power if power // 1000 == whole else count


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


def two_sizes(text: str, word: str) -> tuple[Piece, ...] | None:
    """``7Bx4``: the size of one expert before their number; ``30BA3B``: all parameters, and those in use."""
    found = _TWO_SIZES.fullmatch(word)
    if found is None:
        return None
    first = parse_count(found[1], "b")
    if found[3] is None:
        many = int(found[2])
        return one(Tag.FINAL, Kind.PARAMETERS, Role.MIXTURE, word, (many, first)) if many > 1 else None
    end, used = found.start(3) - 1, parse_count(found[3], "b")
    size = Piece(Tag.QUANTITY, Kind.PARAMETERS, Role.PARAMETERS, 0, end, first, word[:end])
    return (size, Piece(Tag.ACTIVE, Kind.PARAMETERS, Role.ACTIVE_PARAMETERS, end, len(word), used, word[end:]))


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
    """``E4B``: what a nested model takes in memory, and not the parameters that it has."""
    found = _EFFECTIVE.fullmatch(word)
    if found is None:
        return None
    return one(Tag.FINAL, Kind.PARAMETERS, Role.EFFECTIVE_PARAMETERS, word, parse_count(found[1], "b"))


def version(text: str, word: str) -> tuple[Piece, ...] | None:
    """``v1.5``, ``v2b``."""
    found = _VERSION.fullmatch(word)
    return one(Tag.VERSION, Kind.VERSION, Role.VERSION, word, found[1] + found[2]) if found else None


def bits(text: str, word: str) -> tuple[Piece, ...] | None:
    """``w4a16`` and ``a8w4`` (the weight's bits), ``int4``, ``int8wo``, ``bpw4.5``, ``q4f16``."""
    found = _BITS.fullmatch(word) or _INT.fullmatch(word) or _ACTIVATIONS_FIRST.fullmatch(word)
    if found is None:
        if weight := _WEIGHT.fullmatch(word):
            return one(Tag.IN_QUANTISED, Kind.OTHER, Role.BITS, word, float(weight[1]))
        found = _BPW.fullmatch(word) or _MLC.fullmatch(word)
    if found is None or not 1 <= float(found[1]) <= 16:
        return None
    return one(Tag.FINAL, Kind.OTHER, Role.BITS, word, float(found[1]))


def ternary(text: str, word: str) -> tuple[Piece, ...] | None:
    """``b1.58`` says how a BitNet was trained; its files hold two bits a weight, or sixteen: no claim."""
    return one(Tag.FINAL, Kind.OTHER, Role.BITS, word, None) if word == "b1.58" else None


def gguf_type(text: str, word: str) -> tuple[Piece, ...] | None:
    """``Q4`` of ``Q4_K_M``, and ``Q4KM``."""
    if _GGUF.fullmatch(word):
        return one(Tag.GGUF_TYPE, Kind.OTHER, Role.QUANTISATION, word, None)
    found = _GGUF_WHOLE.fullmatch(word)
    if found is None:
        return None
    return one(
        Tag.FINAL, Kind.OTHER, Role.QUANTISATION, word, "_".join(part for part in found.groups() if part).upper()
    )


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


_VECTORS, _LEAST_VECTOR = frozenset(("embed", "emb", "embeddim", "embdim", "vec")), 64
_UNITS_BEFORE = {
    **dict.fromkeys(("layer", "layers", "nlayers", "numlayers", "nlayer", "depth"), (Kind.LAYERS, Role.LAYERS)),
    **dict.fromkeys(("heads", "nheads", "numheads", "nhead"), (Kind.HIDDEN, Role.HEADS)),
    **dict.fromkeys(("experts", "nexperts", "numexperts"), (Kind.OTHER, Role.EXPERTS)),
}
_Reader = Callable[[str, str], tuple[Piece, ...] | None]
_READERS_OF_DIGIT: tuple[_Reader, ...] = (counted, mixture, two_sizes, infix)
_READERS_OF_LETTER: dict[str, tuple[_Reader, ...]] = {
    "a": (active, bits, dimension, labelled),
    "b": (bits, ternary, dimension),
    "c": (labelled, dimension),
    "d": (labelled, dimension),
    "e": (effective, labelled, dimension),
    "g": (labelled, dimension),
    "h": (labelled, dimension),
    "l": (labelled, dimension),
    "n": (labelled, dimension),
    "r": (labelled, dimension),
    "s": (labelled, dimension),
    "v": (version, dimension),
    "w": (bits, dimension, window),
    "i": (bits, gguf_type, labelled, dimension),
    "u": (bits, dimension),
    "q": (gguf_type, bits, dimension),
    "t": (gguf_type, labelled, dimension),
    "p": (dimension, patch),
}
