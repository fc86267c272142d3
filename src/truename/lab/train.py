"""Train the classifier that is shipped, and write it with its card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from truename.dara.identification import Question
from truename.dara.model import Model
from truename.dara.store import load, save
from truename.lab.evaluation.altered import altered_in_turn
from truename.lab.evaluation.record import Record
from truename.lab.evaluation.table_rows import calibrated_model, spread
from truename.lab.model_card import write_card
from truename.lab.training.calibration import calibrate_shapes, with_weight
from truename.lab.training.known_prior import prior_of_releases
from truename.lab.training.program_training import with_programs
from truename.lab.training.specimen import Specimen
from truename.lab.training.splits import by_configuration

_LARGEST = 8_000_000
_ASKED = 100  # models of which shapes alone are looked at


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
    validation = [s.example() for s in split.validation]
    progress("training")
    model = calibrated_model(split.train, trained, aside, altered_in_turn(split.aside), validation)
    return write(model, specimens, path, progress, record)


def add_programs(specimens: Sequence[Specimen], path: Path, out: Path, progress: Callable[[str], None]) -> int:
    """Give the classifier at ``path`` the programs of ``specimens`` and the prior of known releases.

    Its prototypes and margins for names stay; margins for shapes are measured anew, on configurations from which no
    program was learned. Returns the bytes of the file ``out``.
    """
    split = by_configuration(specimens)
    model = load(path)
    known = set(model.labels[Question.MODEL_TYPE])
    progress(f"learning programs from {len(split.train):,} models")
    model = with_programs(model, (s for s in split.train if s.model_type in known))
    model = msgspec.structs.replace(model, prior=prior_of_releases(known))
    progress("measuring margins")
    asked = [
        spread([s for s in part if s.model_type in known and s.layout == "saved"], _ASKED)
        for part in (split.validation, split.aside)
    ]
    validation, aside = ([s.example() for s in part] for part in asked)
    model = calibrate_shapes(with_weight(model, validation), aside)
    progress(f"weight of a program {model.weight}")
    save(model, out)
    return out.stat().st_size


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
