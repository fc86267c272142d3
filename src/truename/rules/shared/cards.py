"""Lines of a card as rules use them: which speak of this model, and which numbers and models they give."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec

from truename._lazy import pattern
from truename.declared.card_text import PARAMETERS, is_sentence
from truename.evidence.evidence import Evidence
from truename.facts import CARD_STATEMENTS, CARD_TITLE, Fact, Key
from truename.findings import ReasonKind
from truename.names.claims import Claim, Claims
from truename.names.elements import Element, Kind, Role
from truename.rules.rule import Decision, does_not_apply
from truename.units import UNITS, parse_count

STATEMENT_KEYS: frozenset[Key[Any]] = frozenset({CARD_STATEMENTS, CARD_TITLE})  # what ``statements`` reads
_THIS = frozenset(
    {"this", "thismodel", "thisrepo", "thisrepository", "themodel", "ourmodel", "本模型", "该模型", "模型"}
)
_SIGNS = pattern(r"[\W_]+")
_NUMBER = pattern(
    r"(?<![\w.,/-])(?P<number>\d{1,3}(?:[, ]\d{3})+|\d+(?:\.\d+)?)(?:\s?-?(?P<unit>billion|million|thousand|trillion|bn"
    r"|mil|[bmkt]|万|亿|億|만|억)(?![a-z]))?(?![\w.]*\d|%)",
    re.IGNORECASE,
)
_LETTERS = {"billion": "b", "bn": "b", "million": "m", "mil": "m", "thousand": "k", "trillion": "t"}
_MYRIADS = {"万": 10**4, "만": 10**4, "亿": 10**8, "億": 10**8, "억": 10**8}
_LEAST = 100_000  # below it a number counts something else
_WHOLE = pattern(
    r"(?<![\w.,/-])(?P<number>\d{1,3}(?:,\d{3})+|\d+)(?![\w.,]*\d)(?![.]\d)\s?(?P<unit>[kKmM](?![a-zA-Z]))?"
)


class Statement(msgspec.Struct, frozen=True):
    """A line of the card that says something of this model.

    Attributes:
        kind: what it is about, a kind of ``declared.card_text``.
        label: how the card calls it.
        value: what it gives, as written.
        fact: that it is.
    """

    kind: str
    label: str
    value: str
    fact: Fact[tuple[str, ...]]

    @property
    def quoted(self) -> str:
        """The line as a message gives it."""
        label = self.label.strip()
        short = self.value if len(self.value) <= 60 else f"{self.value[:57]}..."
        if is_sentence(self.label):
            return f"{label} ... {short} parameters" if self.kind == PARAMETERS else f"{label} ... {short}"
        return label if short in label else f"{label}: {short}"


def statements(claims: Claims, evidence: Evidence, *kinds: str) -> tuple[Statement, ...]:
    """The card's lines of these kinds; of sentences those whose subject is this model."""
    found = []
    for fact in evidence.all(CARD_STATEMENTS):
        kind, label, value = fact.value
        if kind in kinds and (not is_sentence(label) or speaks_of_this(label, claims, evidence)):
            found.append(Statement(kind, label, value, fact))
    return tuple(found)


def speaks_of_this(subject: str, claims: Claims, evidence: Evidence) -> bool:
    """Whether the subject of a sentence is this model: called so, or by the name or the title of the card."""
    word = squeezed(subject)
    if word in _THIS:
        return True
    if len(word) < 3:
        return False
    title = squeezed(str(evidence.value(CARD_TITLE) or ""))
    name = squeezed(claims.parsed.model.rpartition("/")[2])
    return name.startswith(word) or title.startswith(word) or (len(word) > 5 and word.endswith(name))


def squeezed(text: str) -> str:
    """Letters and digits of a text in lower case."""
    return _SIGNS.sub("", text.lower())


@lru_cache(maxsize=4096)
def counts_said(value: str) -> tuple[Claim, ...]:
    """The counts of parameters that a value gives, as claims of a name: ``1.1B (366M active)``, ``3000 万``.

    Numbers without a unit count where they are large; what stands before ``GB``, ``%`` or a word is none.
    """
    found: list[Claim] = []
    for match in _NUMBER.finditer(value):
        digits = match["number"].replace(",", "").replace(" ", "")
        unit = (match["unit"] or "").lower()
        letter = _LETTERS.get(unit, unit)
        if letter == "k" and value[: match.start()].strip(" ~≈<>"):
            continue  # 'context 128k' behind something else
        if letter in UNITS:
            count, word = parse_count(digits, letter), f"{digits}{letter}"
        else:
            count = round(float(digits) * _MYRIADS.get(unit, 1))
            word = f"{count / 1e9:.3g}b" if count >= 10**9 else f"{count / 1e6:.3g}m"
        if count >= _LEAST:
            found.append(
                Claim(Role.PARAMETERS, count, Element(Kind.PARAMETERS, Role.PARAMETERS, word, 0, len(word), count))
            )
    return tuple(found)


@lru_cache(maxsize=4096)
def numbers_said(value: str) -> tuple[int, ...]:
    """The whole numbers of a value: ``32 for Q, 8 for KV``; ``153k`` and ``128K`` both as thousands and as 1,024s."""
    found: list[int] = []
    for match in _WHOLE.finditer(value):
        number = int(match["number"].replace(",", ""))
        unit = (match["unit"] or "").lower()
        found += [number] if not unit else [number * 1000 ** " km".index(unit), number * 1024 ** " km".index(unit)]
    return tuple(found)


def says_nothing(evidence: Evidence, what: str) -> Decision:
    """How a rule on cards ends where no line of the card says what it compares."""
    there = evidence.get(CARD_TITLE) is not None or evidence.get(CARD_STATEMENTS) is not None
    return _nothing(f"no line of the card gives {what}" if there else "there is no card that could say it")


@lru_cache(maxsize=64)  # most rules on cards end so for most models
def _nothing(text: str) -> Decision:
    return does_not_apply(ReasonKind.NO_SUCH_FILE, text)
