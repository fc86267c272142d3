"""Counts and the letters that names and sentences write them with: K, M, B and T."""

from __future__ import annotations

from decimal import Decimal

UNITS = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}  # ascending
_LETTERS = {size: letter.upper() for letter, size in UNITS.items()}
_ROUNDS_UP = 0.9995  # of a unit: from here on a count of three digits rounds to one of it


def parse_count(number: str, unit: str) -> int:
    """``1.5`` and ``b`` make 1_500_000_000, exactly.

    Raises:
        KeyError: the unit is none of ``UNITS``.
    """
    return int(Decimal(number) * UNITS[unit])


def largest_unit(count: int) -> int:
    """The unit in which a count is usually written: a thousand, million, billion or trillion; 1 below a thousand."""
    return next((unit for unit in sorted(_LETTERS, reverse=True) if abs(count) >= unit * _ROUNDS_UP), 1)


def abbreviate_count(count: int) -> str:
    """A count as a name gives it, with at most one decimal: ``6_738_415_616`` is ``6.7B``."""
    unit = largest_unit(count)
    amount = count / unit
    digits = f"{amount:.1f}" if amount < 99.95 else f"{amount:.0f}"
    return digits.removesuffix(".0") + _LETTERS.get(unit, "")


def describe_count(count: int) -> str:
    """A count as a sentence gives it, with three digits: ``6_738_415_616`` is ``6.74 B``."""
    unit = largest_unit(count)
    if unit == 1:
        return str(count)
    amount = count / unit
    decimals = 2 if amount < 9.995 else 1 if amount < 99.95 else 0
    return f"{amount:.{decimals}f} {_LETTERS[unit]}"


def normalise_count(number: str, unit: str) -> str:
    """A count with the largest unit of which it has a whole one: ``1.50`` and ``b`` are ``1.5b``, ``0.5b`` is ``500m``.

    Raises:
        KeyError: the unit is none of ``UNITS``.
    """
    amount = Decimal(number) * UNITS[unit]
    for letter, size in reversed(UNITS.items()):
        if amount >= size:
            digits = format(amount / size, "f")
            return (digits.rstrip("0").rstrip(".") if "." in digits else digits) + letter
    return number + unit
