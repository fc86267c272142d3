"""``truename zoo``: build the corpus of architectures with a bar, count it, show one class of it."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from truename.cli.output import Guard, write_text
from truename.errors import UsageError
from truename.report.visible import cell, visible

if TYPE_CHECKING:
    from truename.lab.zoo.corpus_build import BuildReport
    from truename.lab.zoo.entry import Entry
    from truename.lab.zoo.unit import Failure

_SHOWN = 12  # reasons of failures that the summary names
_FILE = Annotated[Path, typer.Option("--zoo", help="The corpus that 'truename zoo build' wrote.")]


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the group ``zoo`` to ``app``."""
    group: Any = typer.Typer(help="Build and read the corpus that the classifier learns from.", rich_markup_mode=None)
    group.command()(guard(build))
    group.command("list")(guard(list_))
    group.command()(guard(show))
    app.add_typer(group, name="zoo")


def build(
    out: Annotated[Path, typer.Option(help="The file to write.")],
    library: Annotated[
        list[str] | None, typer.Option(help="Build only this: transformers, timm, diffusers ...; may be given again.")
    ] = None,
    configs: Annotated[int, typer.Option(min=1, max=100, help="Configurations of each class, the default one in.")] = 6,
    seed: Annotated[int, typer.Option(help="The same seed gives the same corpus.")] = 0,
    processes: Annotated[int, typer.Option(min=0, max=256, help="How many at once; 0 is none but this one.")] = 2,
    match: Annotated[str | None, typer.Option(help="Only classes or model types that contain this.")] = None,
    each: Annotated[int | None, typer.Option(min=1, help="At most so many classes of a model type.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier build stopped.")] = False,
) -> int:
    """Write every buildable model class of the installed libraries, as saved, with several configurations."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from truename.lab.zoo.corpus_build import Plan
    from truename.lab.zoo.corpus_build import build as build_zoo
    from truename.lab.zoo.libraries import LIBRARIES

    plan = Plan(out, tuple(library or LIBRARIES), configs, seed, processes, resume, match, each)
    columns = (TextColumn("{task.description:>21}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("listing", total=None)
        report = build_zoo(plan, lambda done, total, at: bar.update(task, completed=done, total=total, description=at))
    listed = out.with_suffix(".failures.csv")
    _write_failures(listed, report.failures)
    write_text(_summary(report, listed))
    return 0


def list_(
    zoo: _FILE = Path("zoo.parquet"),
    failures: Annotated[bool, typer.Option("--failures", help="List what could not be built, and why.")] = False,
) -> int:
    """Count the corpus by library and layout."""
    from truename.lab.zoo.corpus_file import metadata, read_entries, read_failures

    _there(zoo)
    if failures:
        lines = [f"{f.library} {f.class_name} ({f.model_type}), configuration {f.config_id}: {f.reason}: {f.message}"
                 for f in read_failures(zoo)]  # fmt: skip
        write_text("".join(visible(line) + "\n" for line in lines))
        return 0
    entries: Counter[tuple[str, str, str]] = Counter()
    classes: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
    types: set[str] = set()
    for entry in read_entries(zoo):
        key = (entry.library, entry.library_version, entry.layout)
        entries[key] += 1
        classes.setdefault(key, set()).add((entry.architecture, entry.model_type))
        types.add(entry.model_type)
    lines = [f"{'library':22}{'version':>10}  {'layout':18}{'classes':>8}{'entries':>9}"]
    lines += [f"{k[0]:22}{k[1]:>10}  {k[2]:18}{len(classes[k]):>8}{entries[k]:>9}" for k in sorted(entries)]
    notes = metadata(zoo)
    lines.append(f"{sum(entries.values())} entries of {len(types)} model types, seed {notes.get('truename.seed', '?')}")
    write_text("\n".join(lines) + "\n")
    return 0


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A class, architecture or model type.")],
    zoo: _FILE = Path("zoo.parquet"),
    config_id: Annotated[int, typer.Option("--config", help="Which configuration's tensors to print.")] = 0,
    layout: Annotated[str, typer.Option(help="Which layout's tensors to print.")] = "saved",
) -> int:
    """Show the entries of one class and the tensors of one of them."""
    from truename.lab.zoo.corpus_file import read_entries

    _there(zoo)
    where = [[(column, "=", name)] for column in ("class_name", "architecture", "model_type")]
    found = list(read_entries(zoo, where))
    if not found:
        raise UsageError(f"{zoo}: nothing is called {name!r}; 'truename zoo list' counts what is there")
    lines = [_line(entry) for entry in found]
    chosen = next((e for e in found if e.config_id == config_id and e.layout == layout), None)
    if chosen is not None:
        lines += ["", f"{chosen.class_name}, configuration {config_id}, {layout}:"]
        lines += [f"  {row.count:>6} x {row.template:70} {row.dtype:5} {list(row.shape)}" for row in chosen.rows]
    write_text("\n".join(lines) + "\n")
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
    from truename.lab.zoo.unit import Failure

    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(Failure.__struct_fields__)
            writer.writerows(
                [
                    cell(value) if isinstance(value := getattr(f, name), str) else value
                    for name in Failure.__struct_fields__
                ]
                for f in failures
            )
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error


def _line(entry: Entry) -> str:
    return (
        f"{entry.library} {entry.library_version}  {entry.architecture} ({entry.model_type}, {entry.task})  "
        f"configuration {entry.config_id}, {entry.layout}: {entry.tensors} tensors, {entry.parameters / 1e6:.1f} M"
    )


def _there(path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"{path}: there is no corpus; 'truename zoo build --out {path}' writes one")
