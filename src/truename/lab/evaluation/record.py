"""The table as it is stored and printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from truename.errors import DeclaredError
from truename.json_text import JsonError, decode_json_as
from truename.lab.evaluation.openset import OpenSet
from truename.lab.evaluation.planted_mismatches import Lies
from truename.lab.evaluation.scores import Row, Scores
from truename.lab.evaluation.sequence_table import sequence_lines
from truename.lab.evaluation.sequences import SequenceScores


class Record(msgspec.Struct, frozen=True):
    """Everything that one evaluation found."""

    models: int  # of the corpus
    libraries: dict[str, int]
    rows: tuple[Row, ...] = ()
    open_sets: tuple[OpenSet, ...] = ()
    lies: Lies | None = None
    nearest_lies: Lies | None = None
    sequences: tuple[SequenceScores, ...] = ()
    calibration: tuple[tuple[str, str, float, float, int], ...] = ()  # basis, question, stated, measured, models
    seconds: dict[str, float] = {}


def write_record(record: Record, folder: Path) -> None:
    """Store the table as ``dara.json`` and ``dara.md``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dara.json").write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n")
    (folder / "dara.md").write_text(table_text(record), encoding="utf-8")


def read_record(path: Path) -> Record:
    """A stored table.

    Raises:
        DeclaredError: the file is none.
    """
    try:
        return decode_json_as(path.read_bytes(), msgspec.json.Decoder(Record))
    except JsonError as error:
        raise DeclaredError(str(path), "is no stored evaluation") from error


def table_text(record: Record) -> str:
    """The tables in Markdown."""
    return "\n".join(_lines(record)) + "\n"


def _lines(record: Record) -> Iterator[str]:
    libraries = ", ".join(f"{name} {number:,}" for name, number in record.libraries.items())
    yield "# Scores of the classifier of structures"
    yield ""
    yield f"What `truename dara evaluate` measures, over a corpus of {record.models:,} saved models ({libraries})."
    yield ""
    yield "Shares in per cent. *top-1 ≡*: right up to structural equivalence. *coverage*: the truth is in the set; an"
    yield "unknown covers nothing. *set*: labels in a set. *groups*: structures in it: types that are equal in every"
    yield "tensor count once. *unknown*: called unknown. *cannot tell*: so many labels fit that none is told."
    yield ""
    heads = "test", "classifier", "question", "models", "top-1", "top-1 ≡", "coverage", "set", "groups", "unknown"
    yield f"| {' | '.join(heads)} | cannot tell |"
    yield "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for row in record.rows:
        for number, scores in enumerate(row.scores):
            yield _score_line(row, scores, first=not number)
    if notes := [f"{row.test}, {row.classifier}: {row.note}" for row in record.rows if row.note]:
        yield ""
        yield from (f"- {note}" for note in notes)
    yield from _others(record)


def _score_line(row: Row, scores: Scores, *, first: bool) -> str:
    cells = [row.test if first else "", row.classifier if first else "", scores.question, f"{scores.models:,}"]
    cells += [_share(v) for v in (scores.top1, scores.top1_equivalent, scores.coverage)]
    cells += ["" if mean is None else f"{mean:.2f}" for mean in (scores.mean_set, scores.mean_groups)]
    cells += [_share(scores.unknown), _share(scores.undecided)]
    return f"| {' | '.join(cells)} |"


def _others(record: Record) -> Iterator[str]:
    if record.open_sets:
        yield from ("", "## Model types left out of training", "")
        yield "| basis | known | unknown | equivalent to another, not counted | AUROC | caught at 1 % false unknowns |"
        yield "|---|--:|--:|--:|--:|--:|"
        for o in record.open_sets:
            counts = f"{o.known:,} | {o.unknown:,} | {o.equivalent:,}"
            yield f"| {o.basis} | {counts} | {o.auroc:.4f} | {_share(o.caught)} |"
    if record.lies is not None:
        lies = record.lies
        yield from ("", "## Planted lies", "")
        yield f"{_share(lies.caught)} % of {lies.lies:,} lies caught,"
        yield f"{_share(lies.false_alarms)} % of {lies.honest:,} honest claims called lies."
    if (near := record.nearest_lies) is not None:
        yield ""
        said = "The likeliest other type outside the structural class as the lie"
        yield f"{said}: {_share(near.caught)} % of {near.lies:,} caught."
    if record.sequences:
        yield ""
        yield from sequence_lines(record.sequences)
    if record.calibration:
        yield from (
            "",
            "## Calibration: measured on configurations that were used for neither training nor margins",
            "",
        )
        yield "| basis | question | stated error | measured error | models |"
        yield "|---|---|--:|--:|--:|"
        for basis, question, stated, measured, models in record.calibration:
            yield f"| {basis} | {question} | {_share(stated)} | {_share(measured)} | {models:,} |"
    if record.seconds:
        yield from ("", "## Time", "")
        yield from (f"- {what}: {seconds:.4g} s" for what, seconds in record.seconds.items())


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f}"


def merged(earlier: Sequence[Row], rows: Sequence[Row]) -> tuple[Row, ...]:
    """``earlier`` with the rows of the same test and classifier replaced."""
    new = {(row.test, row.classifier): row for row in rows}
    kept = [new.pop((row.test, row.classifier), row) for row in earlier]
    return (*kept, *new.values())
