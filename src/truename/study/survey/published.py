"""Published counts beside those of the data: equal or not, both are said."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import polars as pl

from truename.study.survey.coded import Agreement, ThemeCounts
from truename.study.survey.instrument import ANSWERED, Instrument, Published


class Comparison(msgspec.Struct, frozen=True):
    """One published count and what the data gives; None where the data was not given or has no such option."""

    of: str
    what: str
    published: int
    reproduced: int | None
    difference: int | None  # reproduced less published
    source: str
    note: str  # only where the two differ


def compare(
    instrument: Instrument,
    responses: int,
    counts: pl.DataFrame,
    themes: Sequence[ThemeCounts],
    agreements: Sequence[Agreement],
) -> tuple[Comparison, ...]:
    """Set every published count of the instrument beside the data's own.

    Args:
        instrument: it has the published counts.
        responses: lines of the export that are no header.
        counts: of ``count_options``.
        themes: of the sheets of codes, none where they are not given.
        agreements: as themes.
    """
    found: dict[tuple[str, str], int] = {}
    for row in counts.iter_rows(named=True):
        found[row["question"], row["option"]] = row["count"]
        found[row["question"], ANSWERED] = row["answered"]
    for theme in themes:
        found[theme.themes.id, ANSWERED] = theme.passages
        for row in theme.table.iter_rows(named=True):
            found[theme.themes.id, row["theme"]] = row["cells"]
    for agreement in agreements:
        found[agreement.id, ANSWERED] = agreement.passages
        for kind, count in agreement.kinds.items():
            found[agreement.id, kind] = count
    expected = instrument.published_responses
    other = ""
    if expected not in (None, responses):
        other = f"what was published is of an export of {expected} responses, and this one has {responses}"
    return tuple(_compared(figure, found.get((figure.of, figure.what)), other) for figure in instrument.published)


def _compared(figure: Published, count: int | None, other: str) -> Comparison:
    difference = None if count is None else count - figure.count
    note = (other or figure.note) if difference else ""
    if count is None:
        note = "nothing in the given files to compare it with"
    return Comparison(figure.of, figure.what, figure.count, count, difference, figure.source, note)
