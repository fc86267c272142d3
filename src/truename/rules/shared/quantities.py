"""Numbers as names write them: short forms, rounding, and the distance between a claim and a count."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

_UNITS = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}
_WRITTEN = re.compile(r"\d([._\-p]\d+)?[\s_\-]?([kmbt])", re.IGNORECASE)


def unit_of(count: int) -> int:
    """The unit in which a count is usually written: a thousand, million, billion or trillion."""
    return next((unit for unit in sorted(_UNITS.values(), reverse=True) if abs(count) >= unit * 0.9995), 1)


def short_count(count: int) -> str:
    """A count as a name gives it, with at most one decimal: ``6_738_415_616`` is ``6.7B``."""
    unit = unit_of(count)
    amount = count / unit
    digits = f"{amount:.1f}" if amount < 99.95 else f"{amount:.0f}"
    return digits.removesuffix(".0") + _letter(unit)


def spelled(count: int) -> str:
    """A count as a sentence gives it, with three digits: ``6_738_415_616`` is ``6.74 B``."""
    unit = unit_of(count)
    if unit == 1:
        return str(count)
    amount = count / unit
    decimals = 2 if amount < 9.995 else 1 if amount < 99.95 else 0
    return f"{amount:.{decimals}f} {_letter(unit)}"


def in_the_style_of(text: str, count: int) -> str:
    """The short form of ``count`` written as ``text`` writes its own: its case and its decimal sign.

    >>> in_the_style_of("1_6b", 2_780_000_000)
    '2_8b'
    """
    short = short_count(count)
    written = _WRITTEN.search(text)
    if written is None:
        return short
    if written[1]:
        short = short.replace(".", written[1][0])
    return short.lower() if written[2].islower() else short


def written_unit(text: str, value: int) -> int:
    """The unit that a size is written in: a billion for ``7b``; guessed from the value where no letter says it."""
    written = _WRITTEN.search(text)
    return _UNITS[written[2].lower()] if written else unit_of(value)


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


def _letter(unit: int) -> str:
    return next((letter.upper() for letter, size in _UNITS.items() if size == unit), "")
