"""Characters that hide in a name: look-alike letters, invisible characters, and those that turn text around.

The look-alikes come from Unicode's confusables (UTS 39), by ``tools/import_confusables.py``. A letter is judged in its
word: a Cyrillic а among Latin letters imitates one, a word wholly in Cyrillic is a word in Cyrillic, unless every
letter of it has a Latin twin and the twins spell a word that names of models have (``Т5``).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from unicodedata import category, name, normalize

import msgspec

from truename._lazy import pattern
from truename.names.lexicon import lexicon, lower, squeeze

_WORD = pattern(r"[^\W_\u115f\u1160\u17b4\u17b5\u3164\uffa0]+")  # fillers that count as letters left out
_BIDIRECTIONAL = pattern(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_JOINERS = "\u200c\u200d"  # Persian, the Indian scripts and emoji need them
_FILLERS = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")  # drawn as nothing, and no Cf
_STYLED = ("FULLWIDTH", "MATHEMATICAL")
_AS_SYMBOLS = ("GREEK",)  # letters that stand beside Latin ones as signs: ρGPT


class Disguise(StrEnum):
    """How a part of a name deceives."""

    LOOK_ALIKE = "look-alike"
    INVISIBLE = "invisible"
    BIDIRECTIONAL = "bidirectional"
    CONTROL = "control"


class Disguised(msgspec.Struct, frozen=True):
    """A part of a name that is not what it looks like: ``name[start:end]``, and what it looks like."""

    disguise: Disguise
    start: int
    end: int
    plain: str
    imitates: bool = False  # the plain form is a word that names of models have


def fold(text: str) -> str:
    """``text`` as it looks: look-alike and styled letters as ASCII ones, invisible characters left out.

    Every letter with a Latin twin is folded, also in words wholly in one script; use it to compare, not to show.
    """
    if text.isascii():
        return text
    return "".join(map(_plain, text))


def disguised(text: str) -> tuple[Disguised, ...]:
    """The parts of a name that deceive, in order and without overlap. The time is linear in the length."""
    if text.isascii() and text.isprintable():
        return ()
    found = [*_hidden(text), *_imitations(text)]
    return tuple(sorted(found, key=lambda part: part.start))


def undisguised(text: str) -> str:
    """The name with every disguise taken off: what it looks like, in honest letters."""
    parts, at = [], 0
    for part in disguised(text):
        parts += [text[at : part.start], part.plain]
        at = part.end
    return "".join([*parts, text[at:]])


def _plain(char: str) -> str:
    if char.isascii():
        return char
    if char in _FILLERS or category(char) == "Cf":
        return ""
    if (twin := _twins().get(char)) is not None:
        return twin
    return normalize("NFKC", char) if _styled(char) else char


def _hidden(text: str) -> Iterator[Disguised]:
    """Single characters that are not seen, in runs of one sort."""
    start, last = 0, None
    for index in range(len(text) + 1):
        found = _sort(text, index) if index < len(text) else None
        if found is not last:
            if last is not None:
                yield Disguised(last, start, index, "")
            start, last = index, found


def _sort(text: str, index: int) -> Disguise | None:
    char = text[index]
    if char.isascii():
        return Disguise.CONTROL if not char.isprintable() else None
    if _BIDIRECTIONAL.match(char):
        return Disguise.BIDIRECTIONAL
    kind = category(char)
    if kind == "Cc":
        return Disguise.CONTROL
    if char in _JOINERS and index and not text[index - 1].isascii():
        return None
    return Disguise.INVISIBLE if kind == "Cf" or char in _FILLERS else None


def _imitations(text: str) -> Iterator[Disguised]:
    """Words with letters that only look Latin."""
    latin = any(c.isascii() and c.isalpha() for c in text)
    for match in _WORD.finditer(text):
        word = match[0]
        if word.isascii():
            continue
        plain = fold(word)
        if plain == word:
            continue
        known = plain.isascii() and squeeze(lower(plain)) in lexicon().readings
        if any(map(_styled, word)) or (known and latin) or _mixes(word):
            yield Disguised(Disguise.LOOK_ALIKE, match.start(), match.end(), plain, known)


def _mixes(word: str) -> bool:
    """Whether ASCII letters and look-alikes of another script stand in one word."""
    if not any(c.isascii() and c.isalpha() for c in word):
        return False
    twins = [c for c in word if c in _twins()]
    return any(not name(c, "").startswith(("LATIN", *_AS_SYMBOLS)) for c in twins)


@cache
def _styled(char: str) -> bool:
    """Whether a character is an ASCII letter or digit in another style."""
    return not char.isascii() and name(char, "").startswith(_STYLED) and normalize("NFKC", char).isascii()


@cache
def _twins() -> dict[str, str]:
    """Letter -> the ASCII letter or digit that it looks like."""
    import tomllib  # seldom needed: most names are ASCII

    text = Path(__file__).with_name("confusables.toml").read_text(encoding="utf-8")
    return {char: twin for twin, chars in tomllib.loads(text)["look_alikes"].items() for char in chars}
