"""One analysis from end to end: read, select, count, compare; then write all of it to a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from truename.errors import MissingExtraError, UsageError
from truename.study.survey.export import Export, read_export
from truename.study.survey.instrument import Instrument, read_instrument
from truename.study.survey.participants import Participants, select
from truename.study.survey.passages import answers_to, told

if TYPE_CHECKING:
    import polars as pl

    from truename.study.survey.answers import Reading
    from truename.study.survey.coded import Agreement, ThemeCounts
    from truename.study.survey.published import Comparison


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
        return self.export.notes + self.participants.notes + listed + self._over + self._sheets + strange

    @property
    def _over(self) -> tuple[str, ...]:
        """Of which questions participants chose more than was asked for."""
        from truename.study.survey.counts import told_over

        parts = self.counts.partition_by("question", as_dict=True)
        told_of = ((each.title, told_over(each, parts[each.id,])) for each in self.instrument.questions)
        return tuple(f"{title}: {over}" for title, over in told_of if over)

    @property
    def _sheets(self) -> tuple[str, ...]:
        """How the sheets of codes fit the answers; one note for all that was coded of the same passages."""
        asked = self.instrument
        pairs = {coders.id: coders for coders in asked.coders}
        notes = [(each.themes.sheet, told(each.themes, each.passages, each.sources, asked)) for each in self.themes]
        for each in self.agreements:
            coders = pairs[each.id]
            notes.append((coders.sheet, told(coders, each.passages, each.sources, asked)))
        return tuple(dict.fromkeys(f"the sheet '{sheet}' has {text}" for sheet, text in notes))


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
        from truename.study.survey.answers import read_answers
        from truename.study.survey.coded import compare_coders, count_themes
        from truename.study.survey.counts import count_options
        from truename.study.survey.published import compare
    except ModuleNotFoundError as error:
        raise MissingExtraError("the analysis of a survey", "study") from error
    asked = read_instrument(instrument)
    if codes is not None and not (asked.themes or asked.coders):
        raise UsageError(f"{codes}: the instrument describes no coded sheets; leave --codes out")
    export = read_export(responses, asked)
    participants = select(export, asked)
    if not participants.responses:
        reasons = "; ".join(f"{skip.count}: {skip.reason}" for skip in participants.skips) or "it holds none"
        raise UsageError(f"{responses}: no response is left to analyse ({reasons})")
    reading = read_answers(participants.responses, export.columns, asked)
    counts = count_options(reading, len(participants.responses), asked)
    free = [question for question in asked.questions if question.kind == "text"]
    answers = {question.id: answers_to(question, participants.responses, asked) for question in free}
    themes = tuple(count_themes(codes, sheet, answers) for sheet in asked.themes) if codes else ()
    agreements = tuple(compare_coders(codes, pair, answers) for pair in asked.coders) if codes else ()
    files = {"responses": responses, "instrument": instrument, "codes": codes}
    return Analysis(
        asked,
        export,
        participants,
        reading,
        counts,
        themes,
        agreements,
        compare(asked, participants.total, counts, themes, agreements),
        tuple(Input(role, path.name, _digest(path)) for role, path in files.items() if path),
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
