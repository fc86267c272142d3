"""``truename dara train`` and ``truename dara evaluate``: the corpus meets the laboratory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from truename.cli.streams import write_text
from truename.errors import UsageError
from truename.lab.training.specimen import Specimen, derived_types

RECORDS = Path("docs/records")


def specimens(zoo: Path) -> Iterator[Specimen]:
    """The models of a corpus, less adapters: their few matrices are the same beside many a model type.

    The class of a model of timm is its Python class, and each registered architecture one configuration of it.

    Raises:
        UsageError: there is no such file.
    """
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
        )


def run_train(zoo: Path, out: Path | None) -> int:
    """Train, calibrate, write the classifier and its card."""
    from truename.dara.store import PACKAGED
    from truename.lab.evaluation.record import read_record
    from truename.lab.train import train

    path = out or PACKAGED
    stored = RECORDS / "dara.json"
    size = train(list(specimens(zoo)), path, _say, read_record(stored) if stored.is_file() else None)
    write_text(f"{path}: {size / 1e6:.1f} MB\n")
    return 0


def run_evaluate(zoo: Path, data: Path | None, out: Path, *, table_only: bool, only: tuple[str, ...]) -> int:
    """Run the tests, print the table and store it as ``dara.md`` and ``dara.json``.

    Raises:
        UsageError: an unknown part, or no stored table to print.
    """
    from truename.lab.evaluation.record import read_record, table_text, write_record
    from truename.lab.evaluation.run import PARTS, evaluate

    stored = out / "dara.json"
    if table_only:
        if not stored.is_file():
            raise UsageError(f"{stored}: there is no stored table; run 'truename dara evaluate --zoo FILE' first")
        write_text(table_text(read_record(stored)))
        return 0
    if unknown := [part for part in only if part not in PARTS]:
        raise UsageError(f"no part is called {unknown[0]!r}; the parts are {', '.join(PARTS)}")
    earlier = read_record(stored) if only and stored.is_file() else None
    for record in evaluate(list(specimens(zoo)), data, only or PARTS, out, earlier, _say):
        write_record(record, out)  # after each part: some take half an hour
    write_text(table_text(record))
    return 0


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
