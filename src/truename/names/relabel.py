"""Give an element whose kind the grammar leaves open the kind for which the learned part finds most.

The grammar is never overruled where it is sure: the learned part decides what the grammar knows nothing of and words
with several readings (``squad`` is a data set and a task), one by one, and only among the kinds that such a text can
have. It joins, splits and drops nothing, and changes neither roles nor values.
"""

from __future__ import annotations

from functools import lru_cache

from truename.names.elements import Element, Kind, Role
from truename.names.learned import BIT, members, model
from truename.names.lexicon import lexicon, squeeze

_OTHER, _TASK, _LANGUAGE, _DATASET = Role.OTHER, Role.TASK, Role.LANGUAGE, Role.DATASET
_NONE: tuple[int, ...] = ()


def _places(*kinds: Kind) -> tuple[int, ...]:
    return members(sum(BIT[kind] for kind in kinds))


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
_LONGEST_NUMBER = 5  # digits of a number that is no date, seed or id


def is_open(element: Element) -> bool:
    """Whether the grammar leaves the kind of an element open."""
    return possible(element.kind, element.role, element.text, element.value is None) is not _NONE


def possible(kind: Kind, role: Role, text: str, empty: bool) -> tuple[int, ...]:
    """The kinds that an element can have, as places; none where the grammar is sure.

    Args:
        kind: as the grammar reads it.
        role: what it says within its kind.
        text: as the name writes it.
        empty: whether it claims nothing.
    """
    if role is _OTHER:
        return _of_text(text) if kind is Kind.OTHER else _NONE
    if role is _TASK and kind is Kind.DATASET:
        return _DATA_OR_TASK
    return _CODE if role is _LANGUAGE and empty else _NONE


@lru_cache(1 << 14)
def _of_text(text: str) -> tuple[int, ...]:
    """What a text that the grammar knows nothing of can be."""
    plain = lexicon().words.hints.plain
    if text.isalpha():
        if len(text) == 1:
            return _LETTER
        if squeeze(text) in plain:
            return _NONE
        return _LETTERS
    if text.replace(".", "").isdigit():
        return _DIGITS if text.isascii() and len(text) <= _LONGEST_NUMBER else _NONE
    if text[:1].isdigit():
        return _NUMBERED
    if text[:1].isalpha() and text[1:].isdigit():
        return _SIGN
    return _MIXED if text else _NONE


def relabel(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """The elements with the kinds that the learned part decides.

    Args:
        elements: what the grammar read.
    """
    open_: list[tuple[int, tuple[int, ...]]] = []
    kinds = 0
    for i, (kind, role, text, value) in enumerate([(e.kind, e.role, e.text, e.value) for e in elements]):
        kinds |= BIT[kind]
        if (role is _OTHER or role is _TASK or role is _LANGUAGE) and (
            places := possible(kind, role, text, value is None)
        ):
            open_.append((i, places))
    if not open_:
        return elements
    learned, count = model(), len(open_)
    changed = None
    for i, places in open_:
        element = elements[i]
        kind = learned.best(elements, i, kinds, count, places)
        if kind is not element.kind:
            if changed is None:
                changed = list(elements)
            changed[i] = Element(kind, element.role, element.text, element.start, element.end, element.value)
    return elements if changed is None else tuple(changed)
