"""Who takes part: every response that is left out is counted with its reason and its row."""

from __future__ import annotations

import msgspec

from truename.study.survey.export import Export, Response
from truename.study.survey.instrument import Instrument, folded


class Skip(msgspec.Struct, frozen=True):
    """Responses that are left out for one reason."""

    reason: str
    count: int
    rows: tuple[int, ...]  # as a spreadsheet counts


class Participants(msgspec.Struct, frozen=True):
    """The responses that are analysed, and what became of the others."""

    responses: tuple[Response, ...]
    total: int
    skips: tuple[Skip, ...] = ()
    notes: tuple[str, ...] = ()


def select(export: Export, instrument: Instrument) -> Participants:
    """Leave out empty lines, previews, repeated ids and who was screened out, in this order."""
    kept: list[Response] = []
    skipped: dict[str, list[int]] = {}
    seen: set[str] = set()
    for response in export.responses:
        reason = _reason(response, instrument, seen)
        if reason:
            skipped.setdefault(reason, []).append(response.row)
        else:
            kept.append(response)
    skips = tuple(Skip(reason, len(rows), tuple(rows)) for reason, rows in skipped.items())
    return Participants(tuple(kept), len(export.responses), skips, tuple(_notes(kept, export, instrument)))


def _reason(response: Response, instrument: Instrument, seen: set[str]) -> str | None:
    cells, data = response.cells, instrument.metadata
    if not cells:
        return "an empty line"
    if folded(cells.get(data.status, "")) in {folded(text) for text in data.previews}:
        return f"a preview, test or spam, as the column {data.status} says"
    id_ = cells.get(data.id)
    if id_ is not None and id_ in seen:
        return f"an id that an earlier line has already (column {data.id}); the first line counts"
    if id_ is not None:
        seen.add(id_)
    if data.unfinished == "skip" and _unfinished(response, instrument):
        return f"not finished, as the column {data.finished} says"
    for screen in instrument.screens:
        cell = folded(cells.get(screen.column, ""))
        if not cell:
            return screen.blank
        if not any(cell.startswith(folded(text)) for text in screen.keep):
            return screen.otherwise
    return None


def _unfinished(response: Response, instrument: Instrument) -> bool:
    return folded(response.cells.get(instrument.metadata.finished, "true")) in ("false", "0", "no")


def _notes(kept: list[Response], export: Export, instrument: Instrument) -> list[str]:
    data = instrument.metadata
    notes = []
    unfinished = sum(_unfinished(response, instrument) for response in kept)
    if unfinished:
        notes.append(f"{unfinished} participants did not finish; their answers count where they gave any")
    if data.id not in export.columns:
        notes.append(f"the export has no column {data.id}: repeated responses cannot be told")
    elif without := sum(data.id not in response.cells for response in kept):
        notes.append(f"{without} participants have no {data.id}: whether they are repeated cannot be told")
    if data.status not in export.columns:
        notes.append(f"the export has no column {data.status}: previews can be told by their screening answers only")
    if data.finished not in export.columns:
        notes.append(f"the export has no column {data.finished}: who finished cannot be told")
    return notes
