"""Choose among the readings of each piece by its neighbours.

``base`` is a size beside ``bert`` and none in ``base model``; ``it`` is instruct after Gemma; ``1M`` is a context
length beside ``7B``; ``led-zeppelin`` is no LED. Where the neighbours do not decide, nothing is claimed, and the
readings that were weighed are kept as alternatives.
"""

from __future__ import annotations

from typing import Any

from truename.names import numbers
from truename.names.elements import Element, Kind, Role
from truename.names.lexicon import Piece, Tag, lexicon
from truename.names.name_summary import About

_SIZE_REACH = 3  # pieces between a family and its size word: bert-multilingual-uncased-base
_GEMMAS = frozenset(("gemma", "gemma2", "gemma3", "gemma3n", "gemma4", "recurrent_gemma", "paligemma"))
_MOST_CODES = 12  # codes of one group of languages
_SIZE_LETTERS = frozenset("tsmblhgnx")
_BESIDE_FAMILY = (Tag.SIZE, Tag.QUANTITY, Tag.PATCH)
_SKIPPED = (Tag.VERSION, Tag.NUMBER, Tag.DECIMAL)  # between a family and its size
_GGUF_PARTS = frozenset(("k", "0", "1", "nl", "xs", "xxs", "s", "m", "l", "xl"))


class Context:
    """The pieces of one name, and the elements made of them so far.

    Attributes:
        name: the whole name.
        pieces, at: the pieces, and where in the name the chunk of each begins.
        elements, alternatives: what was chosen and what was weighed.
        size_claimed: whether a size word was taken for the size of the model.
    """

    __slots__ = ("_about", "_words", "alternatives", "at", "elements", "name", "pieces", "size_claimed")

    def __init__(self, name: str, pieces: list[Piece], at: list[int]) -> None:
        self.name, self.pieces, self.at = name, pieces, at
        self.elements: list[Element] = []
        self.alternatives: list[Element] = []
        self.size_claimed = False
        self._about: About | None = None
        self._words: set[str] | None = None

    @property
    def about(self) -> About:
        """What the name says as a whole, looked up when first asked for: most names are read without."""
        if self._about is None:
            self._about = About(self.pieces)
        return self._about

    def decide(self) -> None:
        """Make the elements."""
        i, pieces, places, name = 0, self.pieces, self.at, self.name
        count, deciders, append = len(pieces), _DECIDERS, self.elements.append
        while i < count:
            piece = pieces[i]
            if decide := deciders[piece.tag]:
                i = decide(self, i)
                continue
            at = places[i]
            start, end = at + piece.start, at + piece.end
            append(Element(piece.kind, piece.role, name[start:end], start, end, piece.value if piece.claims else None))
            i += 1

    def keep(self, i: int) -> int:
        """Take a piece for what it seems."""
        piece, at = self.pieces[i], self.at[i]
        start, end = at + piece.start, at + piece.end
        value = piece.value if piece.claims else None
        self.elements.append(Element(piece.kind, piece.role, self.name[start:end], start, end, value))
        return i + 1

    def take(self, i: int, kind: Kind, role: Role, value: Any, last: int | None = None) -> int:
        """Make one element of pieces ``i`` to ``last``; returns the piece after them."""
        last = i if last is None else last
        start, end = self.at[i] + self.pieces[i].start, self.at[last] + self.pieces[last].end
        self.elements.append(Element(kind, role, self.name[start:end], start, end, value))
        return last + 1

    def weigh(self, i: int, kind: Kind, role: Role, value: Any, last: int | None = None) -> None:
        """Keep a reading that is not chosen."""
        last = i if last is None else last
        start, end = self.at[i] + self.pieces[i].start, self.at[last] + self.pieces[last].end
        self.alternatives.append(Element(kind, role, self.name[start:end], start, end, value))

    def other(self, i: int, last: int | None = None) -> int:
        """A piece that says nothing checkable."""
        return self.take(i, Kind.OTHER, Role.OTHER, None, last)

    def near(self, i: int) -> Piece | None:
        """The piece at ``i``, if there is one."""
        return self.pieces[i] if 0 <= i < len(self.pieces) else None

    def gap(self, i: int) -> str:
        """What stands between piece ``i`` and the next: at most a separator where they are neighbours."""
        return self.name[self.at[i] + self.pieces[i].end : self.at[i + 1] + self.pieces[i + 1].start]

    def has_word(self, words: frozenset[str]) -> bool:
        """Whether any piece of the name is one of ``words``."""
        if self._words is None:
            self._words = {piece.word for piece in self.pieces}
        return not self._words.isdisjoint(words)

    def word(self, i: int) -> str:
        """The word of piece ``i``, empty outside the name."""
        return self.pieces[i].word if 0 <= i < len(self.pieces) else ""


def family(context: Context, i: int) -> int:
    """An everyday word, an architecture only beside what sizes it, or a family that a language makes another one."""
    piece = context.pieces[i]
    if not piece.claims:
        return _everyday_family(context, i)
    for language_code, variant in lexicon().words.families[piece.value].variants.items():
        if language_code in context.about.languages:
            return context.take(i, Kind.ARCHITECTURE, Role.FAMILY, variant)
    return context.keep(i)


def _everyday_family(context: Context, i: int) -> int:
    """``led-base`` and ``opt-1-3b`` are architectures; ``led-zeppelin`` is none."""
    piece, after, before = context.pieces[i], context.near(i + 1), context.near(i - 1)
    if after is not None and after.tag == Tag.NUMBER:
        count = context.near(i + 2)
        sized = count is not None and count.tag == Tag.QUANTITY
    else:
        sized = after is not None and (after.tag in _BESIDE_FAMILY or after.role is Role.MIXTURE)
    if sized or (after is None and before is not None and before.tag == Tag.SIZE):
        return context.take(i, Kind.ARCHITECTURE, Role.FAMILY, piece.value)
    context.weigh(i, Kind.ARCHITECTURE, Role.FAMILY, piece.value)
    if len(piece.word) <= 3 and after is not None and after.tag in (Tag.UNKNOWN, Tag.CODE):
        return context.other(i)
    return context.take(i, Kind.ARCHITECTURE, Role.BRAND, None)


def size_word(context: Context, i: int) -> int:
    """A size beside a family (``bert-base-uncased``); a base model after a count (``llama-7b-base``) is none."""
    piece = context.pieces[i]
    hints = lexicon().words.hints
    if context.word(i + 1) in hints.not_size:
        return context.take(i, Kind.SIZE, Role.SIZE_WORD, None)
    for j in range(i - 1, max(-1, i - 1 - _SIZE_REACH), -1):
        before = context.pieces[j]
        if before.role in (Role.FAMILY, Role.BRAND):
            context.size_claimed = True
            return context.keep(i)
        if before.tag == Tag.QUANTITY or before.tag == Tag.SIZE or before.role is Role.MIXTURE:
            break
        skipped = before.tag in _SKIPPED or before.role is Role.LANGUAGE or before.kind is Kind.CHARACTERISTIC
        if not skipped:
            break
    after = context.near(i + 1)
    if after and after.role is Role.FAMILY and not context.elements:
        context.size_claimed = True
        return context.keep(i)  # tiny-bert
    context.weigh(i, Kind.SIZE, Role.SIZE_WORD, piece.value)
    return context.take(i, Kind.SIZE, Role.SIZE_WORD, None)


def language(context: Context, i: int) -> int:
    """A language; a code that is a word too needs a neighbour that is a language, or a translation's context."""
    piece = context.pieces[i]
    if piece.word == "it" and not context.about.families.isdisjoint(_GEMMAS):
        context.weigh(i, Kind.LANGUAGE, Role.LANGUAGE, "it")
        return context.take(i, Kind.TASK, Role.ALIGNMENT, "instruct")
    if piece.word == "to":
        return context.other(i)
    if "marian" in context.about.families:
        return translation_codes(context, i)
    following = _neighbour_language(context, i)
    if following:
        group = _neighbour_language(context, following)
        if group is None and context.has_word(lexicon().words.hints.translation):
            value = (piece.value, context.pieces[following].value)
            return context.take(i, Kind.LANGUAGE, Role.LANGUAGE_PAIR, value, following)
        if following == i + 1 and not (_cautious(piece) and _cautious(context.pieces[following])):
            context.take(i, Kind.LANGUAGE, Role.LANGUAGE, piece.value)
            return context.take(following, Kind.LANGUAGE, Role.LANGUAGE, context.pieces[following].value)
    before = context.elements[-1] if context.elements else None
    if (
        before
        and before.role is Role.LANGUAGE
        and before.value
        and len(before.text) < 4
        and before.end + 1 == context.at[i]
    ):
        return context.take(i, Kind.LANGUAGE, Role.LANGUAGE, piece.value)
    if piece.claims and i > 0:
        return context.keep(i)
    context.weigh(i, Kind.LANGUAGE, Role.LANGUAGE, piece.value)
    return context.take(i, Kind.LANGUAGE if i > 0 else Kind.OTHER, Role.LANGUAGE if i > 0 else Role.OTHER, None)


def _cautious(piece: Piece) -> bool:
    return piece.word in lexicon().words.cautious_languages


def _neighbour_language(context: Context, i: int) -> int | None:
    """The next piece, if it is a two- or three-letter code; with ``to`` between, the one after that."""
    j = i + 1
    if context.word(j) == "to":
        j += 1
    piece = context.near(j)
    if piece and piece.tag == Tag.LANGUAGE and len(context.gap(j - 1)) == 1:
        return j
    return None


def translation_codes(context: Context, i: int) -> int:
    """The codes after Marian: ``en-de`` is a pair, ``itc-eng`` too; ``el_es_fi`` on one side is a group."""
    codes = lexicon().words.language_codes
    names = lexicon().words.languages
    j = i
    while (
        j - i < _MOST_CODES
        and context.word(j + 1) in codes
        and context.word(j + 1) != "to"
        and len(context.gap(j)) == 1
    ):
        j += 1
    if j == i and context.word(i + 1) == "to" and context.word(i + 2) in codes:
        j = i + 2
    alone = context.word(i - 1) not in codes or context.word(i - 1) == "to"
    if alone and (j == i + 1 or (j == i + 2 and context.word(i + 1) == "to")):
        value = tuple(names[w].code if w in names else w for w in (context.word(i), context.word(j)))
        return context.take(i, Kind.LANGUAGE, Role.LANGUAGE_PAIR, value, j)
    word = context.word(i)
    return context.take(i, Kind.LANGUAGE, Role.LANGUAGE, names[word].code if word in names else word)


def code(context: Context, i: int) -> int:
    """An unknown word that is the code of a rare language: beside another code after Marian it is that language."""
    codes = lexicon().words.language_codes
    if (context.word(i + 1) in codes or context.word(i - 1) in codes) and "marian" in context.about.families:
        return translation_codes(context, i)
    return context.keep(i)


def word(context: Context, i: int) -> int:
    """A word that means what it says; an adapter that was merged, quantised or packed is no adapter any more."""
    piece = context.pieces[i]
    if piece.role is Role.ADAPTER and context.about.packed:
        context.weigh(i, piece.kind, piece.role, piece.value)
        return context.take(i, piece.kind, piece.role, None)
    return context.keep(i)


def gguf_type(context: Context, i: int) -> int:
    """``Q4_K_M``: the letters that belong to a GGUF type; ``q4`` alone is no exact claim."""
    last = i
    while last + 1 < len(context.pieces) and context.word(last + 1) in _GGUF_PARTS and context.gap(last) in ("_", "-"):
        last += 1
        if last - i == 2:
            break
    if last == i:
        return context.take(i, Kind.OTHER, Role.QUANTISATION, None)
    value = "_".join(context.word(j) for j in range(i, last + 1)).upper()
    return context.take(i, Kind.OTHER, Role.QUANTISATION, value, last)


def letter(context: Context, i: int) -> int:
    """A single letter: a size beside a vision family, the ``L`` of ``L-12_H-768_A-12``, else nothing."""
    word = context.word(i)
    if word == "l" and (last := numbers.dimensions(context, i)):
        return last
    before = context.near(i - 1)
    if (
        word in _SIZE_LETTERS
        and before
        and before.kind is Kind.ARCHITECTURE
        and (context.about.vision or before.tag == Tag.BRAND)
    ):
        return context.take(i, Kind.SIZE, Role.SIZE_WORD, None)
    return context.other(i)


def bits(context: Context, i: int) -> int:
    """The word ``bit`` without a number before it."""
    return context.other(i)


_DECIDING = {
    Tag.WORD: word,
    Tag.CODE: code,
    Tag.FAMILY: family,
    Tag.SIZE: size_word,
    Tag.LANGUAGE: language,
    Tag.NUMBER: numbers.number,
    Tag.DECIMAL: numbers.decimal,
    Tag.QUANTITY: numbers.quantity,
    Tag.ACTIVE: numbers.active,
    Tag.GGUF_TYPE: gguf_type,
    Tag.LETTER: letter,
    Tag.BITS: bits,
    Tag.UNIT: bits,
    Tag.DIMENSION: numbers.dimension,
    Tag.VERSION: numbers.version,
    Tag.EXPERTS: numbers.experts,
}
_DECIDERS = [_DECIDING.get(tag) for tag in range(Tag.LAST + 1)]  # None: nothing to decide
