"""Choose among the readings of each piece by its neighbours.

``base`` is a size beside ``bert`` and none in ``base model``; ``it`` is instruct after Gemma; ``1M`` is a context
length beside ``7B``; ``led-zeppelin`` is no LED. Where the neighbours do not decide, nothing is claimed, and the
readings that were weighed are kept as alternatives.
"""

from __future__ import annotations

from truename.names import numbers
from truename.names.context import Context
from truename.names.elements import Element, Kind, Role
from truename.names.lexicon import Piece, Tag, lexicon

_SIZE_REACH = 3  # pieces between a family and its size word: bert-multilingual-uncased-base
_GEMMAS = frozenset(("gemma", "gemma2", "gemma3", "gemma3n", "gemma4", "recurrent_gemma", "paligemma"))
_MOST_CODES = 12  # codes of one group of languages
_NUMBERS = (Tag.NUMBER, Tag.DECIMAL)
_SIZE_LETTERS = frozenset("tsmblhgnx")
_BESIDE_FAMILY = (Tag.SIZE, Tag.QUANTITY, Tag.PATCH)
_SKIPPED = (Tag.VERSION, Tag.NUMBER, Tag.DECIMAL)  # between a family and its size
_QUALIFIERS = (Role.LANGUAGE, Role.MODALITY, Role.CONTEXT)
_GGUF_PARTS = frozenset(("k", "0", "1", "nl", "xs", "xxs", "s", "m", "l", "xl", "ks", "km", "kl", "kxl"))


def decide_family(context: Context, i: int) -> int:
    """An everyday word, an architecture only beside what sizes it, or a family that a language makes another one."""
    piece = context.pieces[i]
    if not piece.claims:
        return _everyday_family(context, i)
    for language_code, variant in lexicon().words.families[piece.value].variants.items():
        if language_code in context.summary.languages:
            return context.emit(i, Kind.ARCHITECTURE, Role.FAMILY, variant)
    return context.accept_piece(i)


def _everyday_family(context: Context, i: int) -> int:
    """``led-base`` and ``opt-1-3b`` are architectures; ``led-zeppelin`` is none."""
    piece, after, before = context.pieces[i], context.piece_at(i + 1), context.piece_at(i - 1)
    if after is not None and after.tag == Tag.NUMBER:
        count = context.piece_at(i + 2)
        sized = count is not None and count.tag == Tag.QUANTITY
    else:
        sized = after is not None and (after.tag in _BESIDE_FAMILY or after.role is Role.MIXTURE)
    if sized or (after is None and before is not None and before.tag == Tag.SIZE):
        return context.emit(i, Kind.ARCHITECTURE, Role.FAMILY, piece.value)
    context.add_alternative(i, Kind.ARCHITECTURE, Role.FAMILY, piece.value)
    if len(piece.word) <= 3 and after is not None and after.tag in (Tag.UNKNOWN, Tag.CODE):
        return context.emit_other(i)
    return context.emit(i, Kind.ARCHITECTURE, Role.BRAND, None)


def decide_size_word(context: Context, i: int) -> int:
    """A size beside a family (``bert-base-uncased``); a base model after a count (``llama-7b-base``) is none."""
    piece = context.pieces[i]
    hints = lexicon().words.hints
    if context.word_at(i + 1) in hints.not_size:
        return context.emit(i, Kind.SIZE, Role.SIZE_WORD, None)
    for j in range(i - 1, max(-1, i - 1 - _SIZE_REACH), -1):
        before = context.pieces[j]
        if before.role in (Role.FAMILY, Role.BRAND):
            context.size_claimed = True
            return context.accept_piece(i)
        if before.tag == Tag.QUANTITY or before.tag == Tag.SIZE or before.role is Role.MIXTURE:
            break
        skipped = before.tag in _SKIPPED or before.role in _QUALIFIERS or before.kind is Kind.CHARACTERISTIC
        if not skipped:
            break
    after = context.piece_at(i + 1)
    if after and after.role is Role.FAMILY and not context.elements:
        context.size_claimed = True
        return context.accept_piece(i)  # tiny-bert
    context.add_alternative(i, Kind.SIZE, Role.SIZE_WORD, piece.value)
    return context.emit(i, Kind.SIZE, Role.SIZE_WORD, None)


def decide_language(context: Context, i: int) -> int:
    """A language; a code that is a word too needs a neighbour that is a language, or a translation's context."""
    piece = context.pieces[i]
    if piece.word == "it" and not context.summary.families.isdisjoint(_GEMMAS):
        context.add_alternative(i, Kind.LANGUAGE, Role.LANGUAGE, "it")
        return context.emit(i, Kind.TASK, Role.ALIGNMENT, "instruct")
    if piece.word == "to":
        return context.emit_other(i)
    if "marian" in context.summary.families:
        return decide_translation_codes(context, i)
    following = _neighbour_language(context, i)
    if following:
        group = _neighbour_language(context, following)
        if group is None and context.has_word(lexicon().words.hints.translation):
            value = (piece.value, context.pieces[following].value)
            return context.emit(i, Kind.LANGUAGE, Role.LANGUAGE_PAIR, value, following)
        if following == i + 1 and not (_cautious(piece) and _cautious(context.pieces[following])):
            context.emit(i, Kind.LANGUAGE, Role.LANGUAGE, piece.value)
            return context.emit(following, Kind.LANGUAGE, Role.LANGUAGE, context.pieces[following].value)
    before = context.elements[-1] if context.elements else None
    if (
        before
        and before.role is Role.LANGUAGE
        and before.value
        and len(before.text) < 4
        and before.end + 1 == context.at[i]
    ):
        return context.emit(i, Kind.LANGUAGE, Role.LANGUAGE, piece.value)
    if piece.claims and i > 0:
        return context.accept_piece(i)
    context.add_alternative(i, Kind.LANGUAGE, Role.LANGUAGE, piece.value)
    return context.emit(i, Kind.LANGUAGE if i > 0 else Kind.OTHER, Role.LANGUAGE if i > 0 else Role.OTHER, None)


def _cautious(piece: Piece) -> bool:
    return piece.word in lexicon().words.cautious_languages


def _neighbour_language(context: Context, i: int) -> int | None:
    """The next piece, if it is a two- or three-letter code; with ``to`` between, the one after that."""
    j = i + 1
    if context.word_at(j) == "to":
        j += 1
    piece = context.piece_at(j)
    if piece and piece.tag == Tag.LANGUAGE and len(context.text_between(j - 1)) == 1:
        return j
    return None


def decide_translation_codes(context: Context, i: int) -> int:
    """The codes after Marian: ``en-de`` is a pair, ``itc-eng`` too; ``el_es_fi`` on one side is a group."""
    codes = lexicon().words.language_codes
    names = lexicon().words.languages
    j = i
    while (
        j - i < _MOST_CODES
        and context.word_at(j + 1) in codes
        and context.word_at(j + 1) != "to"
        and len(context.text_between(j)) == 1
    ):
        j += 1
    if j == i and context.word_at(i + 1) == "to" and context.word_at(i + 2) in codes:
        j = i + 2
    alone = context.word_at(i - 1) not in codes or context.word_at(i - 1) == "to"
    if alone and (j == i + 1 or (j == i + 2 and context.word_at(i + 1) == "to")):
        value = tuple(names[w].code if w in names else w for w in (context.word_at(i), context.word_at(j)))
        return context.emit(i, Kind.LANGUAGE, Role.LANGUAGE_PAIR, value, j)
    word = context.word_at(i)
    return context.emit(i, Kind.LANGUAGE, Role.LANGUAGE, names[word].code if word in names else word)


def decide_code(context: Context, i: int) -> int:
    """An unknown word that is the code of a rare language: beside another code after Marian it is that language."""
    codes = lexicon().words.language_codes
    if (context.word_at(i + 1) in codes or context.word_at(i - 1) in codes) and "marian" in context.summary.families:
        return decide_translation_codes(context, i)
    return context.accept_piece(i)


def decide_word(context: Context, i: int) -> int:
    """A word that means what it says; an adapter that was merged, quantised or packed is no adapter any more."""
    piece = context.pieces[i]
    if piece.role is Role.ADAPTER and context.summary.packed:
        context.add_alternative(i, piece.kind, piece.role, piece.value)
        return context.emit(i, piece.kind, piece.role, None)
    return context.accept_piece(i)


def decide_in_quantised(context: Context, i: int) -> int:
    """``128g``, ``i1``: beside a quantisation only."""
    return context.accept_piece(i) if context.summary.quantised else context.emit_other(i)


def decide_draft(context: Context, i: int) -> int:
    """``EAGLE3-LLaMA3.3``: a draft model of another; alone an eagle is a name."""
    piece = context.pieces[i]
    if context.summary.families or context.summary.sized:
        return context.accept_piece(i)
    context.add_alternative(i, piece.kind, piece.role, piece.value)
    return context.emit_other(i)


def decide_dataset(context: Context, i: int) -> int:
    """``UD`` before a GGUF type is Unsloth's way to quantise, elsewhere the Universal Dependencies."""
    after = context.piece_at(i + 1)
    if context.word_at(i) == "ud" and after is not None and after.tag == Tag.GGUF_TYPE:
        return context.emit(i, Kind.OTHER, Role.QUANTISATION_DETAIL, "unsloth-dynamic")
    return context.accept_piece(i)


def decide_gguf_type(context: Context, i: int) -> int:
    """``Q4_K_M``: the letters that belong to a GGUF type; ``q4`` alone is no exact claim."""
    last = i
    while (
        last + 1 < len(context.pieces)
        and context.word_at(last + 1) in _GGUF_PARTS
        and context.text_between(last) in ("_", "-")
    ):
        last += 1
        if last - i == 2:
            break
    if last == i:
        return context.emit(i, Kind.OTHER, Role.QUANTISATION, None)
    parts = [context.word_at(j) for j in range(i, last + 1)]
    parts[-1] = parts[-1].replace("k", "k_") if len(parts[-1]) > 1 else parts[-1]  # q4_km
    value = "_".join(parts).upper()
    return context.emit(i, Kind.OTHER, Role.QUANTISATION, value, last)


def decide_letter(context: Context, i: int) -> int:
    """A single letter: a size beside a vision family, the ``L`` of ``L-12_H-768_A-12``, else nothing."""
    word = context.word_at(i)
    if word == "l" and (last := numbers.decide_dimensions(context, i)):
        return last
    before = context.piece_at(i - 1)
    if (
        word in _SIZE_LETTERS
        and before
        and before.kind is Kind.ARCHITECTURE
        and (context.summary.vision or before.tag == Tag.BRAND)
    ):
        return context.emit(i, Kind.SIZE, Role.SIZE_WORD, None)
    return context.emit_other(i)


def decide_bits(context: Context, i: int) -> int:
    """The word ``bit`` without a number before it; ``bpw-4.5`` has it behind."""
    after = context.piece_at(i + 1)
    if context.word_at(i) == "bpw" and after is not None and after.tag in _NUMBERS and context.text_between(i) in "-_":
        bits = float(after.word) if after.word.count(".") < 2 and after.word.isascii() else 0
        if 1 <= bits <= 16:
            return context.emit(i, Kind.OTHER, Role.BITS, bits, i + 1)
    return context.emit_other(i)


_DECIDING = {
    Tag.WORD: decide_word,
    Tag.CODE: decide_code,
    Tag.FAMILY: decide_family,
    Tag.SIZE: decide_size_word,
    Tag.LANGUAGE: decide_language,
    Tag.NUMBER: numbers.decide_number,
    Tag.DECIMAL: numbers.decide_decimal,
    Tag.QUANTITY: numbers.decide_quantity,
    Tag.ACTIVE: numbers.decide_active,
    Tag.GGUF_TYPE: decide_gguf_type,
    Tag.LETTER: decide_letter,
    Tag.BITS: decide_bits,
    Tag.UNIT: numbers.decide_unit,
    Tag.DIMENSION: numbers.decide_dimension,
    Tag.VERSION: numbers.decide_version,
    Tag.EXPERTS: numbers.decide_experts,
    Tag.LABEL: numbers.decide_label,
    Tag.IN_QUANTISED: decide_in_quantised,
    Tag.OF_ADAPTER: numbers.decide_rank,
    Tag.WIDTH: numbers.decide_width,
    Tag.DRAFT: decide_draft,
    Tag.UD: decide_dataset,
}
_DECIDERS = [_DECIDING.get(tag) for tag in range(Tag.LAST + 1)]  # None: nothing to decide


def decide_pieces(context: Context) -> None:
    """Make the elements of a name from its pieces."""
    i, pieces, places, name = 0, context.pieces, context.at, context.name
    count, deciders, append = len(pieces), _DECIDERS, context.elements.append
    while i < count:
        piece = pieces[i]
        if choose := deciders[piece.tag]:
            i = choose(context, i)
            continue
        at = places[i]
        start, end = at + piece.start, at + piece.end
        append(Element(piece.kind, piece.role, name[start:end], start, end, piece.value if piece.claims else None))
        i += 1
