"""A whole study: a snapshot to rows, rows to tables, figures and a report, and the record by which to repeat it.

    OUT/study.toml             inputs, versions, settings, and the hash of every other file
    OUT/rows/part-00000.parquet ...
    OUT/rows/run.json          what was asked, so that a resumed run is the same run
    OUT/skipped.csv            what has no row, or an empty cell, and why
    OUT/snapshot.parquet       where the snapshot was no Parquet file

A part is whole or not there, and depends on its slice of the snapshot alone: a run that was killed and resumed ends
with the same bytes as one that was not. Tables, figures and the report are made anew each time.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from truename.atomic_files import remove_partial_files
from truename.engines import Engine
from truename.errors import UsageError
from truename.json_text import JsonError, decode_json_as
from truename.study.registry.columns import ROWS_SCHEMA
from truename.study.registry.manifest import NAME, Input, Pin, Settings, digest_of, outputs_in, versions, write_pin
from truename.study.registry.record_files import Format, format_of
from truename.study.registry.row_parts import make_parts, part_path, rows_in, skips_of
from truename.study.registry.skips import LEFT_OUT, Skips
from truename.study.registry.slices import Snapshot, open_snapshot
from truename.study.registry.snapshot import columns_of_snapshot, skips_of_snapshot, take_snapshot
from truename.study.registry.snapshot_layouts import absent_columns

_RECORD = "run.json"
_OWN_SNAPSHOT = "snapshot.parquet"
_SKIPPED = "skipped.csv"
_PUBLISHED = (NAME, "tables", "figures", "report.html", "summary.json")


class StudyOptions(msgspec.Struct, frozen=True):
    """What to study, and how."""

    snapshot: Path
    out: Path
    engine: Engine = Engine.LOCAL
    survey: Path | None = None
    instrument: Path | None = None  # of the survey; None: the shipped one
    packages: tuple[Path, ...] = ()
    resume: bool = False
    workers: int | None = None  # by default one a core; 0: in this process


class Studied(msgspec.Struct, frozen=True):
    """What a study came to."""

    rows: int
    records: int
    parts: int
    resumed: int  # parts that were there already
    absent: tuple[str, ...]  # columns that the snapshot does not have
    skips: Skips
    pin: Pin


class Publish(Protocol):
    """What turns rows into tables, figures and a report."""

    def __call__(
        self,
        rows: Path,
        out: Path,
        *,
        survey: Path | None,
        instrument: Path | None,
        packages: Sequence[Path],
        settings: Settings,
    ) -> None:
        """Write everything to ``out``; the same rows and settings give the same bytes."""


class _File(msgspec.Struct, frozen=True):
    name: str
    sha256: str


class _Asked(msgspec.Struct, frozen=True):
    """What a study depends on; a resumed run must have asked the same."""

    snapshot: str  # SHA-256
    versions: dict[str, str]
    files: dict[str, tuple[_File, ...]] = {}  # option -> what was given with it
    schema: str = ""  # of the rows; versions before the second schema wrote none


def study(
    options: StudyOptions, publish: Publish | None = None, on_rows: Callable[[int, int], None] | None = None
) -> Studied:
    """Make the rows of every model of a snapshot, and publish what they say.

    Args:
        options: what to study.
        publish: what writes tables, figures and the report; None: rows only.
        on_rows: told of records that are done, and of all there are.

    Raises:
        UsageError: the snapshot cannot be read or gives no row, or the output folder holds something else.
        MissingExtraError: Ray is asked for and not installed.
    """
    given = _checked(options)
    folder = options.out / "rows"
    _agree(options, folder, _asked(options, given))
    snapshot = _begun(options, folder)
    resumed = _make_rows(options, snapshot, folder, on_rows or (lambda done, total: None))
    rows, skips = _counted(snapshot, folder)
    if not rows:
        _withdraw(options.out, folder)
        raise UsageError(f"{options.snapshot}: {_why_none(skips)}")
    _clear(options.out)
    (options.out / _SKIPPED).write_text(skips.as_csv(), "utf-8")
    absent = absent_columns(columns_of_snapshot(snapshot.path) or snapshot.columns)
    settings = Settings(options.snapshot.name, snapshot.rows, absent)
    if publish is not None:
        publish(
            folder,
            options.out,
            survey=options.survey,
            instrument=options.instrument,
            packages=options.packages,
            settings=settings,
        )
    pin = Pin(
        given,
        None if options.survey is None else Input.of(options.survey, options.out),
        None if options.instrument is None else Input.of(options.instrument, options.out),
        tuple(Input.of(path, options.out) for path in options.packages),
        {"confidence": settings.confidence},
        versions(),
        outputs_in(options.out, (f"rows/{_RECORD}",)),
    )
    write_pin(pin, options.out / NAME)
    return Studied(rows, snapshot.rows, len(snapshot.slices), resumed, absent, skips, pin)


def _checked(options: StudyOptions) -> Input:
    """The snapshot as it is; every input is looked at before hours of work, not after."""
    format_of(options.snapshot)
    for path in (options.survey, options.instrument, *options.packages):
        if path is not None and not path.is_file():
            raise UsageError(f"{path}: there is no such file")
    return Input.of(options.snapshot, options.out)


def _asked(options: StudyOptions, given: Input) -> _Asked:
    files = {"--survey": (options.survey,), "--instrument": (options.instrument,), "--packages": options.packages}
    told = {
        option: tuple(_File(path.name, digest_of(path)) for path in paths if path is not None)
        for option, paths in files.items()
    }
    return _Asked(given.sha256, versions(), told, ROWS_SCHEMA)


def _agree(options: StudyOptions, folder: Path, asked: _Asked) -> None:
    """Begin a run, or find that the one that lies there is the same."""
    record = folder / _RECORD
    if options.out.exists() and not options.out.is_dir():
        raise UsageError(f"{options.out} is a file; give a folder")
    if not record.exists():
        if options.out.exists() and any(options.out.iterdir()):
            raise UsageError(f"{options.out} holds files that are no study; give another folder")
        folder.mkdir(parents=True, exist_ok=True)
        record.write_bytes(msgspec.json.encode(asked))
        return
    if not options.resume:
        raise UsageError(f"{options.out} already holds a study; continue it with --resume, or give another folder")
    try:
        before = decode_json_as(record.read_bytes(), msgspec.json.Decoder(_Asked))
    except JsonError:
        raise UsageError(f"{record} cannot be read; give another folder") from None
    if before.schema != asked.schema:
        of = before.versions.get("truename", "unknown")
        raise UsageError(
            f"{options.out} holds a study of another version of truename ({of}), whose rows have other columns; "
            "it cannot be resumed by this version, give another folder"
        )
    if before.snapshot != asked.snapshot:
        raise UsageError(f"{options.out} holds a study of another snapshot; give another folder")
    names = sorted({*before.versions, *asked.versions})
    if other := [name for name in names if before.versions.get(name) != asked.versions.get(name)]:
        raise UsageError(f"{options.out} was begun with other versions of {', '.join(other)}; give another folder")
    if before.files != asked.files:
        raise UsageError(f"{options.out} was begun {_with(before)}; give the same, or another folder")


def _with(asked: _Asked) -> str:
    """The options of a run, for a sentence."""
    given = [f"{option} {file.name}" for option, files in asked.files.items() for file in files]
    return f"with {' '.join(given)}" if given else f"without {', '.join(asked.files)}"


def _why_none(skips: Skips) -> str:
    """Why a study has no row, as the end of a sentence."""
    left_out = {what: count for what, count in skips.counts.items() if what.startswith(LEFT_OUT)}
    if not left_out:
        return "the snapshot holds no record"
    told = "; ".join(f"{count:,} x {what.removeprefix(LEFT_OUT)}" for what, count in left_out.items())
    examples = skips.examples[next(iter(left_out))]
    return f"all {sum(left_out.values()):,} records were left out: {told} ({'; '.join(examples)})"


def _withdraw(out: Path, folder: Path) -> None:
    """Take back a study that has no row, so that the folder is free for the next try."""
    shutil.rmtree(folder)
    (out / _OWN_SNAPSHOT).unlink(missing_ok=True)
    if not any(out.iterdir()):
        out.rmdir()


def _clear(out: Path) -> None:
    """Remove what an earlier run published: its last act writes the record of what is there."""
    for name in _PUBLISHED:
        if (path := out / name).is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _begun(options: StudyOptions, folder: Path) -> Snapshot:
    try:
        snapshot = _as_parquet(options)
    except UsageError:
        if not options.resume:
            _withdraw(options.out, folder)
        raise
    told = columns_of_snapshot(snapshot.path)  # one in a study's own form has all columns, empty where nothing says it
    if told is None:
        return snapshot
    columns = {ours: theirs for ours, theirs in snapshot.columns.items() if ours in told}
    return msgspec.structs.replace(snapshot, columns=columns)


def _as_parquet(options: StudyOptions) -> Snapshot:
    if format_of(options.snapshot) is Format.PARQUET:
        return open_snapshot(options.snapshot)
    own = options.out / _OWN_SNAPSHOT
    if not own.exists():
        take_snapshot(options.snapshot, own)
    return open_snapshot(own)


def _make_rows(options: StudyOptions, snapshot: Snapshot, folder: Path, on_rows: Callable[[int, int], None]) -> int:
    """Make the parts that are not there; how many were."""
    remove_partial_files(folder)
    todo = [one for one in snapshot.slices if not part_path(folder, one.number).exists()]
    done = snapshot.rows - sum(one.count for one in todo)
    on_rows(done, snapshot.rows)
    for one in make_parts(todo, snapshot.columns, folder, options.engine, options.workers):
        done += one.count
        on_rows(done, snapshot.rows)
    return len(snapshot.slices) - len(todo)


def _counted(snapshot: Snapshot, folder: Path) -> tuple[int, Skips]:
    skips = skips_of_snapshot(snapshot.path)
    rows = 0
    for one in snapshot.slices:
        path = part_path(folder, one.number)
        skips.merge(skips_of(path))
        rows += rows_in(path)
    return rows, skips


def differing(before: Pin, folder: Path) -> tuple[str, ...]:
    """The outputs of a repeated study that are not those of the record, in the order of their paths."""
    now = outputs_in(folder, (f"rows/{_RECORD}",))
    return tuple(name for name in sorted({*before.outputs, *now}) if before.outputs.get(name) != now.get(name))


def repeating(pin: Pin, beside: Path, options: StudyOptions) -> StudyOptions:
    """The options with the inputs of a record, which lie where it says, or beside it. Each must be what it was.

    Args:
        pin: the record.
        beside: the folder that it lies in.
        options: without inputs.

    Raises:
        UsageError: the options name inputs too, or one is not there, or is another file by now.
    """
    if options.survey is not None or options.instrument is not None or options.packages:
        raise UsageError(
            "a record says itself which survey and packages it used; leave --survey, --instrument and --packages out"
        )
    return msgspec.structs.replace(
        options,
        snapshot=_found(pin.snapshot, beside),
        survey=None if pin.survey is None else _found(pin.survey, beside),
        instrument=None if pin.instrument is None else _found(pin.instrument, beside),
        packages=tuple(_found(one, beside) for one in pin.packages),
    )


def _found(one: Input, beside: Path) -> Path:
    there = [path for path in (beside / one.path, beside / Path(one.path).name) if path.is_file()]
    for path in there:
        if path.stat().st_size == one.bytes and digest_of(path) == one.sha256:
            return path
    if there:
        raise UsageError(f"{there[0]}: not the file that the record was made of (its hash differs)")
    raise UsageError(f"{one.path}: the record's input is not there; put it beside the record")
