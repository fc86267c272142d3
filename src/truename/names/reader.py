"""Read the model part of a name: chunks, words of several chunks, then each piece in its context."""

from __future__ import annotations

import re
from itertools import accumulate

from truename.names.chunks import CHUNK, CHUNKS
from truename.names.context import Context
from truename.names.elements import Element, Kind, Role
from truename.names.lexicon import Chunk, Piece, Tag, lexicon
from truename.names.readings import decide_pieces

MOST_PARTS = 6  # chunks that one word may span: twitter-xlm-roberta-base is four
_UUID = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9a-fA-F])")
_UUID_LENGTH, _UUID_SIGNS = 36, 4
_TIMM = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+\.([a-z][a-z0-9]*)(?:_[a-z0-9]+)*")
_OF_MODELS = frozenset((Role.FAMILY, Role.SIZE_WORD, Role.MIXTURE, Role.ACTIVE_PARAMETERS, Role.PARAMETERS))
_NUMERIC = re.compile(r"v?\d(?:\.\d{1,2})?")


def read(name: str, start: int, end: int) -> tuple[tuple[Element, ...], tuple[Element, ...]]:
    """The elements of ``name[start:end]`` and the readings not chosen; spans count in the name."""
    pieces: list[Piece] = []
    at: list[int] = []
    if end - start >= _UUID_LENGTH and name.count("-") >= _UUID_SIGNS and (found := _UUID.search(name, start, end)):
        _collect(name[start : found.start()], start, pieces, at)
        digest = found[0].lower()
        pieces.append(Piece(Tag.FINAL, Kind.OTHER, Role.DIGEST, 0, _UUID_LENGTH, digest, digest))
        at.append(found.start())
        _collect(name[found.end() : end], found.end(), pieces, at)
    else:
        _collect(name[start:end], start, pieces, at)
    context = Context(name, pieces, at, _tag(name, start, end))
    decide_pieces(context)
    if context.tag < end:
        _unclaim(context)
    return tuple(context.elements), tuple(context.alternatives)


def _tag(name: str, start: int, end: int) -> int:
    """Where timm's tag begins in ``arch.tag``: small letters, joined by underscores, and one point between words."""
    point = name.find(".", start, end)
    if point < 0 or name.find("_", start, point) < 0 or not (found := _TIMM.fullmatch(name, start, end)):
        return end
    return end if lexicon().readings.get(found[1], (0, 0, None))[2] is Role.PACKAGING else point + 1


def _unclaim(context: Context) -> None:
    """What timm's tag says of families and sizes it says of other models: those that this one was made from."""
    for i, element in enumerate(context.elements):
        if element.start >= context.tag and element.role in _OF_MODELS and element.value is not None:
            context.alternatives.append(element)
            context.elements[i] = Element(element.kind, element.role, element.text, element.start, element.end, None)


def _collect(text: str, start: int, pieces: list[Piece], at: list[int]) -> None:
    """Append the pieces of a stretch of the name, words of several chunks joined."""
    chunks = list(map(CHUNKS.__getitem__, text.replace("_", "-").split("-")))
    continues, count, place, begun = lexicon().continues, len(pieces), start, ""
    for chunk in chunks:
        found = chunk.pieces
        if not found or (begun and begun + chunk.word in continues):
            break
        begun = chunk.begins
        for piece in found:
            pieces.append(piece)
            at.append(place)
        place += chunk.width
    else:
        return
    del pieces[count:], at[count:]  # a word of several chunks, or other separators than one sign of the two
    if all(chunk.pieces for chunk in chunks):
        ends = accumulate([chunk.width for chunk in chunks], initial=0)
        _append(text, chunks, list(ends), start, pieces, at)
        return
    matches = list(CHUNK.finditer(text))
    _append(text, [CHUNKS[one[0]] for one in matches], [one.start() for one in matches], start, pieces, at)


def _append(text: str, chunks: list[Chunk], starts: list[int], offset: int, pieces: list[Piece], at: list[int]) -> None:
    """Append the pieces of chunks that may be parts of one word; each starts in the text, the text at the offset."""
    i, last = 0, len(chunks) - 1
    continues = lexicon().continues
    while i <= last:
        one = chunks[i]
        if one.begins and i < last and one.begins + chunks[i + 1].word in continues:
            joined = _longest(text, chunks, starts, i)
            if joined > i:
                _append_word(chunks[i : joined + 1], starts[i : joined + 1], offset, pieces, at)
                i = joined + 1
                continue
        for piece in one.pieces:
            pieces.append(piece)
            at.append(offset + starts[i])
        i += 1


def _longest(text: str, chunks: list[Chunk], starts: list[int], i: int) -> int:
    """The last chunk of the longest known word that begins with chunk ``i``; ``i`` if none is longer than that."""
    words = lexicon()
    compounds, prefixes = words.words.compounds, words.prefixes
    key, best = chunks[i].word, i
    for j in range(i + 1, min(i + MOST_PARTS, len(chunks))):
        gap = starts[j] - 1
        if gap != starts[j - 1] + len(chunks[j - 1].text) or text[gap] == "/":
            break
        key += chunks[j].word
        if key in compounds and not _half_a_count(text, chunks, starts, j):
            best = j
        if key not in prefixes:
            break
    return best


def _half_a_count(text: str, chunks: list[Chunk], starts: list[int], j: int) -> bool:
    """Whether chunk ``j`` is the 1 of ``Qwen-1_8B``: joined to a count by another sign than to the family."""
    if chunks[j].word not in ("0", "1") or j + 1 == len(chunks) or chunks[j + 1].pieces[0].tag != Tag.QUANTITY:
        return False
    return text[starts[j] + len(chunks[j].text)] == "_" and text[starts[j] - 1] != "_"


def _append_word(chunks: list[Chunk], starts: list[int], offset: int, pieces: list[Piece], at: list[int]) -> None:
    """Append a word of several chunks; a version at the end of a family's name is an element of its own."""
    readings = lexicon().readings
    last, before = chunks[-1], chunks[-2]
    begin, end = starts[0], starts[-1] + len(last.text)
    key = "".join([chunk.word for chunk in chunks])
    tag, kind, role, value, claims = readings[key]
    split = tail = None
    if kind is Kind.ARCHITECTURE and not before.word[-1].isdigit() and _NUMERIC.fullmatch(last.word):
        shorter = readings.get(key[: -len(last.word)])
        if shorter and shorter[2] is Role.FAMILY:
            split = starts[-2] + len(before.text)
    elif readings.get(last.word, (0, 0, 0))[2] is Role.MODALITY and key in lexicon().modal:
        split, tail = starts[-2] + len(before.text), last.pieces[0]
    first = chunks[0].pieces[0]
    if role is Role.FAMILY and first.role is Role.LANGUAGE and chunks[1].pieces[0].kind is Kind.ARCHITECTURE:
        pieces.append(first)  # chinese-roberta: a language, and the family that the two words name
        at.append(offset + begin)
        begin = starts[1]
    pieces.append(Piece(tag, kind, role, 0, (split or end) - begin, value, key, claims))
    at.append(offset + begin)
    if tail:
        pieces.append(tail)
        at.append(offset + starts[-1])
    elif split:
        text = last.pieces[0].word.removeprefix("v")
        pieces.append(Piece(Tag.VERSION, Kind.VERSION, Role.VERSION, 0, end - starts[-1], text, last.word))
        at.append(offset + starts[-1])
