"""Coded passages of free answers: how often each theme was given, and how far two coders agree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import polars as pl

from truename.errors import UsageError
from truename.study.publication.proportions import share
from truename.study.survey.instrument import AGREEMENT, Coders, Themes, folded
from truename.study.survey.kappa import Kappa, kappa
from truename.study.survey.passages import Sources, sources_of
from truename.study.survey.spreadsheet import Rows, read_rows

Answers = Mapping[str, Sequence[str]]  # the id of a question → the answers to it in their own words

THEMES_SCHEMA = pl.Schema(
    {
        "themes": pl.String,
        "theme": pl.String,
        "label": pl.String,
        "cells": pl.Int64,
        "passages": pl.Int64,  # that have the theme at least once
        "coded": pl.Int64,  # passages that have any theme
        "of_coded": pl.Float64,
        "of_coded_low": pl.Float64,  # 95 %, Wilson
        "of_coded_high": pl.Float64,
    }
)


class ThemeCounts(msgspec.Struct, frozen=True):
    """The themes of one sheet."""

    themes: Themes
    passages: int
    coded: int
    table: pl.DataFrame
    sources: Sources | None = None  # None where the instrument does not say of which question


class Agreement(msgspec.Struct, frozen=True):
    """Two coders on the same passages. The five kinds of agreement add up to ``passages``."""

    id: str
    title: str
    passages: int
    sources: Sources | None  # as of themes
    kinds: dict[str, int]  # AGREEMENT → how many
    codes: dict[str, Kappa]  # code → given or not given, over all passages
    pooled: Kappa  # every decision on every code
    unknown: dict[str, int]  # codes that the instrument does not list, with their counts


def count_themes(path: Path, themes: Themes, answers: Answers | None = None) -> ThemeCounts:
    """Count the cells and the passages of every theme; a spelling that the instrument does not know is its own theme.

    Args:
        path: the workbook.
        themes: the sheet, and what it holds.
        answers: what participants answered to the questions that were coded.

    Raises:
        UsageError: the sheet cannot be read or lacks a column.
    """
    rows = _sheet(path, themes.sheet, themes.header_rows, (themes.answer, *themes.columns))
    ids = {folded(text): option.id for option in themes.themes for text in option.spellings}
    labels = {option.id: option.label for option in themes.themes}
    nothing = {folded(text) for text in themes.none}
    places = [_place(letter) for letter in themes.columns]
    cells: dict[str, int] = dict.fromkeys(labels, 0)
    having: dict[str, int] = dict(cells)
    passages = [row for row in rows if _cell(row, _place(themes.answer))]
    coded = 0
    for row in passages:
        given = [text for place in places if (text := _cell(row, place)) and folded(text) not in nothing]
        found = [ids.get(folded(text), folded(text)) for text in given]
        for text, theme in zip(given, found, strict=True):
            labels.setdefault(theme, text)
            cells[theme] = cells.get(theme, 0) + 1
        for theme in set(found):
            having[theme] = having.get(theme, 0) + 1
        coded += bool(found)
    lines = []
    for theme in sorted(cells, key=lambda t: -cells[t]):
        part = share(having[theme], coded)
        counts = (cells[theme], having[theme], coded)
        lines.append((themes.id, theme, labels[theme], *counts, part.share, part.low, part.high))
    table = pl.DataFrame(lines, schema=THEMES_SCHEMA, orient="row")
    return ThemeCounts(themes, len(passages), coded, table, _sources(passages, themes, answers))


def compare_coders(path: Path, coders: Coders, answers: Answers | None = None) -> Agreement:
    """Compare what two coders gave to the same passages.

    Args:
        path: the workbook.
        coders: the sheet, and the columns of the two.
        answers: what participants answered to the questions that were coded.

    Raises:
        UsageError: the sheet cannot be read or lacks a column.
    """
    rows = _sheet(path, coders.sheet, coders.header_rows, (coders.answer, coders.first, coders.second))
    passages = [row for row in rows if _cell(row, _place(coders.answer))]
    pairs = [(_codes(row, coders.first, coders), _codes(row, coders.second, coders)) for row in passages]
    kinds = dict.fromkeys(AGREEMENT, 0)
    for first, second in pairs:
        kinds[_kind(first, second)] += 1
    known = {folded(code): code for code in coders.codes}
    unknown: dict[str, int] = {}
    for code in (code for pair in pairs for codes in pair for code in sorted(codes) if code not in known):
        unknown[code] = unknown.get(code, 0) + 1
    decisions = {name: [(code in a, code in b) for a, b in pairs] for code, name in known.items()}
    return Agreement(
        coders.id,
        coders.title,
        len(passages),
        _sources(passages, coders, answers),
        kinds,
        {name: kappa(both) for name, both in decisions.items()},
        kappa([pair for both in decisions.values() for pair in both]),
        unknown,
    )


def _sources(passages: Rows, sheet: Themes | Coders, answers: Answers | None) -> Sources | None:
    if answers is None or sheet.question not in answers:
        return None
    return sources_of([_cell(row, _place(sheet.answer)) for row in passages], answers[sheet.question])


def _kind(first: frozenset[str], second: frozenset[str]) -> str:
    if not first and not second:
        return "neither"
    if not first or not second:
        return "one"
    if first == second:
        return "same"
    return "overlap" if first & second else "different"


def _codes(row: tuple[str, ...], column: str, coders: Coders) -> frozenset[str]:
    """The codes of a cell; remarks in brackets and a leading '(for the ... part)' are no codes."""
    plain = re.sub(r"\([^()]*\)", " ", _cell(row, _place(column)))
    codes = {folded(part) for part in plain.split(",")}
    return frozenset(codes - {folded(text) for text in coders.none} - {""})


def _sheet(path: Path, sheet: str, header_rows: int, letters: tuple[str, ...]) -> Rows:
    rows = read_rows(path, sheet)
    width = max(map(len, rows), default=0)
    for letter in letters:
        if _place(letter) >= width:
            raise UsageError(f"{path}: the sheet '{sheet}' has no column {letter}; see the instrument")
    return rows[header_rows:]


def _place(letter: str) -> int:
    """The place of a spreadsheet's column: A is 0, Z 25, AA 26."""
    if not re.fullmatch(r"[A-Z]{1,3}", letter):
        raise UsageError(f"'{letter}' is no column of a spreadsheet: the instrument names them A, B ... AA")
    place = 0
    for character in letter:
        place = place * 26 + ord(character) - ord("A") + 1
    return place - 1


def _cell(row: tuple[str, ...], place: int) -> str:
    return row[place] if place < len(row) else ""
