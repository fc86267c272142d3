"""Give every kind that the learned part finds in a name to the element that speaks for it most.

The learned part decides the kinds of words the grammar does not know, and between the kinds of words whose kind is
open (``squad`` is a data set and a task). A word that is nothing of what the name was found to have becomes a weighed
reading. What a name claims rests on the grammar alone (``ParsedName.grammar``): nothing here comes to a rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from truename.names.elements import Element, Kind, Role
from truename.names.learned import BIT, KINDS, Model, members, model
from truename.names.lexicon import Chunk, lexicon, squeeze
from truename.names.traits import PART

_OTHER = Role.OTHER
_MOST_SPLIT, _SHORTEST_SPLIT = 32, 4  # elements of a name that are searched for parts; characters of such an element
_KNOWN = 1000  # units, more than the learned part ever gives
_FIRM = 20  # units that a part of what claims has to speak for a kind with, to be cut off
_CHUNK = re.compile(r"[A-Za-z0-9]+")

# what the grammar reads as these keeps its kind, whatever the learned part says
FIXED = frozenset((
    Role.FAMILY, Role.SIZE_WORD, Role.PARAMETERS, Role.MIXTURE, Role.ACTIVE_PARAMETERS, Role.EXPERTS, Role.LAYERS,
    Role.HIDDEN_SIZE, Role.HEADS, Role.CASE, Role.QUANTISATION, Role.BITS, Role.PRECISION, Role.PACKAGING,
    Role.LANGUAGE, Role.LANGUAGE_PAIR,
))  # fmt: skip
# a number of these is that or nothing: a context length never becomes a count of parameters
_MEASURES = frozenset((Role.CONTEXT, Role.PATCH_SIZE, Role.IMAGE_SIZE))
_KEPT = FIXED | _MEASURES
# what may be cut although it claims: opus-mt is a data set and an architecture, but 8bit is one thing
_SPLIT = frozenset((Role.FAMILY, Role.BRAND, Role.DATASET, Role.TASK))

Read = tuple[tuple[Element, ...], tuple[Element, ...]]


def relabel(chunks: Sequence[Chunk], elements: tuple[Element, ...], alternatives: tuple[Element, ...]) -> Read:
    """The elements with the kinds that the learned part decides, and the readings that were weighed.

    Args:
        chunks: the chunks of the name.
        elements: what the grammar read.
        alternatives: what it weighed and did not choose.
    """
    if not elements:
        return elements, alternatives
    learned = model()
    target, have = learned.decide(chunks, elements)
    if have == target:
        return elements, alternatives
    if surplus := have & ~target:
        for element in elements:
            if element.value is not None and element.role in FIXED:
                target |= BIT[element.kind]
        surplus = have & ~target
    chosen = elements
    if lacking := target & ~have:
        changed = list(elements)
        _give(learned, changed, target, lacking)
        chosen = tuple(changed)
    if not surplus:
        return chosen, alternatives
    kept: list[Element] = []
    dropped = list(alternatives)
    for element in chosen:
        if BIT[element.kind] & target:
            kept.append(element)
        elif element.role is _OTHER or (element.role in _MEASURES and element.value is not None):
            dropped.append(element)
        else:
            kept.append(with_kind(element, learned.best(element.text, target)))
    return tuple(kept), tuple(dropped)


def _give(learned: Model, chosen: list[Element], target: int, lacking: int) -> None:
    """Give each kind that no element has to the free element that speaks for it most, else to a part of one."""
    free = [i for i, e in enumerate(chosen) if not BIT[e.kind] & target and (e.value is None or e.role not in _KEPT)]
    wanted = members(lacking)
    if len(free) == len(wanted) == 1:
        chosen[free[0]] = with_kind(chosen[free[0]], KINDS[wanted[0]])
        return
    offers = sorted(((learned.score(chosen[i].text, k), -i, k) for i in free for k in wanted), reverse=True)
    done: set[int] = set()
    given: set[int] = set()
    for _, at, k in offers:
        if at not in given and k not in done:
            chosen[-at] = with_kind(chosen[-at], KINDS[k])
            given.add(at)
            done.add(k)
    for k in wanted:
        if k not in done and not _give_twin(learned, chosen, k):
            _split(learned, chosen, k)


def _give_twin(learned: Model, chosen: list[Element], k: int) -> bool:
    """Give a kind to one of several free elements of the same kind, if it speaks for it."""
    best, place = 0, -1
    kinds = [element.kind for element in chosen]
    if len(set(kinds)) == len(kinds):
        return False
    for i, element in enumerate(chosen[:_MOST_SPLIT]):
        if kinds.count(element.kind) == 1 or (element.value is not None and element.role in _KEPT):
            continue
        score = learned.score(element.text, k)
        if score > best:
            best, place = score, i
    if place >= 0:
        chosen[place] = with_kind(chosen[place], KINDS[k])
    return place >= 0


def _split(learned: Model, chosen: list[Element], k: int) -> None:
    """Find a beginning or an end of an element that speaks for kind ``k``, and make it an element of its own."""
    best, place = 0, None
    for i, element in enumerate(chosen[:_MOST_SPLIT]):
        if element.end - element.start < _SHORTEST_SPLIT or (element.value is not None and element.role not in _SPLIT):
            continue
        least = best if element.value is None else max(best, _FIRM)
        for start, end in _ends(element.text):
            score = _score(learned, element.text[start:end], k)
            if score > least:
                best, place = score, (i, start, end)
                least = best
    if place is None:
        return
    i, start, end = place
    whole = chosen[i]
    part = _cut(whole, start, end, KINDS[k], Role.OTHER, None)
    if start == 0:
        at = next(j for j in range(end, len(whole.text)) if whole.text[j].isalnum())
        chosen[i : i + 1] = [part, _cut(whole, at, len(whole.text), whole.kind, whole.role, whole.value)]
    else:
        at = max(j for j in range(start) if whole.text[j].isalnum()) + 1
        chosen[i : i + 1] = [_cut(whole, 0, at, whole.kind, whole.role, whole.value), part]


def _score(learned: Model, text: str, k: int) -> int:
    """How much a word speaks for kind ``k``: the vocabulary counts first."""
    reading = lexicon().readings.get(squeeze(text))
    return learned.score(text, k) + (_KNOWN if reading is not None and reading[1] is KINDS[k] else 0)


@lru_cache(1 << 14)
def _ends(text: str) -> tuple[tuple[int, int], ...]:
    """The parts that a text begins and ends with, as separators and as its letters and digits divide it."""
    spans = [[found.span() for found in pattern.finditer(text)] for pattern in (_CHUNK, PART)]
    return tuple([end for parts in spans if len(parts) > 1 for end in (parts[0], parts[-1])])


def _cut(element: Element, start: int, end: int, kind: Kind, role: Role, value: Any) -> Element:
    return Element(kind, role, element.text[start:end], element.start + start, element.start + end, value)


def with_kind(element: Element, kind: Kind) -> Element:
    """The element with another kind."""
    return Element(kind, element.role, element.text, element.start, element.end, element.value)
