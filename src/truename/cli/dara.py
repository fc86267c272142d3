"""``truename dara``: train and evaluate the classifier of structures; the corpus meets the laboratory."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from truename.cli.output import Guard, write_text
from truename.errors import UsageError

if TYPE_CHECKING:
    from truename.lab.training.specimen import Specimen
    from truename.lab.zoo.entry import TensorRow

RECORDS = Path("docs/records")
_ZOO = Annotated[Path, typer.Option(help="The corpus that 'truename zoo build' wrote.")]


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the group ``dara`` to ``app``."""
    group: Any = typer.Typer(help="Train and evaluate the classifier of structures.", rich_markup_mode=None)
    for command in (train, programs, evaluate, sequences):
        group.command()(guard(command))
    app.add_typer(group, name="dara")


def train(
    zoo: _ZOO,
    out: Annotated[
        Path | None, typer.Option(help="Where to write the classifier; the package's own by default.")
    ] = None,
) -> int:
    """Train and calibrate the classifier on a corpus."""
    from truename.dara.store import PACKAGED
    from truename.lab.evaluation.record import read_record
    from truename.lab.train import train as train_classifier

    path = out or PACKAGED
    stored = RECORDS / "dara.json"
    size = train_classifier(list(_specimens(zoo)), path, _say, read_record(stored) if stored.is_file() else None)
    write_text(f"{path}: {size / 1e6:.1f} MB\n")
    return 0


def programs(
    zoo: _ZOO,
    out: Annotated[
        Path | None, typer.Option(help="Where to write; over the package's own classifier by default.")
    ] = None,
) -> int:
    """Give the packaged classifier the programs of a corpus, and measure margins for shapes anew."""
    from truename.dara.store import PACKAGED
    from truename.lab.train import add_programs

    path = out or PACKAGED
    write_text(f"{path}: {add_programs(list(_specimens(zoo)), PACKAGED, path, _say) / 1e6:.2f} MB\n")
    return 0


def evaluate(
    zoo: _ZOO,
    data: Annotated[Path | None, typer.Option(help="Reference data: real repositories and traced layers.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of the table and its figures.")] = RECORDS,
    table: Annotated[bool, typer.Option("--table", help="Print the table that is stored, and run nothing.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Run only these parts of the table.")] = None,
) -> int:
    """Run every test of the classifier, print the table and store it."""
    from truename.lab.evaluation.evaluation_parts import PARTS
    from truename.lab.evaluation.evaluation_parts import evaluate as evaluate_parts
    from truename.lab.evaluation.record import read_record, table_text, write_record

    parts = tuple(only or ())
    stored = out / "dara.json"
    if table:
        if not stored.is_file():
            raise UsageError(f"{stored}: there is no stored table; run 'truename dara evaluate --zoo FILE' first")
        write_text(table_text(read_record(stored)))
        return 0
    if unknown := [part for part in parts if part not in PARTS]:
        raise UsageError(f"no part is called {unknown[0]!r}; the parts are {', '.join(PARTS)}")
    earlier = read_record(stored) if parts and stored.is_file() else None
    for record in evaluate_parts(list(_specimens(zoo)), data, parts or PARTS, out, earlier, _say):
        write_record(record, out)  # after each part: some take half an hour
    write_text(table_text(record))
    return 0


def sequences(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Traced layer sequences: layer_sequences.json.gz.")],
    out: Annotated[Path, typer.Option(help="Folder of the table.")] = RECORDS,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="How often to draw the folds.")] = 5,
) -> int:
    """Compare classifiers of traced layer sequences by cross-validation, print the table and store it."""
    from truename.lab.evaluation.sequence_table import write_sequences
    from truename.lab.evaluation.sequences import sequence_scores

    if not file.is_file():
        raise UsageError(f"{file}: there is no such file; it is 'layer_sequences.json.gz' of the reference data")
    write_text(write_sequences(sequence_scores(file, _say, seeds), out))
    return 0


def _specimens(zoo: Path) -> Iterator[Specimen]:
    """The models of a corpus, less adapters: their few matrices are the same beside many a model type.

    The class of a model of timm is its Python class, and each registered architecture one configuration of it.

    Raises:
        UsageError: there is no such file.
    """
    from truename.lab.training.specimen import Specimen, derived_types
    from truename.lab.zoo import read_entries

    if not zoo.is_file():
        raise UsageError(f"{zoo}: there is no corpus; 'truename zoo build' writes one")
    for entry in read_entries(zoo):
        if entry.model_type in derived_types() or entry.library == "peft":
            continue
        timm = entry.library == "timm"
        yield Specimen(
            entry.model_type,
            entry.class_name if timm else entry.architecture,
            entry.task,
            entry.library,
            entry.layout,
            entry.class_name,
            entry.architecture if timm else str(entry.config_id),
            entry.header,
            partial(_tensors, entry.rows),
            entry.config.get("release"),
        )


def _tensors(rows: Sequence[TensorRow]) -> tuple[tuple[str, tuple[int, ...], int], ...]:
    """Template, shape and number of each kind of tensor."""
    return tuple((row.template, row.shape, row.count) for row in rows)


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
