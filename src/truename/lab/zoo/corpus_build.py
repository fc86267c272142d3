"""``build``: every library's units in batches over processes, a part each; parts that are there already are kept."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from truename.errors import UsageError
from truename.lab.zoo import libraries as known_libraries
from truename.lab.zoo.corpus_file import SCHEMA, merge, metadata
from truename.lab.zoo.fact_tables import digest_of_tables
from truename.lab.zoo.libraries import OpenLibrary
from truename.lab.zoo.pool import run_batches
from truename.lab.zoo.unit import Failure, Unit
from truename.lab.zoo.worker import Batch

_UNITS = 12  # of a batch
_REVISION = "4"  # changes when the same call would write other rows from the same tables


class Plan(msgspec.Struct, frozen=True):
    """What a build is to do."""

    out: Path
    libraries: tuple[str, ...] = tuple(known_libraries.LIBRARIES)
    configs: int = 6
    seed: int = 0
    processes: int = 2
    resume: bool = False
    match: str | None = None  # only units whose class or model_type contains this
    each: int | None = None  # at most so many units of a model_type

    @property
    def parts(self) -> Path:
        """The folder of the parts."""
        return self.out.with_name(self.out.name + ".parts")


class Tally(msgspec.Struct, frozen=True):
    """One library's result."""

    library: str
    version: str
    tried: int
    built: int
    entries: int


class BuildReport(msgspec.Struct, frozen=True):
    """What a build did."""

    out: str
    tallies: tuple[Tally, ...]
    failures: tuple[Failure, ...]
    entries: int
    bytes: int
    seconds: float
    peak_bytes: int  # of the largest process
    resumed: int  # parts that were there already


Progress = Callable[[int, int, str], None]  # units done, units in all, the library at work


def build(
    plan: Plan,
    progress: Progress = lambda done, total, library: None,
    libraries: Mapping[str, OpenLibrary] | None = None,
) -> BuildReport:
    """Build the zoo that ``plan`` describes and write it to one file.

    Args:
        plan: what to build and where.
        progress: is told after each batch.
        libraries: by name, the real ones by default; worker processes import what opens each.

    Raises:
        UsageError: a library is unknown, or the folder of parts is there and ``resume`` was not asked for.
        MissingExtraError: a library is not installed.
    """
    started = time.monotonic()
    libraries = known_libraries.LIBRARIES if libraries is None else libraries
    batches = [batch for name in plan.libraries for batch in _batches(plan, name, _opener(libraries, name))]
    _prepare(plan)
    done = [batch for batch in batches if Path(batch.part).exists()]
    todo = [batch for batch in batches if not Path(batch.part).exists()]
    total, finished = sum(len(b.units) for b in batches), sum(len(b.units) for b in done)
    peak = 0
    progress(finished, total, "")
    for batch, outcome in run_batches(todo, plan.processes):
        finished += len(batch.units)
        peak = max(peak, outcome.peak_bytes)
        progress(finished, total, batch.units[0].library)
    notes = {"truename.seed": str(plan.seed), "truename.configs": str(plan.configs)}
    paths = [Path(batch.part) for batch in batches]
    tallies = _tallies(batches)
    entries, failures = merge(paths, plan.out, **notes, **{"truename.tallies": msgspec.json.encode(tallies).decode()})
    return BuildReport(
        str(plan.out), tuple(tallies), tuple(failures), entries, plan.out.stat().st_size,
        time.monotonic() - started, peak, len(done),
    )  # fmt: skip


def _opener(libraries: Mapping[str, OpenLibrary], name: str) -> OpenLibrary:
    if name not in libraries:
        raise UsageError(f"no library {name!r} in the zoo: known are {', '.join(libraries)}")
    return libraries[name]


def _batches(plan: Plan, name: str, open_library: OpenLibrary) -> Iterator[Batch]:
    """The batches of one library; a part's name holds a digest of everything that its rows hang on."""
    library = open_library()
    version = library.version()
    wanted = _wanted(plan, library.units())
    for start in range(0, len(wanted), _UNITS):
        units = tuple(wanted[start : start + _UNITS])
        told = [SCHEMA, _REVISION, digest_of_tables(), version, plan.configs, plan.seed, msgspec.to_builtins(units)]
        digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]
        part = plan.parts / f"{name}-{version}-{start // _UNITS:04d}-{digest}.parquet"
        yield Batch(str(part), open_library, units, plan.configs, plan.seed)


def _wanted(plan: Plan, units: Iterable[Unit]) -> list[Unit]:
    fitting = [u for u in units if plan.match is None or plan.match in (u.class_name + " " + u.model_type)]
    if plan.each is None:
        return fitting
    several: dict[str, list[Unit]] = {}
    for unit in fitting:
        several.setdefault(unit.model_type, []).append(unit)
    return [unit for own in several.values() for unit in _spread(own, plan.each)]


def _spread(units: list[Unit], most: int) -> list[Unit]:
    """At most ``most``, evenly over the list: neighbours by name are often sizes of one another."""
    return units if len(units) <= most else [units[at * len(units) // most] for at in range(most)]


def _prepare(plan: Plan) -> None:
    if plan.parts.exists() and not plan.resume:
        raise UsageError(f"{plan.parts}: an earlier build left parts there; continue it with --resume or remove them")
    try:
        plan.parts.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{plan.parts}: cannot be written ({error.strerror})") from error


def _tallies(batches: Iterable[Batch]) -> list[Tally]:
    counts: dict[tuple[str, str], list[int]] = {}
    for batch in batches:
        notes = metadata(Path(batch.part))
        name = batch.units[0].library
        version = Path(batch.part).name.removeprefix(f"{name}-").rsplit("-", 2)[0]
        entry = counts.setdefault((name, version), [0, 0, 0])
        entry[0] += len(batch.units)
        entry[1] += int(notes.get("truename.built", "0"))
        entry[2] += int(notes.get("truename.entries", "0"))
    return [Tally(name, version, *numbers) for (name, version), numbers in counts.items()]
