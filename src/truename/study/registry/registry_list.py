"""A registry's own list as a snapshot. Pages are kept as they come, so that a list that broke off goes on.

OUT.pages/part-00000.parquet ...   the pages so far, some at a time
OUT.pages/next.json                what was asked, and where the next page is
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from truename.atomic_files import write_bytes_atomically
from truename.errors import UsageError
from truename.json_text import JsonError, decode_json_as
from truename.sources.hub import Hub
from truename.sources.listing import METADATA, hub_records
from truename.study.registry.cells import canonical
from truename.study.registry.columns import SNAPSHOT
from truename.study.registry.record_files import records_table
from truename.study.registry.skips import Skips
from truename.study.registry.snapshot import SKIPPED, Taken, write_snapshot
from truename.study.registry.snapshot_layouts import match_columns

_STATE = "next.json"
_PAGES = 10  # that make a part: so many are asked for again at most


class Listing(msgspec.Struct, frozen=True):
    """Which models of a registry."""

    owner: str | None = None
    search: str | None = None
    filter: tuple[str, ...] = ()
    limit: int | None = None


class _State(msgspec.Struct, frozen=True):
    asked: Listing
    parts: int = 0
    records: int = 0
    next: str | None = None  # the address of the next page; None at the start, and at the end
    ended: bool = False


def list_registry(
    listing: Listing,
    out: Path,
    *,
    resume: bool = False,
    hub: Hub | None = None,
    on_records: Callable[[int], None] | None = None,
) -> Taken:
    """List a registry through the Hub's interface, with the metadata that a study reads.

    Args:
        listing: which models.
        out: the snapshot, a Parquet file.
        resume: go on where an earlier listing for ``out`` broke off.
        hub: by default that of the environment.
        on_records: told how many models are there.

    Raises:
        UsageError: ``out`` or its pages are there already, or were asked differently.
        UnavailableError: the Hub fails for longer than a retry helps; the pages so far are kept.
    """
    folder = out.with_name(f"{out.name}.pages")
    state = _begin(listing, out, folder, resume)
    told = on_records or (lambda count: None)
    while not state.ended:
        state = _next_part(state, folder, hub)
        told(state.records)
    skips = Skips()
    taken = write_snapshot(_parts(folder, state.parts, skips), out, skips, {"id", *METADATA})
    shutil.rmtree(folder)
    return taken


def _begin(listing: Listing, out: Path, folder: Path, resume: bool) -> _State:
    if out.exists():
        raise UsageError(f"{out} is there already; give another file")
    path = folder / _STATE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        return _State(listing)
    if not resume:
        raise UsageError(f"{folder} holds a list that broke off; go on with --resume, or remove the folder")
    try:
        state = decode_json_as(path.read_bytes(), msgspec.json.Decoder(_State))
    except JsonError:
        raise UsageError(f"{path} cannot be read; remove the folder and begin again") from None
    if state.asked != listing:
        raise UsageError(f"{folder} holds a list of other models than are asked for; remove it, or ask the same")
    return state


def _next_part(state: _State, folder: Path, hub: Hub | None) -> _State:
    """Some pages more, as a part on disk, and the state behind them."""
    asked = state.asked
    limit = None if asked.limit is None else asked.limit - state.records
    pages = hub_records(
        owner=asked.owner, search=asked.search, filter=asked.filter, limit=limit, start=state.next, hub=hub
    )
    records: list[dict[str, Any]] = []
    next_, count = state.next, 0
    for page in pages:
        records += page.records
        next_, count = page.next, count + 1
        if count == _PAGES:
            break
    _write_part(records, folder / f"part-{state.parts:05}.parquet")
    after = _State(asked, state.parts + 1, state.records + len(records), next_, next_ is None)
    write_bytes_atomically(folder / _STATE, msgspec.json.encode(after))
    return after


def _write_part(records: Sequence[dict[str, Any]], path: Path) -> None:
    skips = Skips()
    table = SNAPSHOT.empty_table()
    if records:
        raw = records_table(records, skips)
        table, skipped = canonical(raw, match_columns(raw.column_names, "the Hub's list"))
        skips.merge(skipped)
    pq.write_table(table.replace_schema_metadata({SKIPPED: skips.encoded()}), path, compression="zstd")


def _parts(folder: Path, count: int, skips: Skips) -> Iterator[pa.Table]:
    for number in range(count):
        table = pq.read_table(folder / f"part-{number:05}.parquet")
        skips.merge(Skips.decoded(table.schema.metadata[SKIPPED]))
        yield table.replace_schema_metadata(None)
