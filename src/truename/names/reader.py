"""Read the model part of a name: chunks, words of several chunks, then each piece in its context."""

from __future__ import annotations

import re
from itertools import accumulate

from truename.names.chunks import CHUNKS, SPLIT
from truename.names.context import Context
from truename.names.elements import Element, Kind, Role
from truename.names.pieces import Chunk, Piece, Tag, lexicon, unknown

MOST_PARTS = 6  # chunks that one word may span: twitter-xlm-roberta-base is four
_UUID = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9a-fA-F])")
_UUID_LENGTH, _UUID_SIGNS = 36, 4
_NUMERIC = re.compile(r"v?\d(?:\.\d{1,2})?")


def read(name: str, start: int, end: int) -> tuple[list[Chunk], tuple[Element, ...], tuple[Element, ...]]:
    """The chunks of ``name[start:end]``, its elements, and the readings not chosen; spans count in the name."""
    pieces: list[Piece] = []
    at: list[int] = []
    if end - start >= _UUID_LENGTH and name.count("-") >= _UUID_SIGNS and (found := _UUID.search(name, start, end)):
        chunks = _collect(name[start : found.start()], start, pieces, at)
        pieces.append(unknown("", 0, _UUID_LENGTH))
        at.append(found.start())
        chunks += _collect(name[found.end() : end], found.end(), pieces, at)
    else:
        chunks = _collect(name[start:end], start, pieces, at)
    context = Context(name, pieces, at)
    context.decide()
    return chunks, tuple(context.elements), tuple(context.alternatives)


def _collect(text: str, start: int, pieces: list[Piece], at: list[int]) -> list[Chunk]:
    """Append the pieces of a stretch of the name, words of several chunks joined; returns the chunks."""
    chunks = list(map(CHUNKS.__getitem__, text.replace("_", "-").split("-")))
    if _stand_alone(chunks):
        for chunk in chunks:
            for piece in chunk.pieces:
                pieces.append(piece)
                at.append(start)
            start += len(chunk.text) + 1
        return chunks
    parts = SPLIT(text)
    starts = list(accumulate(map(len, parts), initial=start))[1:-1:2]
    chunks = list(map(CHUNKS.__getitem__, parts[1::2]))
    _append(parts, chunks, starts, pieces, at)
    return chunks


def _stand_alone(chunks: list[Chunk]) -> bool:
    """Whether each is one chunk, and no two neighbours are the beginning of a word of several."""
    continues = lexicon().continues
    begun = ""
    for chunk in chunks:
        if not chunk.pieces or (begun and begun + chunk.word in continues):
            return False
        begun = chunk.begins
    return True


def _append(parts: list[str], chunks: list[Chunk], starts: list[int], pieces: list[Piece], at: list[int]) -> None:
    """Append the pieces of chunks that may be parts of one word."""
    i, last = 0, len(chunks) - 1
    continues = lexicon().continues
    while i <= last:
        one = chunks[i]
        if one.begins and i < last and one.begins + chunks[i + 1].word in continues:
            joined = _longest(parts, chunks, i)
            if joined > i:
                _append_word(parts, chunks, starts, i, joined, pieces, at)
                i = joined + 1
                continue
        start = starts[i]
        for piece in one.pieces:
            pieces.append(piece)
            at.append(start)
        i += 1


def _longest(parts: list[str], chunks: list[Chunk], i: int) -> int:
    """The last chunk of the longest known word that begins with chunk ``i``; ``i`` if none is longer than that."""
    words = lexicon()
    compounds, prefixes = words.words.compounds, words.prefixes
    key, best = chunks[i].word, i
    for j in range(i + 1, min(i + MOST_PARTS, len(chunks))):
        gap = parts[2 * j]
        if len(gap) != 1 or gap == "/":
            break
        key += chunks[j].word
        if key in compounds and not _half_a_count(parts, chunks, j):
            best = j
        if key not in prefixes:
            break
    return best


def _half_a_count(parts: list[str], chunks: list[Chunk], j: int) -> bool:
    """Whether chunk ``j`` is the 1 of ``Qwen-1_8B``: joined to a count by another sign than to the family."""
    if chunks[j].word not in ("0", "1") or j + 1 == len(chunks) or chunks[j + 1].pieces[0].tag != Tag.QUANTITY:
        return False
    return parts[2 * j + 2][0] == "_" and parts[2 * j] != "_"


def _append_word(
    parts: list[str], chunks: list[Chunk], starts: list[int], i: int, last: int, pieces: list[Piece], at: list[int]
) -> None:
    """Append a word of several chunks; a version at the end of a family's name is an element of its own."""
    readings = lexicon().readings
    begin, end = starts[i], starts[last] + len(parts[2 * last + 1])
    key = "".join(chunks[j].word for j in range(i, last + 1))
    tag, kind, role, value, claims = readings[key]
    ending = chunks[last].word
    split = None
    if kind is Kind.ARCHITECTURE and not chunks[last - 1].word[-1].isdigit() and _NUMERIC.fullmatch(ending):
        shorter = readings.get(key[: -len(ending)])
        if shorter and shorter[2] is Role.FAMILY:
            split = starts[last - 1] + len(parts[2 * last - 1])
    pieces.append(Piece(tag, kind, role, 0, (split or end) - begin, value, key, claims))
    at.append(begin)
    if split:
        start = starts[last]
        text = chunks[last].pieces[0].word.removeprefix("v")
        pieces.append(Piece(Tag.VERSION, Kind.VERSION, Role.VERSION, 0, end - start, text, ending))
        at.append(start)
