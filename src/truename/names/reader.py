"""Read the model part of a name: chunks, words of several chunks, then each piece in its context."""

from __future__ import annotations

import re

from truename.names.chunks import CHUNK, chunk, stored
from truename.names.context import Context
from truename.names.elements import Element, Kind, Role
from truename.names.pieces import Chunk, Piece, Tag, lexicon, telling, unknown

MOST_PARTS = 6  # chunks that one word may span: twitter-xlm-roberta-base is four
_UUID = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9a-fA-F])")
_UUID_LENGTH = 36
_NUMERIC = re.compile(r"v?\d(?:\.\d{1,2})?")


def read(name: str, start: int, end: int) -> tuple[list[str], tuple[Element, ...], tuple[Element, ...]]:
    """The chunks of ``name[start:end]``, its elements, and the readings not chosen; spans count in the name."""
    pieces: list[Piece] = []
    at: list[int] = []
    told: list[Piece] = []
    if end - start >= _UUID_LENGTH and (found := _UUID.search(name, start, end)):
        texts = _collect(name, start, found.start(), pieces, at, told)
        pieces.append(unknown("", 0, _UUID_LENGTH))
        at.append(found.start())
        texts += _collect(name, found.end(), end, pieces, at, told)
    else:
        texts = _collect(name, start, end, pieces, at, told)
    context = Context(name, pieces, at, told)
    context.decide()
    return texts, tuple(context.elements), tuple(context.alternatives)


def _collect(name: str, start: int, end: int, pieces: list[Piece], at: list[int], told: list[Piece]) -> list[str]:
    """Append the pieces of a stretch of the name, words of several chunks joined; returns the chunks' texts."""
    spans = [found.span() for found in CHUNK.finditer(name, start, end)]
    texts = [name[a:b] for a, b in spans]
    chunks = [stored(text) or chunk(text) for text in texts]
    i, count = 0, len(chunks)
    while i < count:
        one = chunks[i]
        if one.begins and i + 1 < count:
            last = _longest(name, spans, chunks, i)
            if last > i:
                known = len(pieces)
                _append_word(chunks, spans, i, last, pieces, at)
                told.extend(filter(telling, pieces[known:]))
                i = last + 1
                continue
        parts = one.pieces
        pieces += parts
        at += [spans[i][0]] * len(parts)
        if one.telling:
            told += one.telling
        i += 1
    return texts


def _longest(name: str, spans: list[tuple[int, int]], chunks: list[Chunk], i: int) -> int:
    """The last chunk of the longest known word that begins with chunk ``i``; ``i`` if none is longer than that."""
    words = lexicon()
    compounds = words.words.compounds
    key, best = chunks[i].word, i
    for j in range(i + 1, min(i + MOST_PARTS, len(chunks))):
        if spans[j][0] - spans[j - 1][1] != 1 or name[spans[j - 1][1]] == "/":
            break
        key += chunks[j].word
        if key in compounds and not _half_a_count(name, spans, chunks, j):
            best = j
        if key not in words.prefixes:
            break
    return best


def _half_a_count(name: str, spans: list[tuple[int, int]], chunks: list[Chunk], j: int) -> bool:
    """Whether chunk ``j`` is the 1 of ``Qwen-1_8B``: joined to a count by another sign than to the family."""
    if chunks[j].word not in ("0", "1") or j + 1 == len(chunks) or chunks[j + 1].pieces[0].tag != Tag.QUANTITY:
        return False
    before, after = name[spans[j][0] - 1], name[spans[j][1]]
    return after == "_" and before != "_"


def _append_word(
    chunks: list[Chunk], spans: list[tuple[int, int]], i: int, last: int, pieces: list[Piece], at: list[int]
) -> None:
    """Append a word of several chunks; a version at the end of a family's name is an element of its own."""
    readings = lexicon().readings
    begin, end = spans[i][0], spans[last][1]
    key = "".join(chunks[j].word for j in range(i, last + 1))
    tag, kind, role, value, claims = readings[key]
    ending = chunks[last].word
    split = None
    if kind is Kind.ARCHITECTURE and not chunks[last - 1].word[-1].isdigit() and _NUMERIC.fullmatch(ending):
        shorter = readings.get(key[: -len(ending)])
        if shorter and shorter[0] == Tag.FAMILY:
            split = spans[last - 1][1]
    pieces.append(Piece(tag, kind, role, 0, (split or end) - begin, value, key, claims))
    at.append(begin)
    if split:
        start = spans[last][0]
        text = chunks[last].pieces[0].word.removeprefix("v")
        pieces.append(Piece(Tag.VERSION, Kind.VERSION, Role.VERSION, 0, end - start, text, ending))
        at.append(start)
