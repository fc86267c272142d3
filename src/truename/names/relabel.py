"""Give an element whose kind the grammar leaves open the kind for which the learned part finds most.

The grammar is never overruled where it is sure: the learned part decides what the grammar knows nothing of and words
with several readings (``squad`` is a data set and a task), one by one, and only among the kinds that such a text can
have. It joins, splits and drops nothing, and changes neither roles nor values.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from truename.names.elements import Element, Kind, Role
from truename.names.learned import BIT, KINDS, WIDE, fields, members, model
from truename.names.lexicon import lexicon, squeeze

_OTHER, _TASK, _LANGUAGE, _OTHER_KIND = Role.OTHER, Role.TASK, Role.LANGUAGE, Kind.OTHER


class Choice(NamedTuple):
    """Kinds that an element can have: themselves, their places, and what picks their scores out of those of all."""

    kinds: tuple[Kind, ...]
    places: tuple[int, ...]
    pick: Callable[[tuple[int, ...]], tuple[int, ...]]


def _places(*kinds: Kind) -> Choice:
    places = members(sum(BIT[kind] for kind in kinds))
    return Choice(tuple(KINDS[k] for k in places), places, itemgetter(*places))


# what letters that no list has may be: sizes, versions, counts, layers and widths are closed lists or have numbers
_LETTERS = _places(
    Kind.OTHER, Kind.ARCHITECTURE, Kind.DATASET, Kind.CHARACTERISTIC, Kind.REUSE, Kind.LANGUAGE, Kind.TASK,
    Kind.TRAINING,
)  # fmt: skip
_MIXED = _places(Kind.OTHER, Kind.ARCHITECTURE, Kind.DATASET, Kind.CHARACTERISTIC, Kind.VERSION, Kind.TASK)
_SIGN = _places(Kind.OTHER, Kind.SIZE, Kind.CHARACTERISTIC, Kind.VERSION, Kind.LAYERS)  # b5, s36, x4
_NUMBERED = _places(Kind.OTHER, Kind.DATASET, Kind.CHARACTERISTIC, Kind.VERSION)  # 960h, 24khz
_DIGITS = _places(Kind.OTHER, Kind.VERSION, Kind.CHARACTERISTIC)
_LETTER = _places(Kind.OTHER, Kind.SIZE)
_DATA_OR_TASK = _places(Kind.DATASET, Kind.TASK)
_CODE = _places(Kind.LANGUAGE, Kind.OTHER)
_LONGEST_NUMBER = 5  # digits of a number that is not a date, seed or id


def is_open(element: Element) -> bool:
    """Whether the grammar leaves the kind of an element open."""
    return choice_of(element.kind, element.role, element.text, element.value is None) is not None


def possible(element: Element) -> tuple[int, ...]:
    """The places of the kinds that an element can have; none where the grammar is sure."""
    choice = choice_of(element.kind, element.role, element.text, element.value is None)
    return () if choice is None else choice.places


def choice_of(kind: Kind, role: Role, text: str, empty: bool) -> Choice | None:
    """The kinds that an element can have; None where the grammar is sure.

    Args:
        kind: as the grammar reads it.
        role: what it says within its kind.
        text: as the name writes it.
        empty: whether it claims nothing.
    """
    if role is _OTHER:
        return _of_text(text) if kind is Kind.OTHER else None
    if role is _TASK and kind is Kind.DATASET:
        return _DATA_OR_TASK
    return _CODE if role is _LANGUAGE and empty else None


@lru_cache(1 << 14)
def _of_text(text: str) -> Choice | None:
    """What a text that the grammar knows nothing of can be."""
    plain = lexicon().words.hints.plain
    if text.isalpha():
        if len(text) == 1:
            return _LETTER
        if squeeze(text) in plain:
            return None
        return _LETTERS
    if text.replace(".", "").isdigit():
        return _DIGITS if text.isascii() and len(text) <= _LONGEST_NUMBER else None
    if text[:1].isdigit():
        return _NUMBERED
    if text[:1].isalpha() and text[1:].isdigit():
        return _SIGN
    return _MIXED if text else None


def relabel(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """The elements with the kinds that the learned part decides.

    Args:
        elements: what the grammar read.
    """
    open_: list[int] = []
    choices: list[Choice] = []
    kinds = 0
    for i, element in enumerate(elements):
        kind, role = element.kind, element.role
        kinds |= BIT[kind]
        if role is _OTHER:
            choice = _of_text(element.text) if kind is _OTHER_KIND else None
        elif role is _TASK or role is _LANGUAGE:
            choice = choice_of(kind, role, element.text, element.value is None)
        else:
            choice = None
        if choice is not None:
            open_.append(i)
            choices.append(choice)
    if not open_:
        return elements
    changed = None
    for i, (possible_kinds, _, pick), total in zip(open_, choices, model().totals(elements, open_, kinds), strict=True):
        scores = pick(fields(total.to_bytes(WIDE, "little")))
        kind = possible_kinds[scores.index(max(scores))]
        element = elements[i]
        if kind is not element.kind:
            if changed is None:
                changed = list(elements)
            changed[i] = Element(kind, element.role, element.text, element.start, element.end, element.value)
    return elements if changed is None else tuple(changed)
