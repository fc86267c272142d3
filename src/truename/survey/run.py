"""One analysis from end to end: read, select, count, compare; then write all of it to a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from truename.errors import MissingExtraError, UsageError
from truename.survey.export import Export, read_export
from truename.survey.instrument import Instrument, read_instrument
from truename.survey.participants import Participants, select

if TYPE_CHECKING:
    import polars as pl

    from truename.survey.answers import Reading
    from truename.survey.coded import Agreement, ThemeCounts
    from truename.survey.published import Comparison


class Input(msgspec.Struct, frozen=True):
    """One file that an analysis read."""

    role: str
    name: str
    sha256: str


class Analysis(msgspec.Struct, frozen=True):
    """All that an analysis found."""

    instrument: Instrument
    export: Export
    participants: Participants
    reading: Reading
    counts: pl.DataFrame
    themes: tuple[ThemeCounts, ...]
    agreements: tuple[Agreement, ...]
    comparisons: tuple[Comparison, ...]
    inputs: tuple[Input, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers should know."""
        unread = self.export.unread
        listed = (f"columns that the instrument does not know were not read: {', '.join(unread)}",) if unread else ()
        strange = tuple(
            f"{agreement.title}: {count} times the code '{code}', which the instrument does not list; it counts for "
            "the kinds of agreement and not for kappa"
            for agreement in self.agreements
            for code, count in agreement.unknown.items()
        )
        return self.export.notes + self.participants.notes + listed + strange


def analyse(responses: Path, instrument: Path | None = None, codes: Path | None = None) -> Analysis:
    """Analyse an export of responses.

    Args:
        responses: .xlsx, .csv or .tsv as the survey platform exports it, with its header rows.
        instrument: the instrument's TOML file, None for the shipped one.
        codes: the workbook of coded free answers that the instrument describes.

    Raises:
        UsageError: a file is unusable or does not fit the instrument, or nobody is left to analyse.
        MissingExtraError: the extra ``study`` is not installed.
    """
    try:
        from truename.survey.answers import read_answers
        from truename.survey.coded import compare_coders, count_themes
        from truename.survey.counts import count_options
        from truename.survey.published import compare
    except ModuleNotFoundError as error:
        raise MissingExtraError("the analysis of a survey", "study") from error
    asked = read_instrument(instrument)
    export = read_export(responses, asked)
    participants = select(export, asked)
    if not participants.responses:
        reasons = "; ".join(f"{skip.count}: {skip.reason}" for skip in participants.skips) or "it holds none"
        raise UsageError(f"{responses}: no response is left to analyse ({reasons})")
    reading = read_answers(participants.responses, export.columns, asked)
    counts = count_options(reading, len(participants.responses), asked)
    themes = tuple(count_themes(codes, sheet) for sheet in asked.themes) if codes else ()
    agreements = tuple(compare_coders(codes, pair) for pair in asked.coders) if codes else ()
    files = {"responses": responses, "instrument": instrument, "codes": codes}
    return Analysis(
        asked,
        export,
        participants,
        reading,
        counts,
        themes,
        agreements,
        compare(asked, counts, themes, agreements),
        tuple(Input(role, path.name, _digest(path)) for role, path in files.items() if path),
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
