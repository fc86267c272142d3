"""Names that imitate a known owner or release: one letter changed, letters swapped or doubled, ``l`` for ``1``.

Sizes, versions, formats and quantisations are taken off before names are compared, as the grammar reads them: numbers
tell releases apart, and ``Llama-3.1-8B`` imitates no ``Llama-3-8B``. A word that names of models have is never a slip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path

import msgspec

from truename._lazy import once
from truename.names.elements import Role
from truename.names.lexicon import lexicon, squeeze
from truename.names.parse import ParsedName

FILE = Path(__file__).with_name("known_names.json")
_FORMATS = frozenset((
    Role.QUANTISATION, Role.BITS, Role.PRECISION, Role.PACKAGING, Role.IMATRIX, Role.QUANTISATION_DETAIL, Role.SHARD,
    Role.SIDECAR,
))  # fmt: skip
_NUMBERS = frozenset((
    Role.PARAMETERS, Role.MIXTURE, Role.ACTIVE_PARAMETERS, Role.EFFECTIVE_PARAMETERS, Role.EXPERTS, Role.CONTEXT,
    Role.VERSION, Role.DATE, Role.PATCH_SIZE, Role.IMAGE_SIZE, Role.LAYERS, Role.HIDDEN_SIZE, Role.HEADS,
    Role.EMBEDDING_SIZE, Role.SIZE_WORD, Role.DATA_COUNT,
))  # fmt: skip
_NO_WORDS = _FORMATS | _NUMBERS
_TOKEN = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)*")
_SEPARATORS = re.compile(r"[-_. ]+")
_NO_SEPARATORS = str.maketrans("", "", "-_. ")
_PRETENCES = frozenset(("hf", "official", "team", "org", "real", "original"))  # words added to an owner's name
_SHORTEST = 4  # letters of a word that is compared where all else of the name is equal
_SHORTEST_ALONE = 6  # letters of a word that is compared where sizes and versions differ
_SHORTEST_OWNER = 5
_LONGEST = 128  # characters of a name that is compared


class Trick(StrEnum):
    """How a name resembles another."""

    LETTERS = "letters that look alike"
    HYPHEN = "a missing or an added hyphen"
    DOUBLED = "a doubled letter"
    SWAPPED = "two letters swapped"
    EDIT = "one letter"
    PRETENCE = "a word added to an owner's name"


class LookAlike(msgspec.Struct, frozen=True):
    """A name that resembles a known one.

    Attributes:
        known: the owner or the release that it resembles.
        trick: how it differs.
        owner: whether it is the owner that resembles another.
        start: where the part that resembles begins, in characters of the whole name.
        end: where it ends, exclusive.
    """

    known: str
    trick: Trick
    owner: bool
    start: int
    end: int


class KnownName(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The name of a release in the forms in which it is compared; see ``forms_of``."""

    name: str
    form: str
    words: str
    written: str


class KnownNames(msgspec.Struct, frozen=True, dict=True):
    """Owners and names of releases that others imitate, as their owners write them; see ``tools/known_names.py``."""

    owners: tuple[str, ...]
    names: tuple[KnownName, ...]

    @cached_property
    def by_owner(self) -> Mapping[str, str]:
        """Owner in lower case -> as it is written."""
        return {owner.lower(): owner for owner in self.owners}

    @cached_property
    def by_owner_as_it_looks(self) -> Mapping[str, str]:
        """Owner as it looks, and without its hyphens -> as it is written."""
        found = {fold: owner for owner in self.owners for fold in _folds(owner)}
        return found | {_join(owner): owner for owner in self.owners if len(_join(owner)) >= _SHORTEST_OWNER}

    @cached_property
    def by_form(self) -> Mapping[str, KnownName]:
        """Words and numbers -> name."""
        return {name.form: name for name in reversed(self.names) if name.form}

    @cached_property
    def by_look(self) -> Mapping[str, KnownName]:
        """A name as it looks, and without its hyphens -> name."""
        found = {fold: name for name in self.names for fold in _folds(name.written)}
        return {_join(name.form): name for name in self.names} | found

    @cached_property
    def by_words(self) -> Mapping[str, KnownName]:
        """Words alone -> name."""
        return {name.words: name for name in reversed(self.names) if name.words}

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of a known name."""
        return frozenset(word for name in self.names for word in name.form.split("-"))

    @cached_property
    def neighbours(self) -> Mapping[str, _Neighbours]:
        """The owners, forms and words, ready for finding what is one edit away."""
        texts = {"owners": self.by_owner, "forms": self.by_form, "words": self.by_words}
        return {kind: _Neighbours(found) for kind, found in texts.items()}


class _Neighbours:
    """Texts by their length and by either half: one edit leaves one half of a text as it is."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._begins: dict[tuple[int, str], list[str]] = {}
        self._ends: dict[tuple[int, str], list[str]] = {}
        for text in texts:
            size = len(text)
            half = _half(size)
            self._begins.setdefault((size, text[:half]), []).append(text)
            self._ends.setdefault((size, text[size - half :]), []).append(text)

    def of(self, text: str) -> list[str]:
        """The texts that one edit, or one swap of neighbours, makes of ``text``."""
        near: list[str] = []
        for size in (len(text) - 1, len(text), len(text) + 1):
            half = _half(size)
            near += self._begins.get((size, text[:half]), ())
            near += self._ends.get((size, text[len(text) - half :]), ())
        return sorted({one for one in near if _is_one_edit(text, one)}) if near else near


def _half(size: int) -> int:
    """So many characters at one end or the other are the same in two texts that are one edit apart."""
    return max(size // 2 - 1, 0)


def _is_one_edit(text: str, other: str) -> bool:
    """Whether one character more, less or other, or two neighbours swapped, makes one text of another."""
    at = next((i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))
    if len(text) == len(other):
        swapped = text[at + 1 : at + 2] + text[at : at + 1] == other[at : at + 2]
        return text != other and (text[at + 1 :] == other[at + 1 :] or (swapped and text[at + 2 :] == other[at + 2 :]))
    shorter, longer = (text, other) if len(text) < len(other) else (other, text)
    return shorter[at:] == longer[at + 1 :]


@once
def known_names() -> KnownNames:
    """The names of this package, loaded once."""
    return msgspec.json.decode(FILE.read_bytes(), type=KnownNames)


def forms_of(parsed: ParsedName) -> tuple[str, str, str]:
    """A model's name without formats and quantisations: words and numbers apart, words alone, and as it is written."""
    name, begin = parsed.name, parsed.name.find(parsed.model)
    whole: list[str] = []
    words: list[str] = []
    at = at_of_words = last = begin
    for element in parsed.claiming:
        last = element.end
        if element.role in _NO_WORDS:
            words.append(name[at_of_words : element.start])
            at_of_words = last
            if element.role in _FORMATS:
                whole.append(name[at : element.start])
                at = last
    whole.append(name[at : begin + len(parsed.model)])
    words.append(name[at_of_words:last])
    written = [part for part in _SEPARATORS.split("".join(whole)) if part]
    while len(written) > 1 and written[-1].lower() == "hf":
        written.pop()
    as_written = "-".join(written)
    bare = [token for token in _TOKEN.findall("".join(words).lower()) if token.isalpha() and token != "hf"]
    return "-".join(_TOKEN.findall(as_written.lower())), "-".join(bare), as_written


def look_alikes(parsed: ParsedName) -> tuple[LookAlike, ...]:
    """What the owner and the name of a model imitate; nothing where the owner is a known one.

    Args:
        parsed: the whole name.
    """
    owner, model = parsed.owner or "", parsed.model
    if owner.lower() in known_names().by_owner or len(parsed.name) > _LONGEST or not model:
        return ()
    forms = forms_of(parsed)
    found = []
    if owner and (hit := _owner_like(owner)) and (_is_plain(*hit) or forms[0] in known_names().by_form):
        start = parsed.name.find(owner)
        found.append(LookAlike(hit[0], hit[1], True, start, start + len(owner)))
    if hit := _name_like(*forms):
        start = parsed.name.find(model, len(owner))
        found.append(LookAlike(hit[0], hit[1], False, start, start + len(model)))
    return tuple(found)


def _is_plain(known: str, trick: Trick) -> bool:
    """Whether an owner's resemblance tells by itself: one letter of a name, and any of a short one, may be chance."""
    if trick in (Trick.LETTERS, Trick.HYPHEN, Trick.PRETENCE):
        return True
    return trick is not Trick.EDIT and len(known) >= _SHORTEST_OWNER


@lru_cache(1 << 16)  # a registry's models share most of their owners
def _owner_like(owner: str) -> tuple[str, Trick] | None:
    """The known owner that an unknown one imitates, and how."""
    known, low = known_names(), owner.lower()
    for look in (*_folds(owner), _join(owner)):
        if found := known.by_owner_as_it_looks.get(look):
            return found, Trick.HYPHEN if _join(owner) == _join(found) else Trick.LETTERS
    words = _SEPARATORS.split(low)
    for rest, added in (("-".join(words[:-1]), words[-1]), ("-".join(words[1:]), words[0])):
        if added in _PRETENCES and (found := known.by_owner.get(rest)):
            return found, Trick.PRETENCE
    for near in known.neighbours["owners"].of(low):
        if len(near) >= _SHORTEST:
            return known.by_owner[near], _trick(low, near)
    return None


def _name_like(form: str, words: str, written: str) -> tuple[str, Trick] | None:
    """The known release whose name a name imitates, and how; see ``forms_of`` for the arguments."""
    known = known_names()
    if not form or form in known.by_form:
        return None
    joined = form.replace("-", "")
    for look in (*_folds(written), joined):
        if (found := known.by_look.get(look)) is None:
            continue
        if joined != _join(found.form):
            return found.name, Trick.LETTERS
        if _lacks_hyphen(form, found.form):
            return found.name, Trick.HYPHEN
    for near in known.neighbours["forms"].of(form) if _may_be_slip(form) else ():
        if _is_slip(form, near, _SHORTEST if "-" in near else _SHORTEST_ALONE):
            return known.by_form[near].name, _trick(form, near)
    if words and words not in known.by_words and _may_be_slip(words):
        for near in known.neighbours["words"].of(words):
            trick = _trick(words, near)
            if _is_slip(words, near, _SHORTEST_ALONE) and ("-" in words or trick is not Trick.EDIT):
                return known.by_words[near].name, trick
    return None


def _may_be_slip(form: str) -> bool:
    """Whether all words of a name but one are words of known names, and that one is none of any model's.

    No other name is a slip, and few are such.
    """
    known = known_names().vocabulary
    strange = [word for word in form.split("-") if word not in known]
    return len(strange) == 1 and strange[0].isalpha() and not _is_word(strange[0])


def _is_slip(form: str, known: str, shortest: int) -> bool:
    """Whether two names differ in the letters of one word, and that word is none that names of models have."""
    words, others = form.split("-"), known.split("-")
    if len(words) != len(others) or _digits(form) != _digits(known):
        return False
    apart = [(a, b) for a, b in zip(words, others, strict=True) if a != b]
    if len(apart) != 1:
        return False
    word, other = apart[0]
    if len(other) < shortest or not word.isalpha() or _is_word(word):
        return False
    if word in (f"{other}s", other[:-1]) and (other[-1] == "s" or word[-1] == "s"):
        return False  # one and many
    alone = all(not _is_telling(one) for one in others if one != other)
    return not (alone and _trick(word, other) is Trick.EDIT and _is_coined(word, other))


def _is_telling(token: str) -> bool:
    """Whether a part of a name is a word, and no number, unit or size."""
    return len(token) > 1 and token.isalpha() and token not in lexicon().words.size_words


def _is_coined(word: str, other: str) -> bool:
    """Whether a word is a name of its own, made as others are: ``gbert`` of ``bert``, ``geberta`` as ``deberta``."""
    endings = (ending for ending in lexicon().words.hints.brand_endings if word.endswith(ending))
    return word[1:] == other or any(other.endswith(ending) and len(word) > len(ending) for ending in endings)


def _is_word(word: str) -> bool:
    """Whether names of models have a word."""
    return squeeze(word) in lexicon().readings or word in known_names().vocabulary


def _lacks_hyphen(form: str, known: str) -> bool:
    """Whether words of a known name stand joined, or apart, where nobody writes them so."""
    words, others = form.split("-"), known.split("-")
    strange = [word for word in words if word not in others]
    return not all(_is_word(word) for word in strange)


def _trick(text: str, known: str) -> Trick:
    """How a text that is one edit from a known one differs."""
    if sorted(text) == sorted(known):
        return Trick.SWAPPED
    if _join(text) == _join(known):
        return Trick.HYPHEN
    longer, shorter = max(text, known, key=len), min(text, known, key=len)
    doubled = len(longer) > len(shorter) and any(
        longer[i] == longer[i - 1] and longer[:i] + longer[i + 1 :] == shorter for i in range(1, len(longer))
    )
    return Trick.DOUBLED if doubled else Trick.EDIT


def _folds(text: str) -> tuple[str, str]:
    """A text as it looks to someone who reads on: a 1 is an l, or an i."""
    plain = text.replace("I", "l").replace("0", "o").lower().replace("rn", "m").replace("vv", "w")
    return plain.replace("1", "l").replace("|", "l"), plain.replace("1", "i")


def _join(text: str) -> str:
    return text.lower().translate(_NO_SEPARATORS)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
