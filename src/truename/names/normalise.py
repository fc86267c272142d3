"""One form for every way of writing a name, so that a search finds them all."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

from truename.names.addresses import PREFIXES, begin, ends
from truename.names.confusables import fold
from truename.units import normalise_count

# an underscore is a decimal sign in 1_6b and v1_5 only; patch16_224 has two numbers
_DECIMAL = re.compile(r"(?<![0-9.])(?<![^\W_])([0-9]{1,9})_([0-9]{1,6})(?=[kmbt](?![^\W_]))")
_VERSION_SIGNS = re.compile(r"(?<![^\W_])v[0-9]{1,4}(?:_[0-9]{1,4}){1,3}(?![^\W_])")
# ASCII signs and blanks separate; marks of other scripts belong to their words, a point does between digits
_LETTER = r"[^\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f\s]"
_WORD = re.compile(rf"{_LETTER}+(?:(?<=[0-9])\.(?=[0-9]){_LETTER}+)*")
_BORDER = re.compile(r"(?<=[^\W\d_])(?<![0-9]x)(?=[0-9])")
_VERSION = re.compile(r"(?:v|ver|version)([0-9]+(?:\.[0-9]+)*)")
_COUNT = re.compile(r"([0-9]{1,3}x)?([0-9]{1,9}(?:\.[0-9]{1,6})?)([kmbt])")
_ACCENT = re.compile("[\u0300-\u036f]+")  # what composes with no letter: the dot that case folding leaves of İ
_SHORT = 32  # characters of a chunk that is remembered
_MOST_ROUNDS = 4  # letters that case folding makes may look like others once more


def normalise_name(name: str) -> str:
    """A name as a search compares it: ``Owner/Qwen2.5_0.5B`` and ``owner/qwen-2.5-500m`` are one.

    Case is folded, look-alike and styled letters become the ASCII letters that they look like, invisible characters go.
    Words are joined by single hyphens, also where letters meet digits (``llama2`` is ``llama-2``). A version loses its
    ``v`` (``v1_5`` is ``1.5``), a count is written with its largest whole unit (``0.5B`` is ``500m``, ``7.0b`` is
    ``7b``). The owner stays before its slash; schemes (``hf-hub:``) and revisions (``@main``) are left out.

    The result is the same when it is normalised again. Normalised names are for comparing: two names of different
    models can have one form.
    """
    text = name.lower() if name.isascii() else _plain(name)
    if text.startswith(PREFIXES):
        start = begin(text)
        text = text[start : ends(text, start)[0]]
    if "@" in text:
        text = text.partition("@")[0]
    if "/" not in text:
        return _part(text)
    return "/".join(part for part in map(_part, text.split("/")) if part)


def _plain(text: str) -> str:
    """Case folded, look-alikes and styled letters as ASCII ones."""
    for _ in range(_MOST_ROUNDS):
        before, text = text, _ACCENT.sub("", normalize("NFKC", fold(normalize("NFKC", text)).casefold()))
        if text == before:
            break
    return text


def _part(text: str) -> str:
    if "_" in text:
        text = _DECIMAL.sub(r"\1.\2", text)
        text = _VERSION_SIGNS.sub(lambda m: m[0].replace("_", "."), text)
    return "-".join([_known(chunk) if len(chunk) <= _SHORT else _words(chunk) for chunk in _WORD.findall(text)])


def _words(chunk: str) -> str:
    """``qwen2.5`` is two words, ``v1.5`` one without its letter, ``0.5b`` one with its largest unit."""
    if found := _VERSION.fullmatch(chunk):
        return found[1]
    return "-".join(
        (m[1] or "") + normalise_count(m[2], m[3]) if (m := _COUNT.fullmatch(word)) else word
        for word in _BORDER.split(chunk)
    )


_known = lru_cache(maxsize=16_384)(_words)  # names share most of their chunks
