"""Cut a name into chunks, and a chunk into pieces: CamelCase, borders of digits and letters, words run together."""

from __future__ import annotations

import re

from truename.names.elements import Kind, Role
from truename.names.lexicon import (
    LABELS,
    LONGEST_WORD,
    Chunk,
    Piece,
    Tag,
    is_depth,
    known,
    lexicon,
    lower,
    split_modality,
    unknown,
)
from truename.names.quantities import is_hash, quantity

# letters and digits; a point belongs to the chunk between two digits only
CHUNK = re.compile(r"[^\W_]+(?:(?<=[0-9])\.(?=[0-9])[^\W_]+)*")
_RUN = re.compile(r"[0-9]+(?:\.[0-9]+)*|[^\W\d_]+|\d+|.")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|[^A-Za-z]+")
_DECIMAL = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){1,3}")
_PAIR = re.compile(r"([a-z]{2})2([a-z]{2})")
_SHORT = (Role.FAMILY, Role.MODALITY)  # words of two letters with a number: t5, vl2
MOST_RUNS = 7  # a chunk of more alternations of letters and digits is an id, not words

_KEPT = 1 << 16  # chunks of one turn; a registry's names share most of theirs


class _Chunks(dict[str, Chunk]):
    """Text -> its chunk, read when it is first asked for; a full store is put aside, and taken from before reading."""

    def __init__(self) -> None:
        self._before: dict[str, Chunk] = {}

    def __missing__(self, text: str) -> Chunk:
        if len(self) >= _KEPT:
            self._before = self.copy()
            self.clear()
        found = self[text] = self._before.get(text) or _read(text)
        return found


CHUNKS = _Chunks()


def _read(text: str) -> Chunk:
    if not text.isalnum() and not CHUNK.fullmatch(text):
        return Chunk(text, "", "", (), len(text) + 1)
    word = lower(text)
    if len(word) > LONGEST_WORD:
        return Chunk(text, word, "", (unknown(word, 0, len(word)),), len(text) + 1)
    key = word if word.isalnum() else word.replace(".", "")  # as squeeze would have it: a chunk has no other sign
    return Chunk(text, key, key if key in lexicon().prefixes else "", _pieces(text, word, key), len(text) + 1)


def _pieces(text: str, word: str, key: str) -> tuple[Piece, ...]:
    end = len(word)
    if found := known(key, 0, end):
        return split_modality(found)
    if word.isascii() and word.isdigit():
        return (Piece(Tag.NUMBER, Kind.OTHER, Role.OTHER, 0, end, int(word) if end < 10 else None, word),)
    if word in LABELS:
        return (Piece(Tag.LABEL, Kind.OTHER, Role.OTHER, 0, end, None, word),)
    if word.isalpha():
        if end == 1:
            return (Piece(Tag.LETTER, Kind.OTHER, Role.OTHER, 0, 1, None, word),)
        if end < 4 and word in lexicon().words.language_codes:
            return (Piece(Tag.CODE, Kind.OTHER, Role.OTHER, 0, end, None, word),)
        return _of_letters(text, word)
    if _DECIMAL.fullmatch(word):
        return (Piece(Tag.DECIMAL, Kind.VERSION, Role.VERSION, 0, end, word, word),)
    if is_hash(word):
        return (Piece(Tag.FINAL, Kind.OTHER, Role.DIGEST, 0, end, word, word),)
    if pair := _PAIR.fullmatch(word):
        languages = lexicon().words.languages
        if pair[1] in languages and pair[2] in languages and pair[1] != pair[2]:
            value = (languages[pair[1]].code, languages[pair[2]].code)
            return (Piece(Tag.FINAL, Kind.LANGUAGE, Role.LANGUAGE_PAIR, 0, end, value, word),)
    return quantity(text, word) or _of_runs(text, word)


def _of_letters(text: str, word: str) -> tuple[Piece, ...]:
    """Letters only, and not a word by themselves: CamelCase, then two words run together, then a telling end."""
    end = len(word)
    if text != word and text.isascii():
        parts = [(m.start(), m.end()) for m in _CAMEL.finditer(text)]
        if 1 < len(parts) <= 12 and (found := _joined(word, parts)):
            return found
    if end >= 7 and word.isascii():
        readings = lexicon().readings
        for cut in range(3, end - 2):
            if word[:cut] not in readings or word[cut:] not in readings:
                continue
            left, right = known(word[:cut], 0, cut), known(word[cut:], cut, end)
            if left and right and Kind.ARCHITECTURE in (left.kind, right.kind) and (cut > 3 or end - cut > 3):
                return (*split_modality(left), _glued(right))
    return (_whole(word),)


def _whole(word: str) -> Piece:
    """An unknown word: a brand or a task by its end (``indobert``, ``querygenerator``), else nothing we know."""
    if word.endswith(lexicon().words.hints.task_endings):
        return Piece(Tag.FINAL, Kind.TASK, Role.TASK, 0, len(word), None, word)
    endings = lexicon().words.hints.brand_endings
    for ending in endings if word.endswith(endings) else ():
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return Piece(Tag.BRAND, Kind.ARCHITECTURE, Role.BRAND, 0, len(word), word, word)
    return unknown(word, 0, len(word))


def _in_a_word(piece: Piece) -> Piece:
    """A modality inside a word claims none: ``OmniQuant``, ``VisionLlama``."""
    if piece.role is not Role.MODALITY:
        return piece
    return Piece(piece.tag, piece.kind, piece.role, piece.start, piece.end, None, piece.word, False)


def _glued(piece: Piece) -> Piece:
    """A word that something is glued to on its left claims no architecture: ``rutergpt``, ``camelbert``."""
    if piece.role is not Role.FAMILY:
        return piece
    return Piece(Tag.BRAND, piece.kind, Role.BRAND, piece.start, piece.end, piece.word, piece.word)


def _joined(word: str, parts: list[tuple[int, int]]) -> tuple[Piece, ...] | None:
    """Known words among the parts, longest first; None if there are none or only short ones."""
    readings, prefixes = lexicon().readings, lexicon().prefixes
    pieces: list[Piece] = []
    hits, i = 0, 0
    while i < len(parts):
        key, best = "", -1
        for j in range(i, len(parts)):
            key += word[parts[j][0] : parts[j][1]]
            if key in readings and len(key) > 2:
                best = j
            if key not in prefixes and j > i:
                break
        start, end = parts[i][0], parts[max(best, i)][1]
        found = known(word[start:end], start, end) if best >= 0 else None
        if found is None and pieces and pieces[-1].tag == Tag.UNKNOWN:
            pieces[-1] = unknown(word[pieces[-1].start : end], pieces[-1].start, end)
        else:
            pieces.append(
                _in_a_word(_glued(found) if start else found) if found else unknown(word[start:end], start, end)
            )
        hits += found is not None
        i = max(best, i) + 1
    if not hits:
        return None
    if len(pieces) == 2 and pieces[0].tag == Tag.UNKNOWN and pieces[1].kind is Kind.ARCHITECTURE:
        return (Piece(Tag.BRAND, Kind.ARCHITECTURE, Role.BRAND, 0, len(word), word, word),)  # IndoBERT: one brand
    return tuple(pieces)


def _of_runs(text: str, word: str) -> tuple[Piece, ...]:
    """Letters and digits together: ``llama65B``, ``t5small``, ``PHI3``, ``oasstpythia1.5brm``."""
    runs = [(m.start(), m.end()) for m in _RUN.finditer(word)]
    if len(runs) > MOST_RUNS:
        return (unknown(word, 0, len(word)),)
    pieces: list[Piece] = []
    i = 0
    while i < len(runs):
        i = _next_run(text, word, runs, i, pieces)
    told = [p for p in pieces if p.tag not in (Tag.UNKNOWN, Tag.NUMBER, Tag.DECIMAL)]
    return tuple(pieces) if told else (unknown(word, 0, len(word)),)


def _next_run(text: str, word: str, runs: list[tuple[int, int]], i: int, pieces: list[Piece]) -> int:
    """Read the longest word or quantity that begins with run ``i``; returns the run after it."""
    start = runs[i][0]
    best = _longest(word, runs, i)
    if best >= 0:
        end = runs[best][1]
        found = known(word[start:end].replace(".", ""), start, end)
        if found:
            if start and word[start - 1].isalpha():
                pieces.append(_glued(found))
            else:
                pieces.extend(split_modality(found))
            return best + 1
    end = runs[i][1]
    if word[start].isdigit():
        after_letters = bool(start)
        torn = i + 2 < len(runs) and word[runs[i + 2][0]].isdigit()  # 70M4 is an id
        if (
            i + 1 < len(runs)
            and not torn
            and (counted := _quantity_at(text, word, start, runs[i + 1][1], after_letters))
        ):
            strange = after_letters and _counts_something(text, start, runs[i + 1][1], pieces)
            pieces.extend(map(_claimless, counted) if strange else counted)
            return i + 2
        named = bool(pieces) and (
            pieces[-1].kind is Kind.ARCHITECTURE or (pieces[-1].role is Role.MODALITY and i + 1 == len(runs))  # vl2
        )
        if named and pieces[-1].end == start and end - start < 4:
            digits = word[start:end]
            if is_depth(pieces[-1], digits):
                pieces.append(Piece(Tag.FINAL, Kind.SIZE, Role.SIZE_WORD, start, end, None, digits))
            else:
                pieces.append(Piece(Tag.FINAL, Kind.VERSION, Role.VERSION, start, end, digits, digits))
        else:
            pieces.append(unknown(word[start:end], start, end))
        return i + 1
    part = text[start:end]
    if not start and len(part) > 1:
        pieces.extend(_of_letters(part, word[:end]))
        return i + 1
    for piece in _of_letters(part, word[start:end]) if len(part) > 1 else (unknown(part.lower(), 0, 1),):
        at, to = piece.start + start, piece.end + start
        pieces.append(Piece(piece.tag, piece.kind, piece.role, at, to, piece.value, piece.word, piece.claims))
    return i + 1


def _counts_something(text: str, start: int, end: int, pieces: list[Piece]) -> bool:
    """Whether letters we do not know, before a quantity, may say what it counts: ``lvd1689m`` images, ``s34B`` samples.

    ``FS8B`` counts parameters: an abbreviation of a model and its billions, both in capitals.
    """
    if pieces and pieces[-1].tag != Tag.UNKNOWN:
        return False
    return not (start > 1 and text[:start].isupper() and text[start:end].endswith("B"))


def _claimless(piece: Piece) -> Piece:
    """A quantity that may be anything's."""
    if piece.tag != Tag.QUANTITY:
        return piece
    kind, role = Kind.CHARACTERISTIC, Role.DATA_COUNT
    return Piece(Tag.FINAL, kind, role, piece.start, piece.end, piece.value, piece.word, False)


def _longest(word: str, runs: list[tuple[int, int]], i: int) -> int:
    """The last run of the longest known word that begins with run ``i``; -1 if none does."""
    readings, prefixes = lexicon().readings, lexicon().prefixes
    best, start = -1, runs[i][0]
    for j in range(i, len(runs)):
        key = word[start : runs[j][1]].replace(".", "")
        found = readings.get(key)
        if found and (len(key) > 2 or found[2] in _SHORT) and not (j > i and _torn(word, runs, j)):
            best = j
        if key not in prefixes:
            break
    return best


def _torn(word: str, runs: list[tuple[int, int]], j: int) -> bool:
    """Whether run ``j`` is a number that belongs to the unit behind it: ``gemma2b`` is gemma and 2b."""
    if j + 1 == len(runs) or not word[runs[j][0]].isdigit():
        return False
    letters = word[runs[j + 1][0] : runs[j + 1][1]]
    return letters[0] in "bmk" and (len(letters) == 1 or letters[1:] in lexicon().readings)


def _quantity_at(text: str, word: str, start: int, end: int, after_letters: bool) -> tuple[Piece, ...] | None:
    """A quantity inside a chunk, moved to its place."""
    found = quantity(text[start:end], word[start:end])
    if not found or found[0].tag not in (Tag.QUANTITY, Tag.FINAL):
        return None
    if after_letters and found[0].tag == Tag.QUANTITY and found[0].value < 10_000_000:
        return None  # gpt2m is GPT-2 medium
    return tuple(Piece(p.tag, p.kind, p.role, p.start + start, p.end + start, p.value, p.word, p.claims) for p in found)
