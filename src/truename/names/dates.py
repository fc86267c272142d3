"""Dates in names: ``2024-05-13``, ``20240513``, ``05-2024``, and the stamps of releases, ``2507`` and ``0528``."""

from __future__ import annotations

from datetime import date

from truename.names.context import Context
from truename.names.elements import Kind, Role
from truename.names.lexicon import Tag

_FIRST_YEAR, _LAST_YEAR = 2015, 2035
_CENTURY = 2000
_DAY, _SHORT_DAY, _YEAR = 8, 6, 4  # digits of 20240513, of 240513, and of a year or a stamp
# what a stamp of four digits stands behind: the names of releases, their sizes and what they are for
_BEFORE_STAMP = frozenset((
    Role.FAMILY, Role.BRAND, Role.PARAMETERS, Role.ACTIVE_PARAMETERS, Role.ALIGNMENT, Role.VERSION, Role.STAGE,
    Role.SIZE_WORD, Role.MODALITY, Role.MIXTURE,
))  # fmt: skip


def decide_date(context: Context, i: int) -> int | None:
    """Read a date that begins with the number ``i``; returns the piece after it, None if none begins there."""
    digits = context.pieces[i].word
    if not digits.isascii():
        return None
    if len(digits) == _DAY and (day := iso(digits[:4], digits[4:6], digits[6:])):
        return context.emit(i, Kind.VERSION, Role.DATE, day)
    if len(digits) == _SHORT_DAY and context.elements and (day := iso(f"20{digits[:2]}", digits[2:4], digits[4:])):
        return context.emit(i, Kind.VERSION, Role.DATE, day)
    if len(digits) == 2 and (end := _in_parts(context, i)):
        return end
    if len(digits) != _YEAR:
        return None
    if _FIRST_YEAR <= int(digits) <= _LAST_YEAR:
        return _of_year(context, i)
    return _stamp(context, i)


def iso(year: str, month: str, day: str) -> str | None:
    """A day as ISO 8601 writes it; None if there is no such day, or not in the years of models."""
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found.isoformat() if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def is_day(digits: str) -> bool:
    """Whether eight digits are a day."""
    return len(digits) == _DAY and iso(digits[:4], digits[4:6], digits[6:]) is not None


def _digits(context: Context, i: int) -> str:
    """The two digits of piece ``i``, if it is a number of two digits joined to the one before by one sign."""
    piece = context.piece_at(i)
    joined = piece is not None and piece.tag == Tag.NUMBER and len(context.text_between(i - 1)) == 1
    return piece.word if piece is not None and joined and len(piece.word) == 2 else ""


def _of_year(context: Context, i: int) -> int:
    """``2024``, ``2024-05``, ``2024-05-13``."""
    year, month, day = context.pieces[i].word, _digits(context, i + 1), _digits(context, i + 2)
    if month and day and (found := iso(year, month, day)):
        return context.emit(i, Kind.VERSION, Role.DATE, found, i + 2)
    if month and iso(year, month, "01"):
        return context.emit(i, Kind.VERSION, Role.DATE, f"{year}-{month}", i + 1)
    return context.emit(i, Kind.VERSION, Role.DATE, year)


def _in_parts(context: Context, i: int) -> int | None:
    """``08-2024``, ``07-03-2023``: a year at the end; where month and day can be either, only the year is sure."""
    last = i + 2 if _digits(context, i + 1) else i + 1
    year = context.piece_at(last)
    if year is None or year.tag != Tag.NUMBER or len(year.word) != _YEAR or len(context.text_between(last - 1)) != 1:
        return None
    first, second = context.pieces[i].word, _digits(context, i + 1) or "01"
    if last == i + 1:
        found = iso(year.word, first, "01")
        return context.emit(i, Kind.VERSION, Role.DATE, f"{year.word}-{first}", last) if found else None
    days = {day for day in (iso(year.word, first, second), iso(year.word, second, first)) if day}
    if not days:
        return None
    return context.emit(i, Kind.VERSION, Role.DATE, days.pop() if len(days) == 1 else year.word, last)


def _stamp(context: Context, i: int) -> int | None:
    """``2507`` is July 2025, ``0528`` the 28th of May, behind what names a release."""
    before = context.elements[-1] if context.elements else None
    if before is None or before.role not in _BEFORE_STAMP or context.summary.vision:
        return None
    first, second = context.pieces[i].word[:2], context.pieces[i].word[2:]
    year = int(first) + _CENTURY
    if _FIRST_STAMP <= year <= _LAST_YEAR and 1 <= int(second) <= 12:
        return context.emit(i, Kind.VERSION, Role.DATE, f"{year}-{second}")
    if first[0] == "0" and iso("2024", first, second):  # a leap year has every day
        return context.emit(i, Kind.VERSION, Role.DATE, f"--{first}-{second}")
    return None


_FIRST_STAMP = 2022  # releases are stamped with year and month since then; 1106 is a day
