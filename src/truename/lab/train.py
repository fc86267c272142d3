"""Train the classifier that is shipped, and write it with its card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from truename.dara.model import Model
from truename.dara.store import save
from truename.lab.evaluation.altered import altered_in_turn
from truename.lab.evaluation.record import Record
from truename.lab.evaluation.table_rows import calibrated_model
from truename.lab.model_card import write_card
from truename.lab.training.specimen import Specimen
from truename.lab.training.splits import by_configuration

_LARGEST = 8_000_000


def train(
    specimens: Sequence[Specimen], path: Path, progress: Callable[[str], None], record: Record | None = None
) -> int:
    """Train on ``specimens``, write the classifier and ``MODEL_CARD.md`` beside it; returns its bytes.

    It is the very classifier that ``evaluate`` tests: made from the same part, with margins from the same
    configurations set aside, and without those of the test.
    """
    split = by_configuration(specimens)
    progress(f"reading {len(specimens):,} models")
    trained, aside = [s.example() for s in split.train], [s.example() for s in split.aside]
    model = calibrated_model(trained, aside, altered_in_turn(split.aside))
    return write(model, specimens, path, progress, record)


def write(
    model: Model, specimens: Sequence[Specimen], path: Path, progress: Callable[[str], None], record: Record | None
) -> int:
    """Write a trained classifier and its card; returns its bytes."""
    shipped = msgspec.structs.replace(model, notes=_notes(specimens, model))
    save(shipped, path)
    size = path.stat().st_size
    if size > _LARGEST:
        progress(f"{path} has {size:,} bytes, more than the {_LARGEST:,} that are to be shipped")
    write_card(path.parent, shipped.notes, size, record)
    return size


def _notes(specimens: Sequence[Specimen], model: Model) -> dict[str, str]:
    """What the card says; the same corpus gives the same notes."""
    libraries = Counter(specimen.library for specimen in specimens)
    return {
        "models": str(len(specimens)),
        "libraries": ", ".join(f"{name} {number}" for name, number in sorted(libraries.items())),
        "prototypes": f"{len(model.types.totals)} by names, {len(model.shapes.totals)} by shapes",
        **{question: str(len(labels)) for question, labels in model.labels.items()},
    }
