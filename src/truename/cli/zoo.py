"""``truename zoo``: build the corpus with a bar, count it, show one class of it."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from truename.cli.streams import write_text
from truename.errors import UsageError
from truename.lab.zoo.build import BuildReport, Plan, build
from truename.lab.zoo.entry import Entry
from truename.lab.zoo.libraries import LIBRARIES
from truename.lab.zoo.store import metadata, read_entries, read_failures
from truename.lab.zoo.unit import Failure
from truename.report.visible import visible

_SHOWN = 12  # reasons of failures that the summary names


def run_build(
    out: Path,
    libraries: tuple[str, ...],
    configs: int,
    seed: int,
    processes: int,
    match: str | None,
    each: int | None,
    resume: bool,
) -> int:
    """Build, show progress on standard error, print the summary and write the failures beside the corpus.

    Raises:
        UsageError: an unknown library, or parts of an earlier build without ``--resume``.
        MissingExtraError: a library is not installed.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    plan = Plan(out, libraries or tuple(LIBRARIES), configs, seed, processes, resume, match, each)
    columns = (TextColumn("{task.description:>21}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("listing", total=None)
        report = build(
            plan, lambda done, total, library: bar.update(task, completed=done, total=total, description=library)
        )
    listed = out.with_suffix(".failures.csv")
    _write_failures(listed, report.failures)
    write_text(_summary(report, listed))
    return 0


def _summary(report: BuildReport, listed: Path) -> str:
    lines = [f"{'library':22}{'version':>10}{'tried':>8}{'built':>8}{'entries':>9}"]
    lines += [f"{t.library:22}{t.version:>10}{t.tried:>8}{t.built:>8}{t.entries:>9}" for t in report.tallies]
    reasons = Counter((f.library, f.reason) for f in report.failures if f.config_id == 0)
    varied = sum(f.config_id > 0 for f in report.failures)
    lines.append("")
    lines += [f"not built: {n} of {library}: {reason}" for (library, reason), n in reasons.most_common(_SHOWN)]
    lines.append(f"variations that no change fitted: {varied}")
    lines.append(f"every failure with its reason: {listed}")
    lines.append(
        f"{report.entries} entries, {report.bytes / 1e6:.1f} MB, {report.seconds / 60:.1f} min, largest process "
        f"{report.peak_bytes / 1e9:.1f} GB, {report.resumed} parts were there already: {report.out}"
    )
    return "\n".join(lines) + "\n"


def _write_failures(path: Path, failures: tuple[Failure, ...]) -> None:
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(Failure.__struct_fields__)
            writer.writerows([getattr(f, name) for name in Failure.__struct_fields__] for f in failures)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error


def run_list(path: Path, failures: bool) -> int:
    """Print counts by library, version and layout; or the failures.

    Raises:
        UsageError: there is no corpus.
    """
    _there(path)
    if failures:
        lines = [f"{f.library} {f.class_name} ({f.model_type}), configuration {f.config_id}: {f.reason}: {f.message}"
                 for f in read_failures(path)]  # fmt: skip
        write_text("".join(visible(line) + "\n" for line in lines))
        return 0
    entries: Counter[tuple[str, str, str]] = Counter()
    classes: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
    types: set[str] = set()
    for entry in read_entries(path):
        key = (entry.library, entry.library_version, entry.layout)
        entries[key] += 1
        classes.setdefault(key, set()).add((entry.architecture, entry.model_type))
        types.add(entry.model_type)
    lines = [f"{'library':22}{'version':>10}  {'layout':18}{'classes':>8}{'entries':>9}"]
    lines += [f"{k[0]:22}{k[1]:>10}  {k[2]:18}{len(classes[k]):>8}{entries[k]:>9}" for k in sorted(entries)]
    notes = metadata(path)
    lines.append(f"{sum(entries.values())} entries of {len(types)} model types, seed {notes.get('truename.seed', '?')}")
    write_text("\n".join(lines) + "\n")
    return 0


def run_show(name: str, path: Path, config_id: int, layout: str) -> int:
    """Print the entries that ``name`` fits, and the tensors of one.

    Raises:
        UsageError: there is no corpus, or nothing of that name in it.
    """
    _there(path)
    where = [[(column, "=", name)] for column in ("class_name", "architecture", "model_type")]
    found = list(read_entries(path, where))
    if not found:
        raise UsageError(f"{path}: nothing is called {name!r}; 'truename zoo list' counts what is there")
    lines = [_line(entry) for entry in found]
    chosen = next((e for e in found if e.config_id == config_id and e.layout == layout), None)
    if chosen is not None:
        lines += ["", f"{chosen.class_name}, configuration {config_id}, {layout}:"]
        lines += [f"  {row.count:>6} x {row.template:70} {row.dtype:5} {list(row.shape)}" for row in chosen.rows]
    write_text("\n".join(lines) + "\n")
    return 0


def _line(entry: Entry) -> str:
    return (
        f"{entry.library} {entry.library_version}  {entry.architecture} ({entry.model_type}, {entry.task})  "
        f"configuration {entry.config_id}, {entry.layout}: {entry.tensors} tensors, {entry.parameters / 1e6:.1f} M"
    )


def _there(path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"{path}: there is no corpus; 'truename zoo build --out {path}' writes one")
