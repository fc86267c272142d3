"""Claimed numbers beside counted ones: the style a count is written in, rounding, and the distance between them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from truename.units import UNITS, abbreviate_count, largest_unit

_WRITTEN = re.compile(r"\d([._\-p]\d+)?[\s_\-]?([kmbt])", re.IGNORECASE)


def in_the_style_of(text: str, count: int) -> str:
    """The short form of ``count`` written as ``text`` writes its own: its case and its decimal sign.

    >>> in_the_style_of("1_6b", 2_780_000_000)
    '2_8b'
    """
    short = abbreviate_count(count)
    written = _WRITTEN.search(text)
    if written is None:
        return short
    if written[1]:
        short = short.replace(".", written[1][0])
    return short.lower() if written[2].islower() else short


def written_unit(text: str, value: int) -> int:
    """The unit that a size is written in: a billion for ``7b``; guessed from the value where no letter says it."""
    written = _WRITTEN.search(text)
    return UNITS[written[2].lower()] if written else largest_unit(value)


def decimals_of(value: int, unit: int) -> int:
    """How many decimals ``value`` has when it is written in ``unit``: 1 for 1.5 billion, 0 for 7."""
    exponent = (Decimal(value) / Decimal(unit)).normalize().as_tuple().exponent
    return max(0, -int(exponent))


def rounds_to(count: int, claimed: int, text: str) -> bool:
    """Whether ``count``, rounded to as many digits as ``text`` gives, is what ``text`` claims."""
    unit = written_unit(text, claimed)
    decimals = decimals_of(claimed, unit)
    return round(count / unit, decimals) == round(claimed / unit, decimals)


def distance(claimed: float, found: float) -> float:
    """How far ``found`` lies from ``claimed``, relative to what is claimed."""
    return abs(found - claimed) / abs(claimed) if claimed else float("inf")


def ratio(one: float, other: float) -> float:
    """How many times the larger of two is the smaller: 1 where they agree, never below."""
    low, high = sorted((abs(one), abs(other)))
    return high / low if low else float("inf")


def nearest(claimed: float, counts: Iterable[float]) -> float:
    """The count that lies nearest to what is claimed.

    Raises:
        ValueError: there are no counts.
    """
    return min(counts, key=lambda count: distance(claimed, count))
