"""Train the classifier that is shipped: prototypes of all but the configurations that its margins are from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from truename.dara.lab.card import write_card
from truename.dara.lab.evaluation import calibrated_model
from truename.dara.lab.record import Record
from truename.dara.lab.specimen import Specimen
from truename.dara.lab.splits import by_configuration
from truename.dara.model import Model
from truename.dara.store import save

_LARGEST = 8_000_000


def train(
    specimens: Sequence[Specimen], path: Path, progress: Callable[[str], None], record: Record | None = None
) -> int:
    """Train on ``specimens``, write the classifier and ``MODEL_CARD.md`` beside it; returns its bytes.

    Margins are measured on configurations that are set aside, which the classifier therefore does not hold.
    """
    split = by_configuration(specimens)
    progress(f"reading {len(specimens):,} models")
    trained = [s.example() for s in (*split.train, *split.test)]
    aside = [s.example() for s in split.aside]
    progress("training and calibrating")
    model = calibrated_model(trained, aside)
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
